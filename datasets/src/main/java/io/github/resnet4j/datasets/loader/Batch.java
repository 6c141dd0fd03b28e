package io.github.resnet4j.datasets.loader;

import java.util.Arrays;

/**
 * Samples for one step. The caller owns the arrays: the loader allocates new ones for each batch.
 *
 * @param features N×C×H×W
 * @param shape {N, C, H, W}
 * @param targets what is to be predicted besides the class, N×C×H×W: a map of classes, a larger image; none where there is
 *     nothing else
 * @param targetShape {N, C, H, W}; {N, 0, 0, 0} where there is nothing else
 * @param labels the class of each sample
 * @param indices the index of each sample in the data set
 */
public record Batch(float[] features, int[] shape, float[] targets, int[] targetShape, int[] labels, int[] indices) {
    public Batch {
        if (!isOf(shape, features) || labels.length != shape[0] || indices.length != shape[0]) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " for " + features.length
                    + " features, " + labels.length + " labels, " + indices.length + " indices");
        }
        if (!isOf(targetShape, targets) || targetShape[0] != shape[0]) {
            throw new IllegalArgumentException("shape " + Arrays.toString(targetShape) + " for " + targets.length
                    + " values of the targets of " + shape[0] + " samples");
        }
    }

    /** Of samples that have nothing to predict but their class. */
    public Batch(float[] features, int[] shape, int[] labels, int[] indices) {
        this(features, shape, new float[0], new int[] {labels.length, 0, 0, 0}, labels, indices);
    }

    private static boolean isOf(int[] shape, float[] values) {
        return shape.length == 4 && Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact) == values.length;
    }

    /** The number of samples, N; 0 where none of them could be read ({@link BadImages#LEAVE_OUT}). */
    public int size() {
        return labels.length;
    }

    /**
     * The labels as rows of probabilities, N×classes, row after row.
     *
     * @param smoothing spread evenly over all classes (Szegedy et al. 2015, section 7); 0 for one-hot
     * @throws IllegalArgumentException if a label is not below {@code classes} or {@code smoothing} not in [0, 1)
     */
    public float[] labelRows(int classes, double smoothing) {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must be in [0, 1), got " + smoothing);
        }
        float[] rows = new float[Math.multiplyExact(labels.length, classes)];
        float off = (float) (smoothing / classes);
        Arrays.fill(rows, off);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("label " + labels[i] + " with " + classes + " classes");
            }
            rows[i * classes + labels[i]] = (float) (1 - smoothing + smoothing / classes);
        }
        return rows;
    }
}
