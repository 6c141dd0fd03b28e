package io.github.resnet4j.datasets.audio;

import java.nio.file.Path;

/** The bits of untrusted bytes, the highest first: no read leaves them, and every refusal says where it happened. */
final class FlacBits {
    private final byte[] bytes;
    private final Path name;
    private int next;
    /** Bits that are read but not taken, from the highest on; zeros behind them. */
    private long held;

    private int count;

    FlacBits(byte[] bytes, Path name) {
        this.bytes = bytes;
        this.name = name;
    }

    Path name() {
        return name;
    }

    /** The byte that the next bit is in. */
    int position() {
        return next - count / 8;
    }

    boolean atEnd() {
        return position() == bytes.length;
    }

    /** The next {@code width} bits, 0 to 56, as a whole number that is not negative. */
    long bits(int width) {
        if (width == 0) {
            return 0;
        }
        if (count < width) {
            fill();
            if (count < width) {
                throw bad("is truncated");
            }
        }
        long value = held >>> (64 - width);
        held <<= width;
        count -= width;
        return value;
    }

    int number(int width) {
        return (int) bits(width);
    }

    /** The same as a number in two's complement. */
    long signed(int width) {
        long value = bits(width);
        return width == 0 ? 0 : value << (64 - width) >> (64 - width);
    }

    /** Zeros before the next one, which is taken too. */
    long zeros() {
        long zeros = 0;
        while (held == 0) {
            zeros += count;
            count = 0;
            fill();
            if (count == 0) {
                throw bad("is truncated");
            }
        }
        int here = Long.numberOfLeadingZeros(held);
        held = held << here << 1;
        count -= here + 1;
        return zeros + here;
    }

    /** Goes on at the next whole byte; what is passed over must be zeros. */
    void align() {
        if (bits(count & 7) != 0) {
            throw bad("has bits where there should be none: it is damaged");
        }
    }

    void skip(long wholeBytes) {
        int at = position();
        if (wholeBytes > bytes.length - at) {
            throw bad("is truncated: " + wholeBytes + " more bytes are needed, " + (bytes.length - at) + " are there");
        }
        next = at + (int) wholeBytes;
        held = 0;
        count = 0;
    }

    /** The failure {@code problem} (worded to follow the file's name) at the present position. */
    BadAudioException bad(String problem) {
        return new BadAudioException(name, problem + " (byte " + position() + ")");
    }

    private void fill() {
        while (count <= 56 && next < bytes.length) {
            held |= (bytes[next++] & 0xffL) << (56 - count);
            count += 8;
        }
    }
}
