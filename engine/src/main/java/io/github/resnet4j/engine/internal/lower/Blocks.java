package io.github.resnet4j.engine.internal.lower;

import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Work in Java on millions of values: in blocks that stay in a core's cache, on all cores. */
final class Blocks {
    /** Values of a block, or places. */
    static final int SIZE = 1024;

    /** Below, the threads cost more than they save. */
    private static final int LEAST = 16;

    private Blocks() {}

    /** Does a block's work; one thread alone uses it, and may keep arrays from block to block. */
    interface Worker {
        void block(int number);
    }

    /** How many blocks so many values are. */
    static int count(long values) {
        return Math.toIntExact((values + SIZE - 1) / SIZE);
    }

    /**
     * Does all blocks.
     *
     * @param alone on the calling thread alone
     */
    static void each(int blocks, boolean alone, Supplier<Worker> workers) {
        int threads = alone ? 1 : Math.min(Runtime.getRuntime().availableProcessors(), blocks / LEAST);
        if (threads <= 1) {
            run(workers.get(), 0, blocks);
            return;
        }
        int shares = 2 * threads;
        IntStream.range(0, shares)
                .parallel()
                .forEach(share -> run(workers.get(), (int) ((long) blocks * share / shares), (int)
                        ((long) blocks * (share + 1) / shares)));
    }

    private static void run(Worker worker, int from, int to) {
        for (int block = from; block < to; block++) {
            worker.block(block);
        }
    }
}
