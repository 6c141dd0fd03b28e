package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The order of the samples in an epoch. */
final class EpochOrder {
    /** No sample has this index: the order draws from its own random numbers. */
    private static final int ORDER = -1;

    private EpochOrder() {}

    /** A permutation of 0 .. size-1 that depends on the arguments only (Fisher and Yates; Durstenfeld 1964). */
    static int[] shuffled(int size, long seed, int epoch) {
        int[] order = inOrder(size);
        shuffle(order, SampleRandom.of(seed, epoch, ORDER));
        return order;
    }

    /**
     * As many samples as there are, equally many of every class that has any: those of a small class several times, of a
     * large class another part in every epoch. Depends on the arguments only.
     *
     * @param labels class of each sample
     */
    static int[] balanced(int[] labels, int classes, long seed, int epoch) {
        SampleRandom random = SampleRandom.of(seed, epoch, ORDER);
        List<int[]> members = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            int label = c;
            int[] own = IntStream.range(0, labels.length)
                    .filter(i -> labels[i] == label)
                    .toArray();
            if (own.length > 0) {
                shuffle(own, random);
                members.add(own);
            }
        }
        int[] turns = inOrder(members.size());
        shuffle(turns, random); // so that what is left over is another class's in every epoch
        int[] order = new int[labels.length];
        for (int i = 0; i < order.length; i++) {
            int[] own = members.get(turns[i % turns.length]);
            order[i] = own[i / turns.length % own.length];
        }
        shuffle(order, random);
        return order;
    }

    /** How often each sample of an order came before. */
    static int[] repeats(int[] order, int size) {
        int[] seen = new int[size];
        return Arrays.stream(order).map(index -> seen[index]++).toArray();
    }

    private static void shuffle(int[] order, SampleRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
    }

    static int[] inOrder(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }
}
