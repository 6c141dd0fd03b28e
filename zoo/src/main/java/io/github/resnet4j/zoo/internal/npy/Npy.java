package io.github.resnet4j.zoo.internal.npy;

import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One array in NumPy's format, version 1.0: magic, length of the header, the header as a Python dictionary, and the
 * elements, little-endian and row-major.
 */
final class Npy {
    /** NumPy's own limit, before its version 2. */
    static final int MAX_RANK = 32;

    /** Elements begin at a multiple of this. */
    private static final int ALIGNMENT = 64;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    private Npy() {}

    static void write(Tensor tensor, OutputStream out) throws IOException {
        out.write(header(tensor));
        switch (tensor.type()) {
            case BF16 -> tensor.write(new Converted(out, Npy::widened));
            case BOOL -> tensor.write(new Converted(out, Npy::normalised));
            default -> tensor.write(out);
        }
    }

    private static byte[] header(Tensor tensor) {
        String shape = tensor.shape().stream().map(size -> size + ",").collect(Collectors.joining(" ", "(", ")"));
        String text =
                "{'descr': '" + descriptor(tensor.type()) + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int prefix = MAGIC.length + Short.BYTES;
        int size = (prefix + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(header.array(), (byte) ' ');
        header.put(MAGIC).putShort((short) (size - prefix)).put(text.getBytes(StandardCharsets.US_ASCII));
        header.put(size - 1, (byte) '\n');
        return header.array();
    }

    private static String descriptor(DType type) {
        return switch (type) {
            case F64 -> "<f8";
            case F32, BF16 -> "<f4";
            case F16 -> "<f2";
            case I64 -> "<i8";
            case I32 -> "<i4";
            case I16 -> "<i2";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BOOL -> "|b1";
        };
    }

    /** BF16, which NumPy does not know, is the upper half of a single. */
    private static byte[] widened(byte[] halves) {
        byte[] singles = new byte[2 * halves.length];
        for (int i = 0; i < halves.length; i += 2) {
            singles[2 * i + 2] = halves[i];
            singles[2 * i + 3] = halves[i + 1];
        }
        return singles;
    }

    /** NumPy computes wrongly with a true that is not 1. */
    private static byte[] normalised(byte[] booleans) {
        byte[] normal = new byte[booleans.length];
        for (int i = 0; i < booleans.length; i++) {
            normal[i] = (byte) (booleans[i] == 0 ? 0 : 1);
        }
        return normal;
    }

    /** Converts elements as they are written. Tensors pass it whole elements. */
    private static final class Converted extends FilterOutputStream {
        private final UnaryOperator<byte[]> conversion;

        Converted(OutputStream out, UnaryOperator<byte[]> conversion) {
            super(out);
            this.conversion = conversion;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(conversion.apply(Arrays.copyOfRange(bytes, offset, offset + length)));
        }
    }
}
