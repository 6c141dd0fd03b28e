package io.github.resnet4j.engine.internal.lower;

import java.util.stream.IntStream;

/**
 * What dropout keeps: a function of the seed, the iteration, the layer and the place of the value, and of nothing else. So
 * it does not depend on what was compiled or ran before, and a resumed run drops what an uninterrupted one drops.
 *
 * <p>The numbers are those of SplitMix64 (Steele et al. 2014), which gives each without those before it.
 */
final class DropoutMask {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int PIECE = 1 << 14;

    private final long seed;
    private long iteration;

    DropoutMask(long seed) {
        this.seed = seed;
    }

    /** Says which iteration the next execution is. */
    void iteration(long number) {
        iteration = number;
    }

    /** Fills {@code mask}: 0 for what is dropped, 1/{@code retain} for what is kept. */
    void draw(LoweredTensor mask, String layer, double retain) {
        long key = mix(mix(mix(seed) + iteration) + hash(layer));
        float kept = (float) (1 / retain);
        long count = mask.count();
        long address = mask.buffer().address();
        IntStream.range(0, Math.toIntExact((count + PIECE - 1) / PIECE))
                .parallel()
                .forEach(piece -> {
                    long from = (long) piece * PIECE;
                    float[] values = new float[(int) Math.min(PIECE, count - from)];
                    for (int i = 0; i < values.length; i++) {
                        double drawn = (mix(key + (from + i) * GOLDEN) >>> 11) * 0x1p-53;
                        values[i] = drawn < retain ? kept : 0;
                    }
                    Floats.put(address + from * Float.BYTES, values, values.length);
                });
    }

    private static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** FNV-1a. */
    private static long hash(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }
}
