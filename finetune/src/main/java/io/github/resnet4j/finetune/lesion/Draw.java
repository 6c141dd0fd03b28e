package io.github.resnet4j.finetune.lesion;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random sets and orders, each a function of the seed, what it is for, its size and its number. */
final class Draw {
    private final SplittableRandom random;

    /** The {@code number}-th draw of {@code size} for {@code part}. */
    Draw(long seed, LesionPart part, int size, int number) {
        // A generator of its own for each: another number of draws leaves the others as they were.
        long mixed = seed;
        for (long next : new long[] {part.ordinal(), size, number}) {
            mixed = new SplittableRandom(mixed + 0x9e3779b97f4a7c15L * (next + 1)).nextLong();
        }
        this.random = new SplittableRandom(mixed);
    }

    /** {@code count} of the numbers 0 to {@code of - 1}, in order. */
    int[] set(int count, int of) {
        int[] all = IntStream.range(0, of).toArray();
        for (int i = 0; i < count; i++) {
            swap(all, i, random.nextInt(i, of));
        }
        int[] chosen = Arrays.copyOf(all, count);
        Arrays.sort(chosen);
        return chosen;
    }

    /**
     * An order after random swaps of two items of one kind.
     *
     * @param kinds of the items; at least two are of one kind
     */
    int[] swapped(int swaps, int[] kinds) {
        int[][] pairs = IntStream.range(0, kinds.length)
                .boxed()
                .flatMap(i -> IntStream.range(i + 1, kinds.length)
                        .filter(j -> kinds[i] == kinds[j])
                        .mapToObj(j -> new int[] {i, j}))
                .toArray(int[][]::new);
        int[] order = IntStream.range(0, kinds.length).toArray();
        for (int i = 0; i < swaps; i++) {
            int[] pair = pairs[random.nextInt(pairs.length)];
            swap(order, pair[0], pair[1]);
        }
        return order;
    }

    private static void swap(int[] items, int i, int j) {
        int kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}
