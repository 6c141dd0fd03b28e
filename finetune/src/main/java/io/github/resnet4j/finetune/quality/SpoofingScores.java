package io.github.resnet4j.finetune.quality;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a detector of spoofed speech is worth, by its scores: the higher, the rather real. Equal error rate and the minimum of the
 * normalised tandem detection cost (t-DCF) as the ASVspoof 2019 challenge has them (Kinnunen et al. 2018, arXiv:1804.09618; the
 * challenge's evaluation plan, section 5.1).
 *
 * <p>Scores that are equal are accepted or rejected together. The challenge's program parts them, real speech first, which no
 * threshold can.
 */
public final class SpoofingScores {
    private static final double P_SPOOF = 0.05;
    private static final double P_TARGET = (1 - P_SPOOF) * 0.99;
    private static final double P_NONTARGET = (1 - P_SPOOF) * 0.01;
    private static final double COST_MISS = 1;
    private static final double COST_FALSE_ALARM = 10;

    private final List<Point> curve;

    /**
     * The errors at a threshold: a point of the detection error tradeoff curve.
     *
     * @param threshold scores up to this are rejected
     * @param miss share of real speech that is rejected
     * @param falseAlarm share of spoofed speech that is accepted
     */
    public record Point(double threshold, double miss, double falseAlarm) {}

    /**
     * A speaker verification system behind the detector, at the threshold of its own equal error rate.
     *
     * @param falseAlarm share of other speakers that it accepts
     * @param miss share of the right speaker's speech that it rejects
     * @param missSpoof share of spoofed speech that it rejects
     */
    public record Verification(double falseAlarm, double miss, double missSpoof) {
        /** @throws IllegalArgumentException if one is not from 0 to 1 */
        public Verification {
            for (double share : new double[] {falseAlarm, miss, missSpoof}) {
                if (!(share >= 0 && share <= 1)) {
                    throw new IllegalArgumentException("a share must be from 0 to 1, got " + share);
                }
            }
        }

        /**
         * That of the system's scores, the higher the rather the right speaker.
         *
         * @param target scores of the right speaker
         * @param nontarget scores of other speakers
         * @param spoof scores of spoofed speech
         * @throws IllegalArgumentException if there are none of a kind, or one is not finite
         */
        public static Verification of(double[] target, double[] nontarget, double[] spoof) {
            double threshold =
                    new SpoofingScores(target, nontarget).atEqualError().threshold();
            requireScores("spoofed speech", spoof);
            return new Verification(1 - below(nontarget, threshold), below(target, threshold), below(spoof, threshold));
        }

        private static double below(double[] scores, double threshold) {
            return (double) Arrays.stream(scores)
                            .filter(score -> score < threshold)
                            .count()
                    / scores.length;
        }
    }

    /**
     * The scores of a detector.
     *
     * @param bonafide of real speech
     * @param spoof of spoofed speech
     * @throws IllegalArgumentException if there are none of a kind, or one is not finite
     */
    public SpoofingScores(double[] bonafide, double[] spoof) {
        requireScores("real speech", bonafide);
        requireScores("spoofed speech", spoof);
        double[] real = bonafide.clone();
        double[] spoofed = spoof.clone();
        Arrays.sort(real);
        Arrays.sort(spoofed);
        curve = curve(real, spoofed);
    }

    private static List<Point> curve(double[] real, double[] spoofed) {
        List<Point> points = new ArrayList<>();
        points.add(new Point(Double.NEGATIVE_INFINITY, 0, 1));
        int r = 0;
        int s = 0;
        while (r < real.length || s < spoofed.length) {
            double threshold = s == spoofed.length || r < real.length && real[r] < spoofed[s] ? real[r] : spoofed[s];
            while (r < real.length && real[r] <= threshold) {
                r++;
            }
            while (s < spoofed.length && spoofed[s] <= threshold) {
                s++;
            }
            points.add(new Point(threshold, (double) r / real.length, 1 - (double) s / spoofed.length));
        }
        return List.copyOf(points);
    }

    private static void requireScores(String of, double[] scores) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("there are no scores of " + of);
        }
        for (double score : scores) {
            if (!Double.isFinite(score)) {
                throw new IllegalArgumentException("a score of " + of + " is " + score);
            }
        }
    }

    /** The errors at every threshold that makes a difference, from the one that accepts all to the one that rejects all. */
    public List<Point> curve() {
        return curve;
    }

    /** The mean of both errors where they differ least. */
    public double equalErrorRate() {
        Point point = atEqualError();
        return (point.miss + point.falseAlarm) / 2;
    }

    /** Where both errors differ least; of several the lowest threshold. */
    public Point atEqualError() {
        return curve.stream()
                .min(Comparator.comparingDouble(point -> Math.abs(point.miss - point.falseAlarm)))
                .orElseThrow();
    }

    /**
     * The least cost of the detector and a speaker verification behind it, over all thresholds of the detector, divided by that
     * of a detector that accepts or rejects everything, whichever is less: {@code min (C1 miss + C2 falseAlarm) / min(C1, C2)} with
     * {@code C1 = 0.9405 (1 - miss') - 0.0095 · 10 falseAlarm'} and {@code C2 = 10 · 0.05 (1 - missSpoof')} of the verification's
     * errors. At most 1.
     *
     * @throws IllegalArgumentException if the verification errs so much that the cost is not defined: C1 or C2 is not above 0
     */
    public double minimumTandemCost(Verification behind) {
        double c1 =
                P_TARGET * (COST_MISS - COST_MISS * behind.miss) - P_NONTARGET * COST_FALSE_ALARM * behind.falseAlarm;
        double c2 = COST_FALSE_ALARM * P_SPOOF * (1 - behind.missSpoof);
        if (!(c1 > 0 && c2 > 0)) {
            throw new IllegalArgumentException(
                    "the tandem cost is not defined for a verification with these errors: " + behind);
        }
        return curve.stream()
                        .mapToDouble(point -> c1 * point.miss + c2 * point.falseAlarm)
                        .min()
                        .orElseThrow()
                / Math.min(c1, c2);
    }
}
