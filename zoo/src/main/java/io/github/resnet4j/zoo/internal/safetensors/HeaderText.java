package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The characters of a header: strict UTF-8, and neither nesting nor a token that would cost the JSON parser much memory.
 * It is read as it is parsed, so that a header of 100 MB takes 8 KiB. Throws {@link BadWeightsException} only.
 */
final class HeaderText extends Reader {
    private static final int CHUNK = 1 << 13;
    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final FileBytes file;
    private final long end;
    private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK).limit(0);
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

    /** Bytes up to here were taken from the file. */
    private long taken = Rules.PREFIX;

    /** Where the next character begins. */
    private long position = Rules.PREFIX;

    private int depth;
    private int token;
    private boolean inString;
    private boolean escaped;

    /** The {@code length} bytes behind the prefix. */
    HeaderText(FileBytes file, int length) {
        this.file = file;
        this.end = Rules.PREFIX + length;
        fill();
        if (Arrays.equals(bytes.array(), 0, BOM.length, BOM, 0, BOM.length)) {
            throw Rules.bad(
                    file,
                    Fault.UTF8,
                    new Location.At(position),
                    "has a header that begins with a byte order mark; save it again without one");
        }
    }

    /** The byte at which character {@code index} of the header begins, or the header's end. */
    static long byteOf(FileBytes file, int length, long index) {
        HeaderText text = new HeaderText(file, length);
        char[] chars = new char[CHUNK];
        for (long left = index; left > 0; ) {
            int count = text.read(chars, 0, (int) Math.min(Math.max(left, 2), CHUNK));
            if (count < 0) {
                break;
            }
            if (count > left) {
                return text.position - Rules.utf8(chars[1]);
            }
            left -= count;
        }
        return text.position;
    }

    /** {@inheritDoc} There must be room for two, the halves of a surrogate pair. */
    @Override
    public int read(char[] into, int offset, int length) {
        CharBuffer room = CharBuffer.wrap(into, offset, length);
        while (room.remaining() == length) {
            if (decoder.decode(bytes, room, taken == end).isMalformed()) {
                accept(into, offset, length - room.remaining());
                throw Rules.bad(
                        file,
                        Fault.UTF8,
                        new Location.At(position),
                        "has a header that is not UTF-8; copy or download it again");
            }
            if (room.remaining() == length) {
                if (taken == end) {
                    return -1;
                }
                fill();
            }
        }
        int count = length - room.remaining();
        accept(into, offset, count);
        return count;
    }

    private void fill() {
        bytes.compact();
        bytes.limit((int) Math.min(CHUNK, bytes.position() + end - taken));
        int count = bytes.remaining();
        file.copy(taken, bytes);
        taken += count;
        bytes.flip();
    }

    /** Follows strings and brackets; whether it is JSON otherwise is the parser's business. */
    private void accept(char[] chars, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            char c = chars[i];
            if (inString) {
                inString = escaped || c != '"';
                escaped = !escaped && c == '\\';
                token++;
            } else {
                switch (c) {
                    case '"' -> {
                        inString = true;
                        token = 0;
                    }
                    case '{', '[' -> {
                        depth++;
                        token = 0;
                    }
                    case '}', ']' -> {
                        depth--;
                        token = 0;
                    }
                    case ',', ':', ' ', '\t', '\n', '\r' -> token = 0;
                    default -> token++;
                }
            }
            if (depth > Rules.MAX_DEPTH) {
                throw limit(Fault.JSON_DEPTH, "is nested deeper than " + Rules.MAX_DEPTH);
            }
            if (token > Rules.MAX_TOKEN) {
                throw limit(Fault.JSON_LIMIT, "has a string of more than " + Rules.MAX_TOKEN + " characters");
            }
            position += Rules.utf8(c);
        }
    }

    private BadWeightsException limit(Fault fault, String problem) {
        return Rules.bad(
                file,
                fault,
                new Location.At(position),
                "has a header that " + problem + ", which no tensor needs; do not trust it");
    }

    @Override
    public void close() {
        // nothing is held open
    }
}
