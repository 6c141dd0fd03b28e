package io.github.resnet4j.engine.internal.lower;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Makes maps of other numbers of rows and columns, and sends their gradients back: two neighbours along each axis are mixed,
 * rows first. In memory there are several maps one behind the other, each of rows of columns of a few channels. Each map's
 * rows are computed in parallel, and every row is read from memory as a whole.
 *
 * @param rows how rows are mixed
 * @param columns how columns are mixed
 * @param parallel whether to use all cores
 */
record Resizing(Axis rows, Axis columns, boolean parallel) {
    /** Values for which another task is worth it. */
    private static final int TASK = 1 << 14;

    /**
     * One direction. Output {@code i} is input {@code first[i]} and the one behind it (at the end, itself), of which the
     * second counts {@code share[i]}.
     *
     * @param in inputs
     */
    record Axis(int in, int[] first, float[] share) {

        /**
         * As PyTorch interpolates {@code in} values to {@code out}.
         *
         * @param linear between middles of pixels; otherwise each output is its nearest input
         */
        static Axis of(int in, int out, boolean linear) {
            int[] first = new int[out];
            float[] share = new float[out];
            for (int i = 0; i < out; i++) {
                double at = Math.max((i + 0.5) * in / out - 0.5, 0);
                first[i] = linear ? (int) at : Math.toIntExact((long) i * in / out);
                share[i] = linear ? (float) (at - first[i]) : 0;
            }
            return new Axis(in, first, share);
        }

        int out() {
            return first.length;
        }

        private int second(int i) {
            return Math.min(first[i] + 1, in - 1);
        }

        /** What output {@code i} takes of input {@code k}. */
        private float weight(int i, int k) {
            return (first[i] == k ? 1 - share[i] : 0) + (second(i) == k ? share[i] : 0);
        }

        /** The first output that takes something of input {@code k} or of one behind it. */
        private int begin(int k) {
            int begin = 0;
            int end = out();
            while (begin < end) {
                int middle = (begin + end) / 2;
                if (second(middle) < k) {
                    begin = middle + 1;
                } else {
                    end = middle;
                }
            }
            return begin;
        }
    }

    /**
     * Resizes maps.
     *
     * @param from address of the maps
     * @param to address of the resized ones
     * @param maps how many there are
     * @param channels that lie together at a place
     */
    void forward(long from, long to, int maps, int channels) {
        int in = columns.in() * channels;
        int out = columns.out() * channels;
        each(maps, rows.out(), out, (map, begin, end) -> {
            float[] above = new float[in];
            float[] below = new float[in];
            float[] row = new float[out];
            int present = -1;
            for (int y = begin; y < end; y++) {
                int first = rows.first()[y];
                if (first != present) {
                    get(from, (long) map * rows.in() + first, above);
                    get(from, (long) map * rows.in() + rows.second(y), below);
                    present = first;
                }
                widen(mixed(above, below, rows.share()[y], in), row, channels);
                put(to, (long) map * rows.out() + y, row);
            }
        });
    }

    /** {@code a}, or a new array if it is mixed with something of {@code b}. */
    private static float[] mixed(float[] a, float[] b, float share, int length) {
        if (share == 0) {
            return a;
        }
        float[] mixed = new float[length];
        for (int i = 0; i < length; i++) {
            mixed[i] = a[i] + share * (b[i] - a[i]);
        }
        return mixed;
    }

    private void widen(float[] narrow, float[] wide, int channels) {
        for (int x = 0; x < columns.out(); x++) {
            int a = columns.first()[x] * channels;
            int b = columns.second(x) * channels;
            float share = columns.share()[x];
            int at = x * channels;
            if (share == 0) {
                System.arraycopy(narrow, a, wide, at, channels);
            } else {
                for (int c = 0; c < channels; c++) {
                    wide[at + c] = narrow[a + c] + share * (narrow[b + c] - narrow[a + c]);
                }
            }
        }
    }

    /**
     * Sends gradients back.
     *
     * @param from address of the gradients of the resized maps
     * @param to address of the gradients of the maps
     * @param maps how many there are
     * @param channels that lie together at a place
     */
    void backward(long from, long to, int maps, int channels) {
        int in = columns.in() * channels;
        int out = columns.out() * channels;
        each(maps, rows.in(), out * rows.out() / rows.in(), (map, begin, end) -> {
            float[] row = new float[out];
            float[] sum = new float[out];
            float[] narrow = new float[in];
            for (int k = begin; k < end; k++) {
                Arrays.fill(sum, 0);
                for (int y = rows.begin(k); y < rows.out() && rows.first()[y] <= k; y++) {
                    get(from, (long) map * rows.out() + y, row);
                    add(row, rows.weight(y, k), sum);
                }
                Arrays.fill(narrow, 0);
                gather(sum, narrow, channels);
                put(to, (long) map * rows.in() + k, narrow);
            }
        });
    }

    private static void add(float[] values, float weight, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * values[i];
        }
    }

    private void gather(float[] wide, float[] narrow, int channels) {
        for (int x = 0; x < columns.out(); x++) {
            int a = columns.first()[x] * channels;
            int b = columns.second(x) * channels;
            float share = columns.share()[x];
            int at = x * channels;
            for (int c = 0; c < channels; c++) {
                narrow[a + c] += (1 - share) * wide[at + c];
            }
            for (int c = 0; c < channels && share != 0; c++) {
                narrow[b + c] += share * wide[at + c];
            }
        }
    }

    /** A part of the rows of a map. */
    private interface Part {
        void compute(int map, int begin, int end);
    }

    /** Does {@code part} for all rows of all maps, several at a time. */
    private void each(int maps, int rowsOfEach, int valuesOfRow, Part part) {
        int some = Math.max(1, TASK / Math.max(1, valuesOfRow));
        int parts = (rowsOfEach + some - 1) / some;
        IntConsumer task = i -> {
            int begin = i % parts * some;
            part.compute(i / parts, begin, Math.min(rowsOfEach, begin + some));
        };
        IntStream tasks = IntStream.range(0, Math.multiplyExact(maps, parts));
        (parallel ? tasks.parallel() : tasks).forEach(task);
    }

    private static void get(long address, long row, float[] values) {
        Floats.get(address + row * values.length * Float.BYTES, values, values.length);
    }

    private static void put(long address, long row, float[] values) {
        Floats.put(address + row * values.length * Float.BYTES, values, values.length);
    }
}
