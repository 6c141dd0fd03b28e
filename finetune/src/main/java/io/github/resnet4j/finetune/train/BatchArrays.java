package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The native arrays that parts of batches are copied into, one for each shape (the last batch of an epoch is often smaller),
 * so that an epoch leaves nothing behind for the garbage collector. Each call overwrites the last one's array.
 */
public final class BatchArrays {
    private final Map<List<Long>, INDArray> arrays = new HashMap<>();

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

    /** The features of a batch, N×C×H×W. */
    public INDArray features(Batch batch) {
        int[] shape = batch.shape();
        return of(batch.features(), shape[0], shape[1], shape[2], shape[3]);
    }

    /** The targets of a batch, N×C×H×W. */
    public INDArray targets(Batch batch) {
        int[] shape = batch.targetShape();
        return of(batch.targets(), shape[0], shape[1], shape[2], shape[3]);
    }

    /** An array of a shape with these values, in C order. */
    public INDArray of(float[] values, long... shape) {
        INDArray array = arrays.computeIfAbsent(
                Arrays.stream(shape).boxed().toList(),
                any -> Nd4j.createUninitialized(DataType.FLOAT, shape.clone(), 'c'));
        FloatBuffer target = array.data().asNioFloat();
        target.clear();
        target.put(values, 0, Math.toIntExact(array.length()));
        return array;
    }
}
