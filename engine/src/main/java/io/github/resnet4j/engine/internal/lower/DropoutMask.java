package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.zoo.network.Draws;
import java.util.stream.IntStream;

/** What training draws at random: a function of the seed, the iteration and the node; see {@link Draws}. */
final class DropoutMask {
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

    /** The random numbers of {@code node} in the next execution. */
    Draws draws(String node) {
        return Draws.of(seed, iteration, node);
    }

    /** Fills {@code mask}: 0 for what is dropped, 1/{@code retain} for what is kept. */
    void draw(LoweredTensor mask, String layer, double retain) {
        Draws draws = draws(layer);
        float kept = (float) (1 / retain);
        long count = mask.count();
        long address = mask.buffer().address();
        IntStream.range(0, Math.toIntExact((count + PIECE - 1) / PIECE))
                .parallel()
                .forEach(piece -> {
                    long from = (long) piece * PIECE;
                    float[] values = new float[(int) Math.min(PIECE, count - from)];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = draws.get(from + i) < retain ? kept : 0;
                    }
                    Floats.put(address + from * Float.BYTES, values, values.length);
                });
    }
}
