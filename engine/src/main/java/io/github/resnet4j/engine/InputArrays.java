package io.github.resnet4j.engine;

import static org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape;

import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What plans ask of the arrays that they are given. */
final class InputArrays {
    private InputArrays() {}

    /**
     * The same values without gaps, row by row.
     *
     * @throws IllegalArgumentException if these are not images of {@code shape}
     */
    static INDArray dense(INDArray features, Shape shape) {
        require(features, shape);
        return dense(features);
    }

    /** @throws IllegalArgumentException if these are not images of {@code shape} */
    static void require(INDArray features, Shape shape) {
        if (features.rank() != 4
                || features.size(0) < 1
                || features.size(1) != shape.channels()
                || features.size(2) != shape.height()
                || features.size(3) != shape.width()) {
            throw new IllegalArgumentException(
                    "images of " + shape + " are expected, the batch is " + Arrays.toString(features.shape()));
        }
    }

    /**
     * The labels without gaps, row by row.
     *
     * @throws IllegalArgumentException if these are not the labels of so many images
     */
    static INDArray labels(INDArray labels, long batch, long classes) {
        requireLabels(labels, batch, classes);
        return dense(labels);
    }

    /** @throws IllegalArgumentException if these are not the labels of so many images */
    static void requireLabels(INDArray labels, long batch, long classes) {
        if (labels.rank() != 2 || labels.size(0) != batch || labels.size(1) != classes) {
            throw new IllegalArgumentException(
                    "the batch needs labels of " + batch + "×" + classes + ", got " + Arrays.toString(labels.shape()));
        }
    }

    /**
     * The first image with a value that is not finite, or -1. Activations of oneDNN turn a NaN into zero, so that it
     * would not show in the result.
     */
    static int firstNotFinite(INDArray dense) {
        FloatBuffer values = dense.data().asNioFloat();
        int count = Math.toIntExact(dense.size(0));
        int each = Math.toIntExact(dense.length() / count);
        float[] row = new float[each];
        for (int image = 0; image < count; image++) {
            values.get(image * each, row);
            if (!finite(row, each)) {
                return image;
            }
        }
        Reference.reachabilityFence(dense); // a buffer does not keep the memory it shows
        return -1;
    }

    /** Whether the first {@code count} values are. */
    static boolean finite(float[] values, int count) {
        // 0 · x is 0 for every finite x; four sums side by side, as one alone would wait for each addition.
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += 0 * values[i];
            b += 0 * values[i + 1];
            c += 0 * values[i + 2];
            d += 0 * values[i + 3];
        }
        for (; i < count; i++) {
            a += 0 * values[i];
        }
        return a + b + c + d == 0;
    }

    private static INDArray dense(INDArray array) {
        INDArray floats = array.castTo(DataType.FLOAT);
        boolean dense = floats.ordering() == 'c' && !floats.isView() && hasDefaultStridesForShape(floats);
        return dense ? floats : floats.dup('c');
    }
}
