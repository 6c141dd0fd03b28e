package io.github.resnet4j.finetune.internal.task.spoofing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The errors of a detector at every threshold: of the sounds whose score is not above it, the real ones are refused, and of
 * those above it, the others are let through. As the challenge's {@code eval_metrics.py} computes it.
 *
 * @param points from the lowest threshold, at which nothing is refused, to the highest
 */
record DetCurve(List<Point> points) {
    /**
     * The errors at a threshold.
     *
     * @param refused share of the real sounds
     * @param accepted share of the others
     */
    record Point(double threshold, double refused, double accepted) {
        private double difference() {
            return Math.abs(refused - accepted);
        }
    }

    /**
     * @param real scores of real sounds, at least one
     * @param spoofed scores of the others, at least one
     */
    static DetCurve of(double[] real, double[] spoofed) {
        if (real.length == 0 || spoofed.length == 0) {
            throw new IllegalArgumentException("a detector is measured on sounds of both kinds");
        }
        double[][] all = new double[real.length + spoofed.length][];
        for (int i = 0; i < all.length; i++) {
            all[i] = i < real.length ? new double[] {real[i], 1} : new double[] {spoofed[i - real.length], 0};
        }
        Arrays.sort(all, Comparator.comparingDouble(each -> each[0])); // stable: of equal scores, real ones first
        List<Point> points = new ArrayList<>(all.length + 1);
        points.add(new Point(all[0][0] - 0.001, 0, 1));
        int refused = 0;
        for (int i = 0; i < all.length; i++) {
            refused += all[i][1] > 0 ? 1 : 0;
            int rejected = i + 1 - refused;
            points.add(new Point(
                    all[i][0], (double) refused / real.length, (double) (spoofed.length - rejected) / spoofed.length));
        }
        return new DetCurve(List.copyOf(points));
    }

    /** Where the two shares differ least, the first of equals. */
    Point equal() {
        return points.stream()
                .min(Comparator.comparingDouble(Point::difference))
                .orElseThrow();
    }

    /** The equal error rate: the mean of the two shares where they differ least. */
    double equalErrorRate() {
        Point equal = equal();
        return (equal.refused() + equal.accepted()) / 2;
    }
}
