package io.github.resnet4j.engine;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array of single precision as it is, to the last bit: {@code INDArray.equals} takes 1e-5 for nothing. Zeros of both
 * signs differ, and a NaN equals itself.
 *
 * @param shape sizes of the dimensions
 * @param values bits of the values, row by row
 */
record Bits(List<Long> shape, IntBuffer values) {

    static Bits of(INDArray array) {
        return new Bits(
                Arrays.stream(array.shape()).boxed().toList(),
                bits(array.dup('c').data().asFloat()));
    }

    /** Of what is left of a buffer. */
    static Bits of(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.duplicate().get(values);
        return new Bits(List.of((long) values.length), bits(values));
    }

    /** Of each array. */
    static Map<String, Bits> of(Map<String, INDArray> arrays) {
        Map<String, Bits> bits = new TreeMap<>();
        arrays.forEach((name, array) -> bits.put(name, of(array)));
        return bits;
    }

    private static IntBuffer bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
        return IntBuffer.wrap(bits).asReadOnlyBuffer();
    }

    /** Does not print every value. */
    @Override
    public String toString() {
        return shape + " " + Integer.toHexString(values.hashCode());
    }
}
