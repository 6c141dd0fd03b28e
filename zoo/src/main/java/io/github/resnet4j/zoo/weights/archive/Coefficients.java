package io.github.resnet4j.zoo.weights.archive;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A flat array of floats as {@code Nd4j.write} writes it: two data buffers, each {@code UTF allocation mode, long length,
 * UTF type, values}, big-endian. The first buffer is the shape of a vector: rank, length, stride, type bits (8192 is
 * FLOAT), element-wise stride, order. For a known length all of it is known but the values.
 *
 * <p>{@code Nd4j.read} takes memory and builds the array from what the header says before it checks anything, so it is
 * never used on a file.
 */
final class Coefficients {
    private static final String MODE = "MIXED_DATA_TYPES";
    private static final int FLOAT_BITS = 8192;
    private static final int CHUNK = 1 << 16;

    private Coefficients() {}

    /** Bytes of an array of {@code length} floats. */
    static long size(long length) {
        return header(length).length + 4 * length;
    }

    static void write(FloatBuffer values, OutputStream out) throws IOException {
        out.write(header(values.remaining()));
        FloatBuffer rest = values.duplicate();
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), CHUNK / 4);
            bytes.asFloatBuffer().put(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
            out.write(bytes.array(), 0, 4 * count);
        }
    }

    /**
     * Fills {@code values} to its limit.
     *
     * @throws EOFException if there are too few bytes
     * @throws IllegalArgumentException if the header is not that of an array of this length; says at which byte
     */
    static void read(InputStream in, FloatBuffer values) throws IOException {
        byte[] expected = header(values.remaining());
        byte[] header = in.readNBytes(expected.length);
        int difference = Arrays.mismatch(expected, header);
        if (difference == header.length) {
            throw new EOFException("ends after " + header.length + " bytes");
        }
        if (difference >= 0) {
            throw new IllegalArgumentException(
                    "byte " + difference + " is not that of a vector of " + values.remaining() + " floats");
        }
        FloatBuffer rest = values.duplicate();
        byte[] bytes = new byte[CHUNK];
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), CHUNK / 4);
            if (in.readNBytes(bytes, 0, 4 * count) < 4 * count) {
                throw new EOFException("ends after " + rest.position() + " of " + rest.limit() + " values");
            }
            rest.put(ByteBuffer.wrap(bytes, 0, 4 * count).asFloatBuffer());
        }
    }

    /**
     * What is wrong with these values, if anything.
     *
     * @param values to be the flat parameters of {@code graph}
     */
    static Optional<String> problem(ComputationGraph graph, FloatBuffer values) {
        for (Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                String key = parameter.getKey();
                boolean variance = key.equals(BatchNormalizationParamInitializer.GLOBAL_VAR);
                int from = Math.toIntExact(parameter.getValue().offset());
                for (int i = 0; i < parameter.getValue().length(); i++) {
                    float value = values.get(from + i);
                    if (!Float.isFinite(value) || variance && value < 0) {
                        return Optional.of("value " + i + " of " + name + ", " + key + ", is " + value);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] header(long length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeUTF(MODE);
            long[] shape = {1, length, 1, FLOAT_BITS, 1, 'c'};
            out.writeLong(shape.length);
            out.writeUTF("LONG");
            for (long word : shape) {
                out.writeLong(word);
            }
            out.writeUTF(MODE);
            out.writeLong(length);
            out.writeUTF("FLOAT");
        } catch (IOException e) {
            throw new IllegalStateException("an array in memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
