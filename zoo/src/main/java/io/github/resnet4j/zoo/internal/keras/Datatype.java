package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.Optional;

/** What the elements of an array or an attribute are. */
sealed interface Datatype {
    /** Bytes of one element. */
    int bytes();

    /** What it is, for people. */
    String title();

    /** Numbers that tensors can have. */
    record Numbers(DType type, boolean bigEndian) implements Datatype {
        @Override
        public int bytes() {
            return type.bytes();
        }

        @Override
        public String title() {
            return type.name();
        }
    }

    /** Text in a field of fixed length, padded by zeros. */
    record Text(int bytes) implements Datatype {
        @Override
        public String title() {
            return "text";
        }
    }

    /** References to text in the global heap. */
    record TextReference() implements Datatype {
        @Override
        public int bytes() {
            return 16;
        }

        @Override
        public String title() {
            return "text";
        }
    }

    /** Bytes of no stated meaning; Keras 3 writes bfloat16 so and says it in an attribute. */
    record Opaque(int bytes) implements Datatype {
        @Override
        public String title() {
            return "opaque bytes";
        }
    }

    /** Anything else. */
    record Other(String title, int bytes) implements Datatype {}

    /** Reads a description. */
    static Datatype read(Cursor from) {
        int first = from.u8();
        int version = first >> 4;
        if (version < 1 || version > 5) {
            throw from.bad(Fault.DTYPE, "has version " + version + "; only 1 to 5 exist");
        }
        int bits = from.u8() | from.u8() << 8 | from.u8() << 16;
        long size = from.u32();
        int bytes = (int) Math.min(size, Integer.MAX_VALUE);
        return switch (first & 0x0F) {
            case 0 -> whole(from, bits, bytes);
            case 1 -> floating(from, bits, bytes);
            case 2 -> new Other("times", bytes);
            case 3 -> new Text(bytes);
            case 4 -> new Other("bit fields", bytes);
            case 5 -> new Opaque(bytes);
            case 6 -> new Other("compound values", bytes);
            case 7 -> new Other("references", bytes);
            case 8 -> new Other("enumerated values", bytes);
            case 9 ->
                (bits & 0x0F) == 1 && bytes == 16 ? new TextReference() : new Other("variable-length lists", bytes);
            case 10 -> new Other("arrays of arrays", bytes);
            default -> new Other("elements of an unknown kind", bytes);
        };
    }

    private static Datatype whole(Cursor from, int bits, int bytes) {
        int offset = from.u16();
        int precision = from.u16();
        boolean signed = (bits & 0x08) != 0;
        Optional<DType> type = offset != 0 || precision != 8L * bytes
                ? Optional.empty()
                : switch (bytes) {
                    case 1 -> Optional.of(signed ? DType.I8 : DType.U8);
                    case 2 -> signed ? Optional.of(DType.I16) : Optional.empty();
                    case 4 -> signed ? Optional.of(DType.I32) : Optional.empty();
                    case 8 -> signed ? Optional.of(DType.I64) : Optional.empty();
                    default -> Optional.empty();
                };
        return numbers(
                type, bits, (signed ? "" : "un") + "signed integers of " + precision + " bits in " + bytes, bytes);
    }

    /** IEEE's three formats and bfloat16, each with its bits where they always are. */
    private static Datatype floating(Cursor from, int bits, int bytes) {
        int offset = from.u16();
        int precision = from.u16();
        int exponentAt = from.u8();
        int exponentBits = from.u8();
        int fractionAt = from.u8();
        int fractionBits = from.u8();
        long bias = from.u32();
        boolean usual = offset == 0
                && precision == 8L * bytes
                && (bits & 0x40) == 0 // not VAX's order
                && (bits & 0x30) == 0x20 // the first bit of the fraction is implied
                && bits >> 8 == precision - 1 // the sign is the highest
                && fractionAt == 0
                && exponentAt == fractionBits
                && exponentBits + fractionBits + 1 == precision
                && bias == (1L << exponentBits - 1) - 1;
        Optional<DType> type = !usual
                ? Optional.empty()
                : switch (precision << 8 | exponentBits) {
                    case 16 << 8 | 5 -> Optional.of(DType.F16);
                    case 16 << 8 | 8 -> Optional.of(DType.BF16);
                    case 32 << 8 | 8 -> Optional.of(DType.F32);
                    case 64 << 8 | 11 -> Optional.of(DType.F64);
                    default -> Optional.empty();
                };
        return numbers(type, bits, "floats of " + precision + " bits in " + bytes, bytes);
    }

    private static Datatype numbers(Optional<DType> type, int bits, String title, int bytes) {
        boolean bigEndian = (bits & 0x01) != 0;
        return type.<Datatype>map(known -> new Numbers(known, bigEndian))
                .orElseGet(() -> new Other(title + " bytes", bytes));
    }
}
