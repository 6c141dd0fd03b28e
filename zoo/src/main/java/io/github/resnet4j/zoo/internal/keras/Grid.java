package io.github.resnet4j.zoo.internal.keras;

import java.util.Arrays;

/**
 * How boxes of one size cover an array; those at its far sides may stand out of it.
 *
 * @param sizes of the array, in elements; at least one dimension
 * @param box sizes of a box
 * @param width bytes of an element
 */
record Grid(int[] sizes, int[] box, int width) {
    /** How many boxes there are. */
    long count() {
        long count = 1;
        for (int d = 0; d < sizes.length; d++) {
            count *= boxes(d); // no more than the array has elements
        }
        return count;
    }

    private long boxes(int dimension) {
        return (sizes[dimension] + (long) box[dimension] - 1) / box[dimension];
    }

    /** Bytes of the array. */
    int bytes() {
        return Arrays.stream(sizes).reduce(width, (a, b) -> a * b); // less than 2^31, as checked before
    }

    /** Bytes of a box. */
    int boxBytes() {
        return Arrays.stream(box).reduce(width, (a, b) -> a * b); // at most 2^28, as checked before
    }

    /** The number of the box, row-major, whose first element is at {@code offsets}; -1 if none is. */
    long number(long[] offsets) {
        long number = 0;
        for (int d = 0; d < sizes.length; d++) {
            if (offsets[d] < 0 || offsets[d] >= sizes[d] || offsets[d] % box[d] != 0) {
                return -1;
            }
            number = number * boxes(d) + offsets[d] / box[d];
        }
        return number;
    }

    /** Copies the part of a box that lies in the array to its place. */
    void put(int number, byte[] from, byte[] array) {
        int rank = sizes.length;
        int[] first = new int[rank];
        int[] inside = new int[rank];
        long rest = number;
        for (int d = rank - 1; d >= 0; d--) {
            first[d] = (int) (rest % boxes(d) * box[d]);
            inside[d] = Math.min(box[d], sizes[d] - first[d]);
            rest /= boxes(d);
        }
        int run = inside[rank - 1] * width;
        int[] at = new int[rank]; // counts through the rows: the last dimension stays 0
        for (boolean more = true; more; more = next(at, inside)) {
            int source = 0;
            int target = 0;
            for (int d = 0; d < rank; d++) {
                source = source * box[d] + at[d];
                target = target * sizes[d] + first[d] + at[d];
            }
            System.arraycopy(from, source * width, array, target * width, run);
        }
    }

    private static boolean next(int[] at, int[] limits) {
        for (int d = at.length - 2; d >= 0; d--) {
            if (++at[d] < limits[d]) {
                return true;
            }
            at[d] = 0;
        }
        return false;
    }
}
