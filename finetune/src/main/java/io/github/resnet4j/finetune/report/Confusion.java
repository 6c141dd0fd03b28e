package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.quality.Interval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each other.
 *
 * @param classes class names by index
 * @param counts {@code counts[actual][predicted]}, images; copied on the way in, not on the way out
 */
public record Confusion(List<String> classes, long[][] counts) {
    private static final Confusion NONE = new Confusion(List.of(), new long[0][0]);

    public Confusion {
        classes = List.copyOf(classes);
        int n = classes.size();
        if (counts.length != n) {
            throw new IllegalArgumentException("%d classes need %d rows, got %d".formatted(n, n, counts.length));
        }
        long[][] copy = new long[n][];
        for (int actual = 0; actual < n; actual++) {
            if (counts[actual].length != n) {
                throw new IllegalArgumentException(
                        "row %d: %d classes need %d columns, got %d".formatted(actual, n, n, counts[actual].length));
            }
            copy[actual] = counts[actual].clone();
            for (long count : copy[actual]) {
                if (count < 0) {
                    throw new IllegalArgumentException("row " + actual + ": a count cannot be " + count);
                }
            }
        }
        counts = copy;
    }

    /** The result of a run that evaluated nothing. */
    public static Confusion none() {
        return NONE;
    }

    /**
     * How one class fared. A ratio with nothing below the line is NaN.
     *
     * @param support images of this class
     * @param precision correct among those predicted to be of this class
     * @param recall correct among those of this class
     * @param f1 harmonic mean of both
     * @param precisionInterval of 95 %
     * @param recallInterval of 95 %
     */
    public record ClassScore(
            String name,
            long support,
            double precision,
            double recall,
            double f1,
            Interval precisionInterval,
            Interval recallInterval) {}

    /**
     * Images of one class taken for another.
     *
     * @param share of all images of the actual class
     */
    public record Pair(String actual, String predicted, long count, double share) {}

    /** Images evaluated. */
    public long total() {
        return IntStream.range(0, classes.size()).mapToLong(this::support).sum();
    }

    /** Images classified correctly. */
    public long correct() {
        return IntStream.range(0, classes.size()).mapToLong(i -> counts[i][i]).sum();
    }

    /** Fraction classified correctly; NaN without images. */
    public double top1() {
        return ratio(correct(), total());
    }

    /** Where the fraction classified correctly probably lies for images like these: 95 %. */
    public Interval top1Interval() {
        return Interval.wilson(correct(), total());
    }

    /** Whether the answers are better than the most frequent class each time, and not by luck. */
    public boolean showsLearning() {
        return top1Interval().low() > (double) support(mostFrequent()) / total();
    }

    /** The class with the most images, the first of equals. */
    public int mostFrequent() {
        return IntStream.range(0, classes.size()).reduce(0, (best, i) -> support(i) > support(best) ? i : best);
    }

    /**
     * Draws the matrix: a row per actual class, shaded by the share of it that was predicted as the column. Counts are
     * written into the cells for up to 20 classes, names beside them for up to 60.
     */
    public void draw(Path png) throws IOException {
        Charts.confusion(this, png);
    }

    /** Images of a class. */
    public long support(int actual) {
        long sum = 0;
        for (long count : counts[actual]) {
            sum += count;
        }
        return sum;
    }

    /** Every class's scores, in class order. */
    public List<ClassScore> scores() {
        int n = classes.size();
        long[] predicted = new long[n];
        for (long[] row : counts) {
            for (int j = 0; j < n; j++) {
                predicted[j] += row[j];
            }
        }
        List<ClassScore> scores = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            long hit = counts[i][i];
            long support = support(i);
            scores.add(new ClassScore(
                    classes.get(i),
                    support,
                    ratio(hit, predicted[i]),
                    ratio(hit, support),
                    ratio(2 * hit, support + predicted[i]),
                    Interval.wilson(hit, predicted[i]),
                    Interval.wilson(hit, support)));
        }
        return scores;
    }

    /** The most frequent mistakes, most frequent first, at most {@code limit}; ties in class order. */
    public List<Pair> mostConfused(int limit) {
        record Cell(long count, int actual, int predicted) {}
        Comparator<Cell> order = Comparator.comparingLong(Cell::count)
                .reversed()
                .thenComparingInt(Cell::actual)
                .thenComparingInt(Cell::predicted);
        PriorityQueue<Cell> best = new PriorityQueue<>(order.reversed());
        for (int i = 0; i < classes.size(); i++) {
            for (int j = 0; j < classes.size(); j++) {
                if (i != j && counts[i][j] > 0) {
                    best.add(new Cell(counts[i][j], i, j));
                    if (best.size() > limit) {
                        best.remove();
                    }
                }
            }
        }
        return best.stream()
                .sorted(order)
                .map(c -> new Pair(
                        classes.get(c.actual), classes.get(c.predicted), c.count, ratio(c.count, support(c.actual))))
                .toList();
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }
}
