package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.SampleWriter;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.List;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;

/**
 * A DataVec record reader over an {@link ImageDataset}, in its order. A record is the features, an
 * {@link NDArrayWritable} of 1×3×H×W floats, and the label, an {@link IntWritable}: for DL4J's
 * {@code new RecordReaderDataSetIterator(reader, batchSize, 1, classes)}.
 *
 * <p>Augmentation by the writer draws from (seed, pass, index); {@link #reset()} ends a pass. Not thread-safe.
 * Unreadable images throw {@link io.github.resnet4j.datasets.BadDataException}. A reader holds its data and cannot be
 * serialised.
 */
public sealed class ImageRecordReader extends SampleRecordReader permits CifarRecordReader, ImageFolderRecordReader {
    private static final long serialVersionUID = 1L;
    private static final int CHANNELS = 3;

    private final transient SampleWriter writer;
    private final long seed;
    /** Null until {@link #initialize} where that opens the data. */
    private transient ImageDataset dataset;

    /** The same with seed 0. */
    public ImageRecordReader(ImageDataset dataset, SampleWriter writer, int height, int width) {
        this(dataset, writer, height, width, 0);
    }

    /** Reads {@code dataset}; {@code writer} makes samples of 3×{@code height}×{@code width} values. */
    public ImageRecordReader(ImageDataset dataset, SampleWriter writer, int height, int width, long seed) {
        this(writer, height, width, seed);
        this.dataset = dataset;
    }

    /** For readers that override {@link #open}. */
    ImageRecordReader(SampleWriter writer, int height, int width, long seed) {
        super(CHANNELS, height, width);
        this.writer = writer;
        this.seed = seed;
    }

    /** The data of {@code split}; here the data given at construction. */
    ImageDataset open(InputSplit split) {
        return opened();
    }

    @Override
    final void openSamples(InputSplit split) {
        dataset = open(split);
    }

    @Override
    final int size() {
        return opened().size();
    }

    @Override
    final int label(int index) {
        return opened().label(index);
    }

    @Override
    final String name(int index) {
        return opened().name(index);
    }

    @Override
    final List<String> classes() {
        return opened().classes();
    }

    @Override
    final void write(int index, int pass, float[] out, int offset) {
        writer.write(opened().image(index), SampleRandom.of(seed, pass, index), out, offset);
    }

    private ImageDataset opened() {
        if (dataset == null) {
            throw new IllegalStateException("the reader has no data yet: call initialize(new FileSplit(...))");
        }
        return dataset;
    }
}
