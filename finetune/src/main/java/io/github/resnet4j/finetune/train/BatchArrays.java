package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The native arrays that batches are copied into, one pair for each batch size (the last batch of an epoch is often
 * smaller), so that an epoch leaves nothing behind for the garbage collector. Each call overwrites the last one's array.
 */
public final class BatchArrays {
    private final int classes;
    private final Map<Integer, INDArray> features = new HashMap<>();
    private final Map<Integer, INDArray> labels = new HashMap<>();

    BatchArrays(int classes) {
        this.classes = classes;
    }

    /**
     * Refuses a batch that is too large, before anything is allocated for it.
     *
     * @param option what sets the size, for the message
     * @throws UsageException if a batch of so many images has 2 GiB or more: a buffer of Java's shows no more of native
     *     memory
     */
    public static void requireRoom(String option, int batchSize, Shape image) {
        long most = Integer.MAX_VALUE / Float.BYTES / image.elements();
        if (batchSize > most) {
            throw new UsageException(option + ": a batch of " + batchSize + " images of " + image
                    + " exceeds 2 GiB, the limit of one batch; use at most " + most);
        }
    }

    /** N×C×H×W. */
    INDArray features(Batch batch) {
        INDArray array = features.computeIfAbsent(
                batch.size(),
                n -> Nd4j.createUninitialized(
                        DataType.FLOAT, new long[] {n, batch.shape()[1], batch.shape()[2], batch.shape()[3]}, 'c'));
        return filled(array, batch.features());
    }

    /** N×classes: {@code smoothing} spread evenly, the rest on the label. */
    INDArray labels(Batch batch, double smoothing) {
        INDArray array = labels.computeIfAbsent(
                batch.size(), n -> Nd4j.createUninitialized(DataType.FLOAT, new long[] {n, classes}, 'c'));
        return filled(array, batch.labelRows(classes, smoothing));
    }

    private static INDArray filled(INDArray array, float[] values) {
        FloatBuffer target = array.data().asNioFloat();
        target.clear();
        target.put(values, 0, Math.toIntExact(array.length()));
        return array;
    }
}
