package io.github.resnet4j.datasets.image;

import java.nio.file.Path;

/** A cursor over untrusted bytes: no read leaves them, and every refusal says where it happened. */
final class ByteReader {
    private final byte[] bytes;
    private final Path name;
    private int position;

    ByteReader(byte[] bytes, Path name) {
        this.bytes = bytes;
        this.name = name;
    }

    Path name() {
        return name;
    }

    int position() {
        return position;
    }

    int remaining() {
        return bytes.length - position;
    }

    void seek(long to) {
        if (to < 0 || to > bytes.length) {
            throw bad("points to byte " + to + " of " + bytes.length + ": it is truncated or damaged");
        }
        position = (int) to;
    }

    void skip(long count) {
        need(count);
        position += (int) count;
    }

    int u8() {
        need(1);
        return bytes[position++] & 0xff;
    }

    int u16() {
        need(2);
        return u8() << 8 | u8();
    }

    long u32() {
        need(4);
        return (long) u16() << 16 | u16();
    }

    int u16LittleEndian() {
        need(2);
        return u8() | u8() << 8;
    }

    long u32LittleEndian() {
        need(4);
        return u16LittleEndian() | (long) u16LittleEndian() << 16;
    }

    void read(byte[] out, int offset, int count) {
        need(count);
        System.arraycopy(bytes, position, out, offset, count);
        position += count;
    }

    /** Whether the bytes here are the characters of {@code text}. */
    boolean at(String text) {
        if (remaining() < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[position + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The failure {@code problem} (worded to follow the file's name) at the present position. */
    BadImageException bad(String problem) {
        return new BadImageException(name, problem + " (byte " + position + ")");
    }

    private void need(long count) {
        if (count < 0 || count > remaining()) {
            throw bad("is truncated: " + count + " more bytes are needed, " + remaining() + " are there");
        }
    }
}
