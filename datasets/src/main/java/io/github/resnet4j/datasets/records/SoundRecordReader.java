package io.github.resnet4j.datasets.records;

import io.github.resnet4j.datasets.SoundDataset;
import io.github.resnet4j.datasets.SoundFolder;
import io.github.resnet4j.datasets.audio.SoundFeature;
import java.util.List;
import org.datavec.api.split.FileSplit;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;

/**
 * A feature of sounds as DataVec records: a folder of class folders in the order of {@link SoundFolder}, or another {@link
 * SoundDataset}. A record is the map, an {@link NDArrayWritable} of 1×1×rows×frames floats, and the label, an {@link IntWritable}.
 *
 * <pre>{@code
 * SoundRecordReader reader = new SoundRecordReader(SoundFeature.named("mfcc"));
 * reader.initialize(new FileSplit(new File("speech/train")));
 * DataSetIterator batches = new RecordReaderDataSetIterator(reader, 32, 1, reader.getLabels().size());
 * }</pre>
 *
 * <p>{@link #reset()} ends a pass. Not thread-safe. Unreadable sounds throw {@link
 * io.github.resnet4j.datasets.audio.BadAudioException}. A reader holds its data and cannot be serialised.
 */
public final class SoundRecordReader extends SampleRecordReader {
    private static final long serialVersionUID = 1L;

    private final transient SoundFeature feature;
    /** Null until a folder is opened, unless given. */
    private transient SoundDataset dataset;

    private final boolean given;

    /** Reads the folder of the {@link FileSplit} that it is initialised with. */
    public SoundRecordReader(SoundFeature feature) {
        super(1, feature.rows(), feature.frames());
        this.feature = feature;
        given = false;
    }

    /** Reads {@code dataset}, whatever the split. */
    public SoundRecordReader(SoundDataset dataset, SoundFeature feature) {
        super(1, feature.rows(), feature.frames());
        this.feature = feature;
        this.dataset = dataset;
        given = true;
    }

    @Override
    void openSamples(InputSplit split) {
        if (given) {
            return;
        }
        if (!(split instanceof FileSplit files)) {
            throw new IllegalArgumentException(
                    "sounds are read from a FileSplit of the folder that holds the class folders");
        }
        dataset = SoundFolder.open(files.getRootDir().toPath());
    }

    @Override
    int size() {
        return opened().size();
    }

    @Override
    int label(int index) {
        return opened().label(index);
    }

    @Override
    String name(int index) {
        return opened().name(index);
    }

    @Override
    List<String> classes() {
        return opened().classes();
    }

    @Override
    void write(int index, int pass, float[] out, int offset) {
        feature.write(opened().sound(index), out, offset);
    }

    private SoundDataset opened() {
        if (dataset == null) {
            throw new IllegalStateException("the reader has no data yet: call initialize(new FileSplit(...))");
        }
        return dataset;
    }
}
