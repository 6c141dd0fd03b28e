package io.github.resnet4j.zoo.weights.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** An array of the file as a tensor. All that can be wrong with it is found before it is one. */
final class Dataset {
    private static final long LARGEST = 1L << 31;
    private static final int LARGEST_RATIO = 100;

    private final Hdf5 file;
    private final Header header;
    private final Place place;

    private Dataset(Hdf5 file, Header header, String name) {
        this.file = file;
        this.header = header;
        this.place = new Place.Named(name);
    }

    /**
     * The tensor in an object.
     *
     * @param name for messages
     */
    static Tensor tensor(Header header, String name) {
        return new Dataset(header.file(), header, name).tensor();
    }

    private Tensor tensor() {
        if (header.has(Header.Message.EXTERNAL_FILES)) {
            throw external();
        }
        Shape shape = Shape.read(required(Header.Message.DATASPACE, "shape"));
        Datatype.Numbers numbers = numbers(Datatype.read(required(Header.Message.DATATYPE, "type")));
        int width = numbers.bytes();
        if (shape.count() >= LARGEST / width
                || shape.count() * width > LARGEST_RATIO * file.file().size()) {
            throw bad(
                    Fault.OVERFLOW,
                    "has the shape " + shape.sizes() + ", which is more than 2 GiB or than 100 times the file; "
                            + "copy or download it again");
        }
        Tensor.Elements elements = elements(shape, width);
        return Tensor.of(
                numbers.type(), shape.sizes(), numbers.bigEndian() && width > 1 ? swapped(elements, width) : elements);
    }

    private Datatype.Numbers numbers(Datatype type) {
        if (type instanceof Datatype.Numbers numbers) {
            return numbers;
        }
        if (type instanceof Datatype.Opaque opaque
                && opaque.bytes() == DType.BF16.bytes()
                && new Attributes(header).texts("dtype").equals(Optional.of(List.of("bfloat16")))) {
            return new Datatype.Numbers(DType.BF16, false); // as Keras 3 writes it
        }
        throw bad(
                Fault.DTYPE,
                "has elements that no weights are made of: " + type.title() + "; " + Hdf5.AGAIN + " as float32");
    }

    private Tensor.Elements elements(Shape shape, int width) {
        Cursor layout = required(Header.Message.LAYOUT, "place");
        int version = layout.u8();
        if (version != 3 && version != 4) {
            throw bad(
                    Fault.UNSUPPORTED,
                    "lies in the file in a way that Keras does not write: version " + version + "; " + Hdf5.AGAIN);
        }
        int kind = layout.u8();
        Optional<Cursor> filters = header.one(Header.Message.FILTERS);
        if (kind < 2 && filters.isPresent()) {
            throw bad(Fault.FILTER, "is compressed, and not in chunks; copy or download it again");
        }
        long bytes = shape.count() * width;
        return switch (kind) {
            case 0 -> inHeader(layout, bytes, width);
            case 1 -> inOnePiece(layout, bytes, width);
            case 2 ->
                Chunks.read(
                        file,
                        place,
                        shape,
                        width,
                        layout,
                        version,
                        filters.map(list -> Filters.read(list, width)).orElse(Filters.NONE));
            case 3 -> throw external(); // pieced together from the arrays of others
            default -> throw bad(Fault.HDF5, "lies in the file in a way that is unknown; copy or download it again");
        };
    }

    private Tensor.Elements inHeader(Cursor layout, long bytes, int width) {
        int stored = layout.u16();
        requireSize(stored, bytes);
        file.countStored(bytes, place);
        byte[] values = new byte[stored];
        layout.part("an array", stored).rest().get(values);
        return (from, into) -> into.put(values, (int) from * width, into.remaining());
    }

    private Tensor.Elements inOnePiece(Cursor layout, long bytes, int width) {
        long address = layout.i64();
        long stored = layout.i64();
        if (bytes == 0) {
            return (from, into) -> {};
        }
        if (address == Hdf5.NOWHERE) {
            throw bad(Fault.OVERFLOW, "has a shape, and no numbers; " + Hdf5.AGAIN);
        }
        requireSize(stored, bytes);
        if (address < 0 || address > file.file().size() - file.base() - bytes) {
            throw bad(Fault.BOUNDS, "lies behind the end of the file; copy or download it again");
        }
        file.countStored(bytes, place);
        long first = file.base() + address;
        return (from, into) -> file.file().copy(first + from * width, into);
    }

    private void requireSize(long stored, long bytes) {
        if (stored != bytes) {
            throw bad(
                    Fault.STORAGE_SIZE,
                    "needs " + bytes + " bytes and has " + Long.toUnsignedString(stored)
                            + "; copy or download it again");
        }
    }

    /** Elements whose first byte is the highest, turned round. */
    private static Tensor.Elements swapped(Tensor.Elements elements, int width) {
        return (from, into) -> {
            int begin = into.position();
            elements.copy(from, into);
            ByteBuffer bytes = into.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (int at = begin; at < into.limit(); at += width) {
                switch (width) {
                    case Short.BYTES -> bytes.putShort(at, Short.reverseBytes(bytes.getShort(at)));
                    case Integer.BYTES -> bytes.putInt(at, Integer.reverseBytes(bytes.getInt(at)));
                    default -> bytes.putLong(at, Long.reverseBytes(bytes.getLong(at)));
                }
            }
        };
    }

    private Cursor required(int message, String what) {
        return header.one(message)
                .orElseThrow(() ->
                        bad(Fault.HDF5, "should be an array, and has no " + what + "; copy or download it again"));
    }

    private BadWeightsException external() {
        return bad(Fault.EXTERNAL, "has its numbers in another file, which is not opened; " + Hdf5.AGAIN);
    }

    private BadWeightsException bad(Fault fault, String problem) {
        return file.bad(fault, place, problem);
    }
}
