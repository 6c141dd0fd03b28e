package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.transform.SampleRandom;

/** The order of the samples in an epoch. */
final class EpochOrder {
    /** No sample has this index: the order draws from its own random numbers. */
    private static final int ORDER = -1;

    private EpochOrder() {}

    /** A permutation of 0 .. size-1 that depends on the arguments only (Fisher and Yates; Durstenfeld 1964). */
    static int[] shuffled(int size, long seed, int epoch) {
        int[] order = inOrder(size);
        SampleRandom random = SampleRandom.of(seed, epoch, ORDER);
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    static int[] inOrder(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }
}
