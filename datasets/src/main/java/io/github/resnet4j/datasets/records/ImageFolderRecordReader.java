package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.loader.SampleWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.datavec.api.split.FileSplit;
import org.datavec.api.split.InputSplit;

/**
 * A folder of class folders as DataVec records, in the order of {@link ImageFolder}. Of a {@link FileSplit} the root counts;
 * of other splits, such as {@code FileSplit.sample(...)} gives, the files, each of the class that its folder is named after.
 *
 * <pre>{@code
 * ImageFolderRecordReader reader = new ImageFolderRecordReader(224, 224);
 * reader.initialize(new FileSplit(new File("photos/train")));
 * DataSetIterator batches = new RecordReaderDataSetIterator(reader, 32, 1, reader.getLabels().size());
 * }</pre>
 */
public final class ImageFolderRecordReader extends ImageRecordReader {
    private static final long serialVersionUID = 1L;

    /**
     * Images scaled to {@code height}×{@code width} whatever their shape, 0 to 255, as DataVec's own image reader has them
     * before an {@code ImagePreProcessingScaler}; scaled as Pillow does it (bilinear, antialiased).
     */
    public ImageFolderRecordReader(int height, int width) {
        this(SampleWriter.scaled(height, width), height, width, 0);
    }

    /**
     * What {@code writer} makes of the images, such as {@code pipeline::write}: 3×{@code height}×{@code width} values.
     *
     * @param seed of what is random in {@code writer}, with the pass and the image's index
     */
    public ImageFolderRecordReader(SampleWriter writer, int height, int width, long seed) {
        super(writer, height, width, seed);
    }

    @Override
    ImageDataset open(InputSplit split) {
        if (split instanceof FileSplit files) {
            return ImageFolder.open(files.getRootDir().toPath());
        }
        List<Path> files =
                Arrays.stream(split.locations()).map(SampleRecordReader::path).toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException("the split names no file");
        }
        return ImageFolder.ofFiles(files, FolderOptions.DEFAULT);
    }
}
