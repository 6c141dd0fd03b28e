package io.github.resnet4j.engine.internal.lower;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Single-precision values at an address. A Java buffer shows no more than 2 GiB of memory and silently
 * omits the rest: what may be longer is copied, or read in parts.
 */
public final class Floats {
    /** Values that one buffer can show. */
    public static final int MOST_IN_A_BUFFER = Integer.MAX_VALUE / Float.BYTES;

    private static final int BLOCK = 4096;

    private Floats() {}

    /**
     * The values in a buffer, which does not keep their memory.
     *
     * @throws IllegalArgumentException if there are more than a buffer can show
     */
    static FloatBuffer buffer(long address, long count) {
        if (count > MOST_IN_A_BUFFER) {
            throw new IllegalArgumentException(count + " values are more than one buffer can show");
        }
        return new Values(address, count).asBuffer();
    }

    /** Copies the first {@code count} of {@code values} to {@code address}. */
    static void put(long address, float[] values, int count) {
        new Values(address, count).put(values, 0, count);
    }

    /** Copies {@code count} values at {@code address} into {@code values}. */
    public static void get(long address, float[] values, int count) {
        new Values(address, count).get(values, 0, count);
    }

    /** Whether any of {@code count} values at {@code address} is larger than {@code limit}, or negative and so, or NaN. */
    static boolean exceeds(long address, long count, float limit) {
        int most = Float.floatToRawIntBits(limit);
        int[] block = new int[BLOCK];
        int beyond = 0;
        for (long at = 0; at < count; at += BLOCK) {
            int length = (int) Math.min(BLOCK, count - at);
            new Bits(address + at * Float.BYTES, length).get(block, 0, length);
            // As integers, magnitudes have the order that they have as floats, and NaN is larger than any.
            for (int i = 0; i < length; i++) {
                beyond |= most - (block[i] & 0x7FFF_FFFF);
            }
        }
        return beyond < 0;
    }

    /** Copies between places that do not overlap. */
    static void copy(long from, long to, long count) {
        Pointer.memcpy(new Values(to, count), new Values(from, count), count * Float.BYTES);
    }

    /** Sets all values to zero. */
    static void clear(long address, long count) {
        Pointer.memset(new Values(address, count), 0, count * Float.BYTES);
    }

    private static final class Bits extends IntPointer {
        Bits(long address, long count) {
            this.address = address;
            this.limit = count;
            this.capacity = count;
        }
    }

    private static final class Values extends FloatPointer {
        Values(long address, long count) {
            this.address = address;
            this.limit = count;
            this.capacity = count;
        }
    }
}
