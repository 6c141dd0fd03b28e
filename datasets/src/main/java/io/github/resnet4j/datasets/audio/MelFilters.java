package io.github.resnet4j.datasets.audio;

/**
 * Triangular filters that are evenly spaced on Slaney's mel scale, as {@code librosa.filters.mel} has them by default: linear
 * up to 1000 Hz (200/3 Hz a mel), logarithmic above (a factor of 6.4 in 27 mels), from 0 to half the rate, each of area 1
 * over the frequencies in Hz ({@code norm="slaney"}).
 */
final class MelFilters {
    private static final double HERTZ_PER_MEL = 200.0 / 3;
    private static final double CORNER = 1000;
    private static final double CORNER_MEL = CORNER / HERTZ_PER_MEL;
    private static final double STEP = Math.log(6.4) / 27;

    private final int[] starts;
    private final double[][] weights;

    /**
     * The filters for transforms of {@code size} samples at {@code rate}.
     *
     * @throws IllegalArgumentException if there are so many that one has no frequency in it
     */
    MelFilters(int filters, int size, int rate) {
        double[] edges = new double[filters + 2];
        double most = mel(rate / 2.0);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = hertz(most * i / (filters + 1));
        }
        starts = new int[filters];
        weights = new double[filters][];
        int bins = size / 2 + 1;
        for (int f = 0; f < filters; f++) {
            double low = edges[f];
            double middle = edges[f + 1];
            double high = edges[f + 2];
            int start = (int) Math.min(bins, Math.floor(low * size / rate) + 1);
            int end = (int) Math.min(bins, Math.ceil(high * size / rate));
            if (end <= start) {
                throw new IllegalArgumentException(
                        filters + " mel filters are too many for " + size + " samples at " + rate + " Hz");
            }
            starts[f] = start;
            weights[f] = new double[end - start];
            for (int k = start; k < end; k++) {
                double hertz = (double) k * rate / size;
                double slope = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
                weights[f][k - start] = Math.max(0, slope) * 2 / (high - low);
            }
        }
    }

    /** Weighted sums of the rows of {@code power}, one row for each filter. */
    double[][] apply(double[][] power) {
        int frames = power[0].length;
        double[][] out = new double[weights.length][frames];
        for (int f = 0; f < out.length; f++) {
            for (int k = 0; k < weights[f].length; k++) {
                Rows.addScaled(out[f], weights[f][k], power[starts[f] + k]);
            }
        }
        return out;
    }

    private static double mel(double hertz) {
        return hertz < CORNER ? hertz / HERTZ_PER_MEL : CORNER_MEL + Math.log(hertz / CORNER) / STEP;
    }

    private static double hertz(double mel) {
        return mel < CORNER_MEL ? mel * HERTZ_PER_MEL : CORNER * Math.exp(STEP * (mel - CORNER_MEL));
    }
}
