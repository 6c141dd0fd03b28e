package io.github.resnet4j.engine;

import static org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.lower.Floats;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks the arrays that plans are given. */
final class InputArrays {
    /** Values that are looked at together. */
    private static final int BLOCK = 4096;

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
                    "expected images of " + shape + ", got a batch of " + Arrays.toString(features.shape()));
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
     * The values without gaps, in plain order.
     *
     * @throws IllegalArgumentException if these are not as many maps of this extent, or one has a value that is not finite
     */
    static INDArray values(INDArray values, long batch, Extent extent) {
        long[] shape = {batch, extent.channels(), extent.height(), extent.width()};
        if (!Arrays.equals(values.shape(), shape)) {
            throw new IllegalArgumentException(
                    "the batch needs values of " + Arrays.toString(shape) + ", got " + Arrays.toString(values.shape()));
        }
        return finiteValues(values);
    }

    /** @throws IllegalArgumentException if one is not finite */
    static INDArray finiteValues(INDArray values) {
        INDArray dense = dense(values);
        requireFinite(dense, "values to compare with");
        return dense;
    }

    /**
     * Refuses to train with values that are not finite. Activations of oneDNN turn a NaN into zero, which would hide it
     * from the loss.
     *
     * @throws IllegalArgumentException with the first image that has one
     */
    static void requireFinite(INDArray dense) {
        requireFinite(dense, "values");
    }

    private static void requireFinite(INDArray dense, String what) {
        for (long image = 0; image < dense.size(0); image++) {
            if (!isFinite(dense, image)) {
                throw new IllegalArgumentException(
                        "image " + image + " of the batch has " + what + " that are not finite");
            }
        }
    }

    /** @throws IllegalStateException if a graph has several outputs, of which none is the one */
    static void requireOne(List<String> outputs) {
        if (outputs.size() > 1) {
            throw new IllegalStateException("the graph has " + outputs.size() + " outputs, "
                    + String.join(", ", outputs) + "; outputs() gives them all");
        }
    }

    /** The refusal to train batch normalisation on a single image whose map is a single value: there is no variance. */
    static IllegalArgumentException tooFewValues(String norm) {
        return new IllegalArgumentException("a batch of one image gives " + norm
                + " one value per channel, of which batch normalisation has no variance; use at least 2 images");
    }

    /** Makes all results NaN of images that have a value that is not finite, which need not show in them. */
    static void markNotFinite(INDArray dense, Collection<INDArray> results) {
        for (long image = 0; image < dense.size(0); image++) {
            if (!isFinite(dense, image)) {
                for (INDArray result : results) {
                    result.slice(image).assign(Double.NaN);
                }
            }
        }
    }

    private static boolean isFinite(INDArray dense, long image) {
        long each = dense.length() / dense.size(0);
        long address = GraphState.address(dense) + image * each * Float.BYTES;
        float[] block = new float[BLOCK];
        boolean finite = true;
        for (long at = 0; at < each && finite; at += BLOCK) {
            int count = (int) Math.min(BLOCK, each - at);
            Floats.get(address + at * Float.BYTES, block, count);
            finite = finite(block, count);
        }
        Reference.reachabilityFence(dense); // an address does not keep the memory that is there
        return finite;
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
