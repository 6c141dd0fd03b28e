package io.github.resnet4j.zoo.internal.keras;

/** HDF5's checksum of chunks: Fletcher's over pairs of bytes, the first the higher. */
final class Fletcher32 {
    /** Pairs that can be added before the sums might overflow 32 bits. */
    private static final int PAIRS = 360;

    private int sum1;
    private int sum2;

    /** Takes the next bytes; only the last call may give an odd number of them. */
    void update(byte[] bytes, int length) {
        for (int at = 0; at < length; ) {
            int end = Math.min(at + 2 * PAIRS, length);
            for (; at < end; at += 2) {
                int low = at + 1 < length ? bytes[at + 1] & 0xFF : 0;
                sum1 += (bytes[at] & 0xFF) << 8 | low;
                sum2 += sum1;
            }
            sum1 = fold(sum1);
            sum2 = fold(sum2);
        }
    }

    private static int fold(int sum) {
        return (sum & 0xFFFF) + (sum >>> 16);
    }

    /** The checksum of all bytes so far. */
    int value() {
        return fold(sum2) << 16 | fold(sum1);
    }
}
