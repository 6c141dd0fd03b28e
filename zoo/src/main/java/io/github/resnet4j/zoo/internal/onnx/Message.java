package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A message in the wire format of protocol buffers, field by field: {@link #next} goes to the next one, {@link #field} is
 * its number, and one of the other methods gives its value. What nobody asks for is skipped.
 */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int TYPE_BITS = 3;
    private static final int LAST_SHIFT = 63;

    private final Window window;
    private final Limits limits;
    private final long end;
    private long at;
    private long begin;
    private int field;
    private int type;

    /** The value of the field if it is a number, its length if it is a piece of the file. */
    private long value;

    /** The bytes around the place that is being read. */
    private static final class Window {
        private static final int SIZE = 1 << 12;

        private final FileBytes file;
        private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).limit(0);
        private long first;

        Window(FileBytes file) {
            this.file = file;
        }

        int at(long place) {
            if (place < first || place >= first + bytes.limit()) {
                bytes.clear().limit((int) Math.min(SIZE, file.size() - place));
                file.copy(place, bytes);
                first = place;
            }
            return bytes.get((int) (place - first)) & 0xFF;
        }
    }

    /** Bytes of the file: a packed list, or what a tensor stores. */
    record Piece(long offset, long length) {}

    private Message(Window window, Limits limits, long at, long end) {
        this.window = window;
        this.limits = limits;
        this.at = at;
        this.end = end;
    }

    /** The whole file. */
    static Message of(Limits limits) {
        return new Message(new Window(limits.file()), limits, 0, limits.file().size());
    }

    /** Goes to the next field, if there is one. */
    boolean next() {
        if (at == end) {
            return false;
        }
        begin = at;
        limits.field(begin);
        long tag = varint();
        type = (int) tag & (1 << TYPE_BITS) - 1;
        field = (int) (tag >>> TYPE_BITS);
        if (tag >>> TYPE_BITS != field || field <= 0) {
            throw damaged("has a field of number " + Long.toUnsignedString(tag >>> TYPE_BITS));
        }
        value = switch (type) {
            case VARINT -> varint();
            case FIXED64 -> fixed(Long.BYTES);
            case FIXED32 -> fixed(Integer.BYTES);
            case LENGTH -> length();
            default -> throw damaged("has a field of type " + type + ", which ONNX does not use");
        };
        return true;
    }

    private long length() {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw limits.bad(
                    end == limits.file().size() ? Fault.TRUNCATED : Fault.PROTOBUF,
                    begin,
                    "is cut short or damaged: a field of " + Long.toUnsignedString(length) + " bytes where "
                            + (end - at) + " are left; copy or download it again");
        }
        at += length;
        return length;
    }

    private long varint() {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            if (at == end) {
                throw cut();
            }
            int bits = window.at(at++);
            if (shift == LAST_SHIFT && bits > 1) {
                throw damaged("has a number of more than 64 bits");
            }
            number |= (long) (bits & 0x7F) << shift;
            if (bits < 0x80) {
                return number;
            }
        }
    }

    private long fixed(int width) {
        if (end - at < width) {
            throw cut();
        }
        long number = 0;
        for (int i = 0; i < width; i++) {
            number |= (long) window.at(at++) << Byte.SIZE * i;
        }
        return number;
    }

    /** Where the field begins. */
    long begin() {
        return begin;
    }

    int field() {
        return field;
    }

    /** The field's value, a whole number. */
    long number() {
        require(VARINT);
        return value;
    }

    float single() {
        require(FIXED32);
        return Float.intBitsToFloat((int) value);
    }

    /** The field's value, a message in this one; read it before the next field. */
    Message message() {
        require(LENGTH);
        return new Message(window, limits, at - value, at);
    }

    Piece piece() {
        require(LENGTH);
        return new Piece(at - value, value);
    }

    /** Passes on the field's value, one whole number or, packed, several. */
    void numbers(LongConsumer each) {
        if (type == VARINT) {
            each.accept(value);
            return;
        }
        Message packed = message();
        while (packed.at < packed.end) {
            packed.begin = packed.at;
            each.accept(packed.varint());
        }
    }

    /** The field's value, a text of at most so many bytes. */
    String text(int most) {
        require(LENGTH);
        if (value > most) {
            throw limits.bad(
                    Fault.NAME, begin, "has a name or text of " + value + " bytes, at most " + most + " are allowed");
        }
        if (value == 0) {
            return "";
        }
        limits.text(begin, (int) value);
        byte[] bytes = limits.file().read(at - value, (int) value);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) { // what was no UTF-8 became another mark
            throw limits.bad(Fault.UTF8, begin, "has a name or text that is not UTF-8; download it again");
        }
        return text;
    }

    private void require(int wanted) {
        if (type != wanted) {
            throw damaged("has a field " + field + " of type " + type + " where ONNX has type " + wanted);
        }
    }

    private BadWeightsException cut() {
        return end == limits.file().size()
                ? limits.bad(Fault.TRUNCATED, begin, "is cut short; copy or download it again")
                : damaged("has a field that is longer than what it is in");
    }

    /** The file is damaged at this field. */
    BadWeightsException damaged(String problem) {
        return limits.bad(Fault.PROTOBUF, begin, problem + ": it is damaged; copy or download it again");
    }
}
