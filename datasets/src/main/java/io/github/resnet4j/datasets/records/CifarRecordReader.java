package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.SampleWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.datavec.api.split.InputSplit;

/** CIFAR binary files as DataVec records: the files of the split that end in {@code .bin}, sorted. */
public final class CifarRecordReader extends ImageRecordReader {
    private static final long serialVersionUID = 1L;

    private final CifarVariant variant;

    /** The pixels as they are, 0 to 255. */
    public CifarRecordReader(CifarVariant variant) {
        this(
                variant,
                SampleWriter.pixels(CifarVariant.SIDE, CifarVariant.SIDE),
                CifarVariant.SIDE,
                CifarVariant.SIDE,
                0);
    }

    /** What {@code writer} makes of the pixels, 3×{@code height}×{@code width}. */
    public CifarRecordReader(CifarVariant variant, SampleWriter writer, int height, int width, long seed) {
        super(writer, height, width, seed);
        this.variant = variant;
    }

    @Override
    ImageDataset open(InputSplit split) {
        List<Path> bins = Arrays.stream(split.locations())
                .map(SampleRecordReader::path)
                .filter(path -> path.toString().endsWith(".bin"))
                .sorted()
                .toList();
        if (bins.isEmpty()) {
            throw new IllegalArgumentException(
                    "no .bin file in the split: name the folder or files of the binary version");
        }
        List<Path> tests = bins.stream()
                .filter(path -> path.getFileName().toString().startsWith("test"))
                .toList();
        if (!tests.isEmpty() && tests.size() < bins.size()) {
            throw new BadDataException(
                    tests.get(0), "is the test batch, in one split with training batches: name the files of one");
        }
        return CifarDataset.readFiles(bins, variant);
    }
}
