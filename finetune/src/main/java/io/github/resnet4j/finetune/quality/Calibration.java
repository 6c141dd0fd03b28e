package io.github.resnet4j.finetune.quality;

import java.util.ArrayList;
import java.util.List;

/**
 * How well the probability of the predicted class says how often it is right.
 *
 * @param bins by that probability, from low to high; those without images too
 * @param error expected calibration error: the mean distance between probability and accuracy over the bins, weighted by
 *     their images (Guo et al. 2017, equation 3); NaN without images
 */
public record Calibration(List<Bin> bins, double error) {
    /** As in the paper. */
    public static final int BINS = 15;

    /**
     * Predictions of about the same probability.
     *
     * @param from probability, exclusive
     * @param to probability, inclusive
     * @param images in between
     * @param confidence their mean probability, NaN without images
     * @param right how many of them were predicted correctly
     */
    public record Bin(double from, double to, long images, double confidence, long right) {
        /** The share predicted correctly, NaN without images. */
        public double accuracy() {
            return images == 0 ? Double.NaN : (double) right / images;
        }
    }

    public Calibration {
        bins = List.copyOf(bins);
    }

    /** Counts predictions one by one. */
    public static final class Counter {
        private final long[] images = new long[BINS];
        private final long[] right = new long[BINS];
        private final double[] confidence = new double[BINS];

        /**
         * Counts a prediction.
         *
         * @param probability of the predicted class, in [0, 1]
         */
        public void add(double probability, boolean correct) {
            int bin = Math.min(BINS - 1, Math.max(0, (int) Math.ceil(probability * BINS) - 1));
            images[bin]++;
            right[bin] += correct ? 1 : 0;
            confidence[bin] += probability;
        }

        /** What was counted so far. */
        public Calibration calibration() {
            List<Bin> bins = new ArrayList<>();
            long all = 0;
            double distance = 0;
            for (int b = 0; b < BINS; b++) {
                bins.add(new Bin(
                        (double) b / BINS,
                        (b + 1.0) / BINS,
                        images[b],
                        images[b] == 0 ? Double.NaN : confidence[b] / images[b],
                        right[b]));
                all += images[b];
                distance += Math.abs(confidence[b] - right[b]);
            }
            return new Calibration(bins, all == 0 ? Double.NaN : distance / all);
        }
    }
}
