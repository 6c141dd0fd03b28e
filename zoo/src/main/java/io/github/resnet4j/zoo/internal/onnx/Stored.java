package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.internal.onnx.Message.Piece;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A tensor as a model stores it: a {@code TensorProto}.
 *
 * @param at where it is in the file
 * @param name its own, or that of the node that holds it
 * @param type ONNX's number for the type of its elements
 * @param shape its sizes
 * @param data where its numbers are
 */
record Stored(long at, String name, int type, List<Long> shape, Data data) {
    private static final Set<DType> FRACTIONS = EnumSet.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    /** {@code TensorProto.DataType}, as far as weights have them. */
    private static final Map<Integer, DType> TYPES = Map.of(
            1,
            DType.F32,
            2,
            DType.U8,
            3,
            DType.I8,
            5,
            DType.I16,
            6,
            DType.I32,
            7,
            DType.I64,
            9,
            DType.BOOL,
            10,
            DType.F16,
            11,
            DType.F64,
            16,
            DType.BF16);

    /** Where numbers are. */
    sealed interface Data {
        /** Nowhere: there are none. */
        record None() implements Data {}

        /** In the model, one after the other, little-endian. */
        record Raw(Piece piece) implements Data {}

        /** The same as a list of one type of numbers only. */
        record Packed(Piece piece, DType type) implements Data {}

        /** In the model as whole numbers of variable length: halves by their bits. */
        record Varints(Piece piece) implements Data {}

        /** In a file beside the model; what is written about it, unchecked. */
        record External(Map<String, String> entries) implements Data {}
    }

    Stored {
        shape = List.copyOf(shape);
    }

    Stored named(String other) {
        return new Stored(at, other, type, shape, data);
    }

    Stored shaped(List<Long> other) {
        return new Stored(at, name, type, other, data);
    }

    /** Whether it has numbers with fractions, as weights have; the others are sizes, axes and the like. */
    boolean hasFractions() {
        return dtype().filter(FRACTIONS::contains).isPresent();
    }

    private Optional<DType> dtype() {
        return Optional.ofNullable(TYPES.get(type));
    }

    /**
     * The tensor, once it is known that its numbers are where they should be.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if they are not
     */
    Tensor tensor(Limits limits, ExternalFiles beside) {
        DType dtype = dtype().filter(FRACTIONS::contains)
                .orElseThrow(() -> limits.bad(
                        Fault.DTYPE,
                        place(),
                        "has weights of type " + type + " (TensorProto.DataType) where only floating-point types are"
                                + " weights; use the model before it was quantised"));
        long count = count(limits, dtype);
        if (data instanceof Data.Varints halves) {
            return Tensor.of(dtype, shape, HeldElements.ofVarints(limits, this, dtype, halves.piece(), count));
        }
        if (data instanceof Data.External external) {
            ExternalFiles.Place found = beside.find(this, external.entries(), count * dtype.bytes());
            return Tensor.of(dtype, shape, new FileElements(found.file(), found.offset(), dtype.bytes(), count));
        }
        Piece piece = piece(limits, dtype);
        if (piece.length() != count * dtype.bytes()) {
            throw limits.bad(
                    Fault.SIZE,
                    place(),
                    "has " + piece.length() + " bytes for a tensor of " + count * dtype.bytes() + ", of type " + dtype
                            + " and shape " + shape + "; copy or download it again");
        }
        return Tensor.of(dtype, shape, new FileElements(limits.file(), piece.offset(), dtype.bytes(), count));
    }

    private Piece piece(Limits limits, DType dtype) {
        if (data instanceof Data.Raw raw) {
            return raw.piece();
        }
        if (data instanceof Data.Packed packed) {
            if (packed.type() != dtype) {
                throw limits.bad(
                        Fault.DTYPE,
                        place(),
                        "has a tensor of type " + dtype + " with a list of " + packed.type()
                                + " numbers; copy or download it again");
            }
            return packed.piece();
        }
        return new Piece(at, 0);
    }

    /** The number of its elements, whose bytes can be counted. */
    private long count(Limits limits, DType dtype) {
        long count = 1;
        try {
            for (long size : shape) {
                count = Math.multiplyExact(count, size);
            }
            Math.multiplyExact(count, (long) dtype.bytes());
            return count;
        } catch (ArithmeticException e) {
            throw limits.bad(
                    Fault.OVERFLOW, place(), "has a tensor of shape " + shape + ", larger than any; do not trust it");
        }
    }

    Location place() {
        return new Location.Named(name);
    }

    /** Elements that lie in a file one after the other. */
    private record FileElements(FileBytes file, long offset, int width, long count) implements Tensor.Elements {
        @Override
        public void copy(long from, ByteBuffer into) {
            long end = from + into.remaining() / width;
            file.copy(offset + from * width, into);
            if (end == count) { // now that all was read: it was of one file
                file.requireUnchanged();
            }
        }
    }
}
