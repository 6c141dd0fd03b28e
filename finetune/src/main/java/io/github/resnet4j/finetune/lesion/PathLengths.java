package io.github.resnet4j.finetune.lesion;

import java.util.stream.IntStream;

/** How many paths of each length a network of residual blocks has: every path takes the branch of a block or its shortcut. */
final class PathLengths {
    /** Lengths that are measured; of a deeper network, as many in even steps. */
    private static final int MOST_LENGTHS = 65;

    private PathLengths() {}

    /** The share of all paths through {@code blocks} blocks that take {@code length} branches: binomial. */
    static double share(int length, int blocks) {
        double logarithm = -blocks * Math.log(2);
        for (int i = 1; i <= length; i++) {
            logarithm += Math.log(blocks - length + i) - Math.log(i);
        }
        return Math.exp(logarithm);
    }

    /** Lengths to measure, from 0 to {@code blocks}. */
    static int[] lengths(int blocks) {
        int steps = Math.min(blocks, MOST_LENGTHS - 1);
        return IntStream.rangeClosed(0, steps)
                .map(i -> (int) Math.round((double) i * blocks / steps))
                .toArray();
    }

    /** Different paths of a length, if they are fewer than {@code most}. */
    static int draws(int length, int blocks, int most) {
        return length == 0 || length == blocks ? 1 : most;
    }
}
