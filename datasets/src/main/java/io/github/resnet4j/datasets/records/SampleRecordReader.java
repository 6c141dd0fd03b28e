package io.github.resnet4j.datasets.records;

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
 * A DataVec record reader over samples of one shape, in a fixed order. A record is the features, an {@link NDArrayWritable} of
 * 1×C×H×W floats, and the label, an {@link IntWritable}: for DL4J's {@code new RecordReaderDataSetIterator(reader, batchSize, 1,
 * classes)}. {@link #reset()} ends a pass. Not thread-safe. A reader holds its data and cannot be serialised.
 */
public abstract sealed class SampleRecordReader extends BaseRecordReader permits ImageRecordReader, SoundRecordReader {
    private static final long serialVersionUID = 1L;

    private final int channels;
    private final int height;
    private final int width;
    private transient Configuration configuration;
    private int pass;
    private int next;

    /** For samples of {@code channels}×{@code height}×{@code width}. */
    SampleRecordReader(int channels, int height, int width) {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("a sample cannot be " + width + "x" + height);
        }
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** Opens the data of {@code split}, unless they are open. */
    abstract void openSamples(InputSplit split);

    /** The number of samples. */
    abstract int size();

    /** The class of a sample. */
    abstract int label(int index);

    /** Where a sample comes from. */
    abstract String name(int index);

    /** The names of the classes. */
    abstract List<String> classes();

    /** Writes a sample as it is in a pass. */
    abstract void write(int index, int pass, float[] out, int offset);

    /** Opens the data, unless given at construction, and starts from the first sample. */
    @Override
    public final void initialize(InputSplit split) {
        inputSplit = split;
        openSamples(split);
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
        return next < size();
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
        int count = Math.min(num, size() - next);
        int length = channels * height * width;
        float[] features = new float[Math.multiplyExact(count, length)];
        float[] labels = new float[count];
        for (int i = 0; i < count; i++, next++) {
            write(next, pass, features, i * length);
            labels[i] = label(next);
        }
        INDArray images = Nd4j.createFromArray(features).reshape('c', count, channels, height, width);
        NDArrayRecordBatch batch =
                new NDArrayRecordBatch(images, Nd4j.createFromArray(labels).reshape('c', count, 1));
        invokeListeners(batch);
        return batch;
    }

    @Override
    public final List<String> getLabels() {
        return classes();
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
        RecordMetaData origin = new RecordMetaDataIndex(next, uri(name(next)), getClass());
        return new org.datavec.api.records.impl.Record(next(), origin);
    }

    /** The record that {@link #nextRecord} gave with {@code origin}; augmentation is that of the present pass. */
    @Override
    public final Record loadFromMetaData(RecordMetaData origin) {
        if (!(origin instanceof RecordMetaDataIndex place)
                || place.getIndex() < 0
                || place.getIndex() >= size()
                || !uri(name((int) place.getIndex())).equals(place.getURI())) {
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

    /** Does nothing: files are open only while a sample is read. */
    @Override
    public final void close() {}

    private List<Writable> record(int index) {
        float[] features = new float[channels * height * width];
        write(index, pass, features, 0);
        INDArray image = Nd4j.createFromArray(features).reshape('c', 1, channels, height, width);
        return List.of(new NDArrayWritable(image), new IntWritable(label(index)));
    }

    private void requireNext() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + size() + " records are read: call reset()");
        }
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a record reader holds its data: make one in each process");
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
