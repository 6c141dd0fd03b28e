package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
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

    /** Where the parts of the header begin, and how long it is. */
    private static final int WORDS = 2 + MODE.length();

    private static final int WORDS_TYPE = WORDS + 8;
    private static final int SHAPE = WORDS_TYPE + 2 + "LONG".length();
    private static final int LENGTH = SHAPE + 8;
    private static final int MODE_2 = SHAPE + 6 * 8;
    private static final int VALUES = MODE_2 + 2 + MODE.length();
    private static final int TYPE = VALUES + 8;
    static final int HEADER = TYPE + 2 + "FLOAT".length();

    private Coefficients() {}

    /** Bytes of an array of {@code length} floats. */
    static long size(long length) {
        return HEADER + 4 * length;
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
     * Requires that there is a vector of {@code length} floats, as far as its first {@link #HEADER} bytes and its size
     * say.
     *
     * @param start those bytes, or all there are
     * @param size of the whole
     * @return the fault, if there is one
     */
    static Optional<Misfit> misfit(byte[] start, long size, long length) {
        if (start.length < HEADER) {
            return Optional.of(new Misfit(Fault.PARAM_HEADER, start.length, "ends in its header"));
        }
        ByteBuffer bytes = ByteBuffer.wrap(start);
        long found = bytes.getLong(LENGTH);
        int difference = Arrays.mismatch(start, header(found));
        if (difference >= 0) {
            long values = bytes.getLong(VALUES);
            boolean impossible = values < 0 || values > size;
            boolean shape = difference >= WORDS && difference < WORDS_TYPE
                    || difference >= SHAPE && difference < MODE_2
                    || difference >= VALUES && difference < TYPE && !impossible;
            return Optional.of(new Misfit(
                    shape ? Fault.PARAM_SHAPE : Fault.PARAM_HEADER,
                    difference,
                    "is not a vector of " + length + " floats as Nd4j.write writes it"));
        }
        if (found != length || size != size(length)) {
            return Optional.of(new Misfit(
                    Fault.PARAM_COUNT,
                    LENGTH,
                    "has " + found + " values in " + size + " bytes, not " + length + " in " + size(length)));
        }
        return Optional.empty();
    }

    /** Why these are not the coefficients that are wanted, and at which byte. */
    record Misfit(Fault fault, int at, String what) {}

    /**
     * Fills {@code values} to its limit.
     *
     * @param offset of the coefficients in {@code file}, which were found to {@linkplain #misfit fit}
     * @return the checksum of all their bytes
     */
    static long read(FileBytes file, long offset, FloatBuffer values) {
        CRC32 crc = new CRC32();
        crc.update(file.read(offset, HEADER));
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK); // big-endian, as the values are
        FloatBuffer rest = values.duplicate();
        for (long at = offset + HEADER; rest.hasRemaining(); at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, 4L * rest.remaining()));
            file.copy(at, chunk);
            chunk.flip();
            rest.put(chunk.asFloatBuffer());
            crc.update(chunk.array(), 0, chunk.limit());
        }
        return crc.getValue();
    }

    /**
     * The first value that no model has, if there is one.
     *
     * @param values to be the flat parameters of {@code graph}
     */
    static Optional<Broken> broken(ComputationGraph graph, FloatBuffer values) {
        for (Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                String key = parameter.getKey();
                boolean variance = key.equals(BatchNormalizationParamInitializer.GLOBAL_VAR);
                int from = Math.toIntExact(parameter.getValue().offset());
                int length = Math.toIntExact(parameter.getValue().length());
                for (int i = 0; i < length; i++) {
                    float value = values.get(from + i);
                    if (!Float.isFinite(value) || variance && value < 0) {
                        return Optional.of(new Broken(name + " " + key, i, value));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A value that is not finite, or a negative variance. */
    record Broken(String tensor, int index, float value) {
        @Override
        public String toString() {
            return "value " + index + " of " + tensor + " is " + value;
        }
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
