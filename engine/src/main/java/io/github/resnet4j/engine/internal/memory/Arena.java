package io.github.resnet4j.engine.internal.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Lays values out in one block of memory, so that those alive at the same time do not overlap: the largest first, each
 * into the smallest gap that is left for it among those placed before (Pisarchyk and Lee 2020, "Efficient memory
 * management for deep neural net inference", greedy by size, with the gap that fits best).
 */
public final class Arena {
    /** Bytes of a cache line, which is also the widest vector. */
    public static final int CACHE_LINE = 64;

    /** Bytes of a page. */
    public static final int PAGE = 4096;

    private Arena() {}

    /**
     * Something to be kept in memory.
     *
     * @param id its place in {@link Plan#offsets()}; no other value of the plan has it
     * @param bytes its size
     * @param first instruction that writes it, counted from 0
     * @param last last instruction that needs it, {@code first} if none does
     */
    public record Value(int id, long bytes, int first, int last) {
        /**
         * @throws IllegalArgumentException if it has no bytes, a negative id or instruction, or ends before it begins
         */
        public Value {
            if (id < 0 || bytes < 1 || first < 0 || last < first) {
                throw new IllegalArgumentException(
                        "value " + id + " of " + bytes + " bytes cannot be alive from " + first + " to " + last);
            }
        }
    }

    /**
     * Where the values are.
     *
     * @param total bytes of the block, a multiple of the alignment
     * @param offsets first byte of each value, by id; -1 where no value has the id
     * @param lowerBound the most bytes that are alive at one instruction: no plan has a smaller total
     */
    public record Plan(long total, long[] offsets, long lowerBound) {}

    /**
     * Plans a block; the same values in any order give the same plan.
     *
     * @param alignment every offset is a multiple of this many bytes, a power of two
     * @throws IllegalArgumentException if two values have one id, or the alignment is no power of two
     * @throws ArithmeticException if the block has more bytes than a long can count
     */
    public static Plan plan(Collection<Value> values, int alignment) {
        if (alignment < 1 || Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(alignment + " is not a power of two");
        }
        List<Value> largestFirst = new ArrayList<>(values);
        largestFirst.sort(Comparator.comparingLong(Value::bytes)
                .reversed()
                .thenComparingInt(Value::first)
                .thenComparingInt(Value::id));
        long[] offsets = new long[values.stream().mapToInt(Value::id).max().orElse(-1) + 1];
        Arrays.fill(offsets, -1);
        Placed placed = new Placed(values.size());
        for (Value value : largestFirst) {
            if (offsets[value.id()] >= 0) {
                throw new IllegalArgumentException("two values are called " + value.id());
            }
            offsets[value.id()] = placed.place(value, Math.addExact(value.bytes(), alignment - 1) & -alignment);
        }
        return new Plan(placed.total, offsets, lowerBound(values));
    }

    private static long lowerBound(Collection<Value> values) {
        TreeMap<Long, Long> changes = new TreeMap<>();
        for (Value value : values) {
            changes.merge((long) value.first(), value.bytes(), Long::sum);
            changes.merge(value.last() + 1L, -value.bytes(), Long::sum);
        }
        long alive = 0;
        long most = 0;
        for (long change : changes.values()) {
            alive += change;
            most = Math.max(most, alive);
        }
        return most;
    }

    /** The values that have their place, by offset. In arrays, as each new one is held against all of them. */
    private static final class Placed {
        private final long[] starts;
        private final long[] ends;
        private final int[] firsts;
        private final int[] lasts;
        private int count;
        private long total;

        Placed(int capacity) {
            starts = new long[capacity];
            ends = new long[capacity];
            firsts = new int[capacity];
            lasts = new int[capacity];
        }

        /** Into the smallest gap between those alive at the same time, or behind them. */
        long place(Value value, long bytes) {
            int first = value.first();
            int last = value.last();
            long free = 0;
            long best = -1;
            long smallest = Long.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                if (firsts[i] <= last && first <= lasts[i]) {
                    long gap = starts[i] - free;
                    if (gap >= bytes && gap < smallest) {
                        smallest = gap;
                        best = free;
                    }
                    free = Math.max(free, ends[i]);
                }
            }
            long start = best < 0 ? free : best;
            insert(value, start, Math.addExact(start, bytes));
            return start;
        }

        private void insert(Value value, long start, long end) {
            int at = Arrays.binarySearch(starts, 0, count, start);
            at = at < 0 ? -at - 1 : at;
            System.arraycopy(starts, at, starts, at + 1, count - at);
            System.arraycopy(ends, at, ends, at + 1, count - at);
            System.arraycopy(firsts, at, firsts, at + 1, count - at);
            System.arraycopy(lasts, at, lasts, at + 1, count - at);
            starts[at] = start;
            ends[at] = end;
            firsts[at] = value.first();
            lasts[at] = value.last();
            count++;
            total = Math.max(total, end);
        }
    }
}
