package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.SampleWriter;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.io.DataInputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.datavec.api.conf.Configuration;
import org.datavec.api.records.Record;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.metadata.RecordMetaDataIndex;
import org.datavec.api.records.reader.BaseRecordReader;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.datavec.api.writable.batch.NDArrayRecordBatch;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A DataVec record reader over an {@link ImageDataset}, in its order. A record is the features, an
 * {@link NDArrayWritable} of 1×3×H×W floats, and the label, an {@link IntWritable}: for DL4J's
 * {@code new RecordReaderDataSetIterator(reader, batchSize, 1, classes)}.
 *
 * <p>Augmentation by the writer draws from (seed, pass, index); {@link #reset()} ends a pass. Not thread-safe.
 * Unreadable images throw {@link io.github.resnet4j.datasets.BadDataException}. A reader holds its data and cannot be
 * serialised.
 */
public sealed class ImageRecordReader extends BaseRecordReader permits CifarRecordReader, ImageFolderRecordReader {
    private static final long serialVersionUID = 1L;
    private static final int CHANNELS = 3;

    private final transient SampleWriter writer;
    private final int height;
    private final int width;
    private final long seed;
    private transient Configuration configuration;
    /** Null until {@link #initialize} where that opens the data. */
    private transient ImageDataset dataset;

    private int pass;
    private int next;

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
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("a sample cannot be " + width + "x" + height);
        }
        this.writer = writer;
        this.height = height;
        this.width = width;
        this.seed = seed;
    }

    /** The data of {@code split}; here the data given at construction. */
    ImageDataset open(InputSplit split) {
        return opened();
    }

    /** Opens the data, unless given at construction, and starts from the first image. */
    @Override
    public final void initialize(InputSplit split) {
        inputSplit = split;
        dataset = open(split);
        pass = 0;
        next = 0;
    }

    @Override
    public final void initialize(Configuration conf, InputSplit split) {
        setConf(conf);
        initialize(split);
    }

    @Override
    public final boolean hasNext() {
        return next < opened().size();
    }

    @Override
    public final List<Writable> next() {
        requireNext();
        List<Writable> record = record(next++);
        invokeListeners(record);
        return record;
    }

    @Override
    public final boolean batchesSupported() {
        return true;
    }

    /** Up to {@code num} records as two arrays: features, N×3×H×W, and labels, N×1. */
    @Override
    public final List<List<Writable>> next(int num) {
        requireNext();
        if (num < 1) {
            throw new IllegalArgumentException("a batch needs at least one record, got " + num);
        }
        int size = Math.min(num, opened().size() - next);
        int length = CHANNELS * height * width;
        float[] features = new float[Math.multiplyExact(size, length)];
        float[] labels = new float[size];
        for (int i = 0; i < size; i++, next++) {
            write(next, features, i * length);
            labels[i] = opened().label(next);
        }
        INDArray images = Nd4j.createFromArray(features).reshape('c', size, CHANNELS, height, width);
        NDArrayRecordBatch batch =
                new NDArrayRecordBatch(images, Nd4j.createFromArray(labels).reshape('c', size, 1));
        invokeListeners(batch);
        return batch;
    }

    @Override
    public final List<String> getLabels() {
        return opened().classes();
    }

    @Override
    public final void reset() {
        // Iterators also reset before the first record: that does not begin another pass.
        if (next > 0) {
            pass++;
        }
        next = 0;
    }

    @Override
    public final boolean resetSupported() {
        return true;
    }

    @Override
    public final Record nextRecord() {
        requireNext();
        RecordMetaData origin = new RecordMetaDataIndex(next, uri(opened().name(next)), ImageRecordReader.class);
        return new org.datavec.api.records.impl.Record(next(), origin);
    }

    /** The record that {@link #nextRecord} gave with {@code origin}; augmentation is that of the present pass. */
    @Override
    public final Record loadFromMetaData(RecordMetaData origin) {
        if (!(origin instanceof RecordMetaDataIndex place)
                || place.getIndex() < 0
                || place.getIndex() >= opened().size()
                || !uri(opened().name((int) place.getIndex())).equals(place.getURI())) {
            throw new IllegalArgumentException("not a record of this reader: " + origin);
        }
        return new org.datavec.api.records.impl.Record(record((int) place.getIndex()), origin);
    }

    @Override
    public final List<Record> loadFromMetaData(List<RecordMetaData> origins) {
        List<Record> records = new ArrayList<>(origins.size());
        origins.forEach(origin -> records.add(loadFromMetaData(origin)));
        return records;
    }

    /** Not supported: a stream has no label. */
    @Override
    public final List<Writable> record(URI uri, DataInputStream stream) {
        throw new UnsupportedOperationException("a stream has no label: initialize with a FileSplit");
    }

    @Override
    public final void setConf(Configuration conf) {
        configuration = conf;
    }

    @Override
    public final Configuration getConf() {
        return configuration;
    }

    /** Does nothing: files are open only while an image is read. */
    @Override
    public final void close() {}

    private List<Writable> record(int index) {
        float[] features = new float[CHANNELS * height * width];
        write(index, features, 0);
        INDArray image = Nd4j.createFromArray(features).reshape('c', 1, CHANNELS, height, width);
        return List.of(new NDArrayWritable(image), new IntWritable(opened().label(index)));
    }

    private void write(int index, float[] out, int offset) {
        writer.write(opened().image(index), SampleRandom.of(seed, pass, index), out, offset);
    }

    private ImageDataset opened() {
        if (dataset == null) {
            throw new IllegalStateException("the reader has no data yet: call initialize(new FileSplit(...))");
        }
        return dataset;
    }

    private void requireNext() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + opened().size() + " records are read: call reset()");
        }
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("an image record reader holds its data: make one in each process");
    }

    /** The file at {@code location}. */
    static Path path(URI location) {
        if (!"file".equals(location.getScheme())) {
            throw new IllegalArgumentException("only files can be read, not " + location);
        }
        return Path.of(location);
    }

    private static URI uri(String name) {
        int hash = name.lastIndexOf('#');
        try {
            return hash < 0
                    ? new URI(null, null, name, null)
                    : new URI(null, null, name.substring(0, hash), name.substring(hash + 1));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("no URI for " + name, e);
        }
    }
}
