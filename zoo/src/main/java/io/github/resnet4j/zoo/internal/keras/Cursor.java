package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the numbers of a structure of the file one after the other, never beyond its end. All are little-endian. */
final class Cursor {
    private static final int LONGEST_NAME = 1024;

    private final Path file;
    private final String what;
    private final long offset;
    private final ByteBuffer bytes;

    /**
     * At the first of {@code bytes}.
     *
     * @param what the structure, for people: "a group's symbol table"
     * @param offset of the first byte in the file
     */
    Cursor(Path file, String what, long offset, ByteBuffer bytes) {
        this.file = file;
        this.what = what;
        this.offset = offset;
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where in the file the next byte is. */
    long offset() {
        return offset + bytes.position();
    }

    /** How many bytes have been passed. */
    int position() {
        return bytes.position();
    }

    int remaining() {
        return bytes.remaining();
    }

    int u8() {
        need(1);
        return bytes.get() & 0xFF;
    }

    int u16() {
        need(2);
        return bytes.getShort() & 0xFFFF;
    }

    long u32() {
        need(4);
        return bytes.getInt() & 0xFFFF_FFFFL;
    }

    /** Eight bytes: an address, a length, a size; a hostile one may be negative. */
    long i64() {
        need(8);
        return bytes.getLong();
    }

    /** A number of 1 to 8 bytes. */
    long unsigned(int width) {
        if (width < 1 || width > Long.BYTES) {
            throw bad(Fault.HDF5, "has numbers of " + width + " bytes");
        }
        long value = 0;
        for (int b = 0; b < width; b++) {
            value |= (long) u8() << Byte.SIZE * b;
        }
        return value;
    }

    void skip(long count) {
        need(count);
        bytes.position(bytes.position() + (int) count);
    }

    /** Passes the padding up to the next multiple of 8, counted from the structure's begin. */
    void align() {
        skip(-bytes.position() & 7);
    }

    /** Requires four letters. */
    void signature(String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (u8() != expected.charAt(i)) {
                throw bad(Fault.HDF5, "does not begin with " + expected);
            }
        }
    }

    /** Requires a version. */
    void version(int expected) {
        int found = u8();
        if (found != expected) {
            throw bad(Fault.HDF5, "has version " + found + ", not " + expected);
        }
    }

    /** The next bytes on their own. */
    Cursor part(String name, long length) {
        need(length);
        ByteBuffer part = bytes.slice(bytes.position(), (int) length);
        Cursor cursor = new Cursor(file, name, offset(), part);
        skip(length);
        return cursor;
    }

    /** The same structure from its begin. */
    Cursor again() {
        return new Cursor(file, what, offset, bytes.duplicate().rewind());
    }

    /** The rest of the bytes, as they are. */
    ByteBuffer rest() {
        return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes already passed. */
    ByteBuffer passed() {
        return bytes.slice(0, bytes.position());
    }

    /** Text of {@code length} bytes that ends at its first NUL; {@code fault} if it is not UTF-8. */
    String text(int length, Fault fault) {
        need(length);
        ByteBuffer text = bytes.slice(bytes.position(), length);
        skip(length);
        for (int i = 0; i < length; i++) {
            if (text.get(i) == 0) {
                text.limit(i);
                break;
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw bad(fault, "contains text that is not UTF-8");
        }
    }

    /** A name that ends at a NUL, before it is long and before the structure ends. */
    String name() {
        int end = Math.min(bytes.limit(), bytes.position() + LONGEST_NAME);
        for (int i = bytes.position(); i < end; i++) {
            if (bytes.get(i) == 0) {
                return text(i - bytes.position(), Fault.NAME);
            }
        }
        throw bad(Fault.NAME, "contains an unterminated name");
    }

    /** A problem with the structure; {@code problem} continues the sentence after its name: "is of version 9". */
    BadWeightsException bad(Fault fault, String problem) {
        return new BadWeightsException(
                file,
                WeightFormat.KERAS_H5,
                fault,
                new Location.At(offset()),
                "is damaged: " + what + " " + problem + Hdf5.COPY);
    }

    /** The structure is sound, but this reader does not support it. */
    BadWeightsException unread(Fault fault, String problem) {
        return new BadWeightsException(
                file,
                WeightFormat.KERAS_H5,
                fault,
                new Location.At(offset()),
                "has " + what + " that " + problem + Hdf5.SAVE);
    }

    private void need(long count) {
        if (count < 0 || count > bytes.remaining()) {
            throw bad(Fault.HDF5, "ends early");
        }
    }
}
