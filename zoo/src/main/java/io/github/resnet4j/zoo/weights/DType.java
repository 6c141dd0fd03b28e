package io.github.resnet4j.zoo.weights;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Optional;

/** The number formats of tensors that can be read, by safetensors' names. All are little-endian here. */
public enum DType {
    /** IEEE double. */
    F64(8),
    /** IEEE single. */
    F32(4),
    /** IEEE half: 5 bits of exponent. */
    F16(2),
    /** The upper half of a single. */
    BF16(2),
    /** Signed, 64 bits. */
    I64(8),
    /** Signed, 32 bits. */
    I32(4),
    /** Signed, 16 bits. */
    I16(2),
    /** Signed, 8 bits. */
    I8(1),
    /** Unsigned, 8 bits. */
    U8(1),
    /** One byte, zero or not. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type of this name, if it is one of these. */
    public static Optional<DType> of(String name) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Converts all elements left in {@code from}, little-endian. F16, BF16, I16, I8, U8 and BOOL become floats exactly;
     * F64, I64 and I32 the nearest float, as in PyTorch; F32 keeps its bits, NaN payloads too.
     */
    void toFloats(ByteBuffer from, FloatBuffer into) {
        if (this == F32) {
            FloatBuffer floats = from.asFloatBuffer();
            from.position(from.limit());
            into.put(floats);
            return;
        }
        while (from.hasRemaining()) {
            into.put(
                    switch (this) {
                        case F64 -> (float) from.getDouble();
                        case F32 -> from.getFloat();
                        case F16 -> half(from.getShort());
                        case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
                        case I64 -> (float) from.getLong();
                        case I32 -> (float) from.getInt();
                        case I16 -> from.getShort();
                        case I8 -> from.get();
                        case U8 -> from.get() & 0xFF;
                        case BOOL -> from.get() == 0 ? 0 : 1;
                    });
        }
    }

    /** IEEE 754 binary16 to binary32; {@code Float.float16ToFloat} is of Java 20. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0x1F) { // infinity, NaN
            return Float.intBitsToFloat(sign | 0x7F80_0000 | fraction << 13);
        }
        if (exponent == 0) { // zero, subnormal
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | exponent + (127 - 15) << 23 | fraction << 13);
    }
}
