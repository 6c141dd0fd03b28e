package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Reads pickles instruction by instruction, one after the other, and keeps count of what they cost: instructions per
 * pickle, memory over all. A checkpoint of a network of 1202 layers with the optimizer's state and an average of the
 * weights has 25,000 tensors, which take 0.8 million instructions and 28 MB.
 */
final class PickleBytes {
    private static final int MAX_INSTRUCTIONS = 1 << 22;
    private static final long MAX_MEMORY = 32L << 20;
    private static final int MAX_LINE = 512;
    private static final int WINDOW = 1 << 13;
    private static final char REPLACEMENT = '\uFFFD';

    private final FileBytes file;
    private final WeightFormat format;
    private final LongFunction<Location> places;
    private final long end;

    private final byte[] window;
    private final ByteBuffer numbers;
    /** Of the file's bytes, where the window begins. */
    private long windowFrom;

    private int windowLength;
    /** Within the window. */
    private int index;

    private long begin;
    private int instructions;
    private long instructionAt;
    private long memory;

    /**
     * Pickles in a part of a file.
     *
     * @param places names a byte of the file, for messages
     */
    PickleBytes(FileBytes file, WeightFormat format, LongFunction<Location> places, long from, long to) {
        this.file = file;
        this.format = format;
        this.places = places;
        this.end = to;
        this.window = new byte[(int) Math.min(WINDOW, to - from)];
        this.numbers = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
        this.memory = MAX_MEMORY + file.size() / 2;
        this.windowFrom = from;
        begin();
    }

    /** A pickle begins here. */
    void begin() {
        begin = position();
        instructions = 0;
        instructionAt = begin;
    }

    /** Back to where the pickle began. */
    void rewind() {
        windowFrom = begin;
        windowLength = 0;
        index = 0;
        begin();
    }

    /** The next byte to be read. */
    long position() {
        return windowFrom + index;
    }

    boolean atEnd() {
        return position() == end;
    }

    /**
     * The byte of the next instruction, whether or not there is such an instruction.
     *
     * @throws BadWeightsException with {@link Fault#PKL_END} if there is none, with {@link Fault#LIMIT_OPS} if there
     *     were too many
     */
    int instruction() {
        instructionAt = position();
        if (atEnd()) {
            throw format == WeightFormat.TORCH_LEGACY
                    ? truncated()
                    : bad(Fault.PKL_END, "ends in the middle of its objects; copy or download it again");
        }
        if (++instructions > MAX_INSTRUCTIONS) {
            throw bad(
                    Fault.LIMIT_OPS,
                    "has more than " + MAX_INSTRUCTIONS
                            + " instructions, more than any network needs; do not trust it");
        }
        return u1();
    }

    int u1() {
        return window[need(1)] & 0xFF;
    }

    int u2() {
        return numbers.getShort(need(2)) & 0xFFFF;
    }

    int i4() {
        return numbers.getInt(need(4));
    }

    long u4() {
        return i4() & 0xFFFF_FFFFL;
    }

    /** Big-endian, the only number of a pickle that is. */
    double f8() {
        return Double.longBitsToDouble(Long.reverseBytes(numbers.getLong(need(8))));
    }

    /**
     * {@code length} bytes as text, which must be UTF-8. Nothing if it is longer than any name: the bytes of a NumPy array
     * are stored as such a text, and are not needed.
     */
    Optional<String> text(long length) {
        if (length > end - position()) {
            throw cut();
        }
        if (length > window.length) {
            requireUtf8(length);
            return Optional.empty();
        }
        spend(64 + 2 * length);
        int at = need((int) length);
        return Optional.of(utf8(window, at, (int) length));
    }

    /** Goes over a long text without keeping it. */
    private void requireUtf8(long length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(WINDOW);
        ByteBuffer piece = ByteBuffer.allocate(WINDOW);
        long left = length;
        CoderResult result = CoderResult.UNDERFLOW;
        while (left > 0 && !result.isError()) {
            piece.limit((int) Math.min(WINDOW, piece.position() + left));
            int more = piece.remaining();
            file.copy(position(), piece);
            skip(more);
            left -= more;
            text.clear();
            result = decoder.decode(piece.flip(), text, left == 0);
            piece.compact();
        }
        if (result.isError()) {
            throw bad(Fault.PKL_STRING, "holds a string that is not UTF-8; do not trust it");
        }
    }

    /** Text up to the end of the line, which is left out. */
    String line() {
        int room = Math.min(MAX_LINE + 1, window.length);
        int available = (int) Math.min(room, end - position());
        int at = peek(available);
        for (int i = 0; i < available; i++) {
            if (window[at + i] == '\n') {
                spend(64 + 2L * i);
                index += i + 1;
                return utf8(window, at, i);
            }
        }
        throw available > MAX_LINE
                ? bad(Fault.PKL_STRING, "has a name of more than " + MAX_LINE + " characters; do not trust it")
                : cut();
    }

    void skip(long length) {
        if (length > end - position()) {
            throw cut();
        }
        if (length <= windowLength - index) {
            index += (int) length;
        } else {
            windowFrom = position() + length;
            windowLength = 0;
            index = 0;
        }
    }

    /**
     * Counts memory that is about to be taken.
     *
     * @throws BadWeightsException with {@link Fault#LIMIT_OPS} if there was too much
     */
    void spend(long bytes) {
        memory -= bytes;
        if (memory < 0) {
            throw bad(Fault.LIMIT_OPS, "holds more objects than any network of its size; do not trust it");
        }
    }

    /** What is wrong at the instruction that was read last. */
    BadWeightsException bad(Fault fault, String problem) {
        return new BadWeightsException(file.path(), format, fault, places.apply(instructionAt), problem);
    }

    BadWeightsException truncated() {
        return new BadWeightsException(
                file.path(),
                format,
                Fault.TRUNCATED,
                places.apply(end),
                "is cut short: it ends in the middle of its objects; copy or download it again");
    }

    private BadWeightsException cut() {
        return format == WeightFormat.TORCH_LEGACY
                ? truncated()
                : bad(Fault.PKL_TRUNC, "holds an object that is longer than the rest of it; copy or download it again");
    }

    private String utf8(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        // The decoder puts this character where bytes make no sense; but it may also be meant.
        if (text.indexOf(REPLACEMENT) >= 0
                && !Arrays.equals(
                        text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(bytes, from, from + length))) {
            throw bad(Fault.PKL_STRING, "holds a string that is not UTF-8; do not trust it");
        }
        return text;
    }

    /** Takes {@code length} bytes, at most a window's; returns where in the window they are. */
    private int need(int length) {
        if (length > end - position()) {
            throw cut();
        }
        int at = peek(length);
        index += length;
        return at;
    }

    /** Makes {@code length} bytes, no more than there are, available in the window. */
    private int peek(int length) {
        if (length > windowLength - index) {
            windowFrom = position();
            index = 0;
            windowLength = (int) Math.min(window.length, end - windowFrom);
            file.copy(windowFrom, ByteBuffer.wrap(window, 0, windowLength));
        }
        return index;
    }
}
