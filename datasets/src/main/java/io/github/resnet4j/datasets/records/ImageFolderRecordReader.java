package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.loader.SampleWriter;
import org.datavec.api.split.FileSplit;
import org.datavec.api.split.InputSplit;

/** A folder of class folders as DataVec records, in the order of {@link ImageFolder}. */
public final class ImageFolderRecordReader extends ImageRecordReader {
    private static final long serialVersionUID = 1L;

    /** What {@code writer} makes of the images, 3×{@code height}×{@code width}; it resizes or crops them to that. */
    public ImageFolderRecordReader(SampleWriter writer, int height, int width, long seed) {
        super(writer, height, width, seed);
    }

    @Override
    ImageDataset open(InputSplit split) {
        if (split instanceof FileSplit files) {
            return ImageFolder.open(files.getRootDir().toPath());
        }
        throw new IllegalArgumentException("an image folder needs a FileSplit of its root, not "
                + split.getClass().getSimpleName());
    }
}
