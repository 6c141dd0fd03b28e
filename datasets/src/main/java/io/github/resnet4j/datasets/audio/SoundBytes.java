package io.github.resnet4j.datasets.audio;

import java.nio.file.Path;

/** A cursor over untrusted little-endian bytes: no read leaves them, and every refusal says where it happened. */
final class SoundBytes {
    private final byte[] bytes;
    private final Path name;
    private int position;

    SoundBytes(byte[] bytes, Path name) {
        this.bytes = bytes;
        this.name = name;
    }

    byte[] bytes() {
        return bytes;
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
        return u8() | u8() << 8;
    }

    long u32() {
        need(4);
        return u16() | (long) u16() << 16;
    }

    /** The next four bytes as characters. */
    String tag() {
        need(4);
        StringBuilder tag = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            tag.append((char) u8());
        }
        return tag.toString();
    }

    /** The failure {@code problem} (worded to follow the file's name) at the present position. */
    BadAudioException bad(String problem) {
        return new BadAudioException(name, problem + " (byte " + position + ")");
    }

    private void need(long count) {
        if (count < 0 || count > remaining()) {
            throw bad("is truncated: " + count + " more bytes are needed, " + remaining() + " are there");
        }
    }
}
