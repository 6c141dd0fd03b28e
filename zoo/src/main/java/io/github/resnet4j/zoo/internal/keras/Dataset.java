package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** An array of the file as a tensor. Everything that can be wrong with it is found first. */
final class Dataset {
    private static final long LARGEST = 1L << 31;
    private static final int LARGEST_RATIO = 100;

    private final Hdf5 file;
    private final Header header;
    private final Location place;

    private Dataset(Hdf5 file, Header header, String name) {
        this.file = file;
        this.header = header;
        this.place = new Location.Named(name);
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
        file.account().array(header.address(), place);
        if (header.has(Header.Message.EXTERNAL_FILES)) {
            throw external();
        }
        Dataspace shape = Dataspace.read(required(Header.Message.DATASPACE, "shape"));
        Datatype.Numbers numbers = numbers(Datatype.read(required(Header.Message.DATATYPE, "type")));
        int width = numbers.bytes();
        if (shape.count() >= LARGEST / width
                || shape.count() * width > LARGEST_RATIO * file.file().size()) {
            throw damaged(
                    Fault.OVERFLOW,
                    "of the shape " + shape.sizes() + " would take 2 GiB or more, or more than 100 times the file");
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
                && file.attributes(header.address()).texts("dtype").equals(Optional.of(List.of("bfloat16")))) {
            return new Datatype.Numbers(DType.BF16, false); // as Keras 3 writes it
        }
        throw unread(Fault.DTYPE, "of " + type.title() + ", which are not supported as weights");
    }

    private Tensor.Elements elements(Dataspace shape, int width) {
        Cursor layout = required(Header.Message.LAYOUT, "layout");
        int version = layout.u8();
        if (version != 3 && version != 4) {
            throw unread(Fault.UNSUPPORTED, "in a layout of version " + version + ", which Keras does not write");
        }
        int kind = layout.u8();
        Optional<Cursor> filters = header.one(Header.Message.FILTERS);
        if (kind < 2 && filters.isPresent()) {
            throw damaged(Fault.FILTER, "has filters but is not chunked");
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
            default -> throw damaged(Fault.HDF5, "has a layout of the unknown class " + kind);
        };
    }

    private Tensor.Elements inHeader(Cursor layout, long bytes, int width) {
        int stored = layout.u16();
        requireSize(stored, bytes);
        file.account().stored(bytes, place);
        byte[] values = new byte[stored];
        layout.part("an array", stored).rest().get(values);
        return (from, into) -> into.put(values, (int) from * width, into.remaining());
    }

    private Tensor.Elements inOnePiece(Cursor layout, long bytes, int width) {
        long address = layout.i64();
        requireSize(layout.i64(), bytes);
        if (bytes == 0) {
            return (from, into) -> {};
        }
        if (address == Hdf5.NOWHERE) {
            throw unread(Fault.OVERFLOW, "with a shape but no data");
        }
        if (address < 0 || address > file.file().size() - file.base() - bytes) {
            throw damaged(Fault.BOUNDS, "would extend past the end of the file");
        }
        file.account().stored(bytes, place);
        long first = file.base() + address;
        return (from, into) -> {
            boolean last = from * width + into.remaining() == bytes;
            file.file().copy(first + from * width, into);
            if (last) {
                file.file().requireUnchanged();
            }
        };
    }

    private void requireSize(long stored, long bytes) {
        if (stored != bytes) {
            throw damaged(
                    Fault.STORAGE_SIZE,
                    "of " + bytes + " bytes has " + Long.toUnsignedString(stored) + " bytes of data");
        }
    }

    /** Big-endian elements, with their bytes reversed. */
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
        return header.one(message).orElseThrow(() -> damaged(Fault.HDF5, "has no " + what));
    }

    private BadWeightsException external() {
        return unread(Fault.EXTERNAL, "whose data is in another file, which resnet4j does not open");
    }

    private BadWeightsException damaged(Fault fault, String problem) {
        return file.damaged(fault, place, "an array " + problem);
    }

    private BadWeightsException unread(Fault fault, String problem) {
        return file.unread(fault, place, "has an array " + problem);
    }
}
