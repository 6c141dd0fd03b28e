package io.github.resnet4j.datasets.audio;

import java.math.BigInteger;

/**
 * Changes the number of samples a second by a rational factor, as {@code scipy.signal.resample_poly(x, up, down)} does with
 * its defaults: a sinc of cut-off {@code 1 / max(up, down)}, {@code 20 max(up, down) + 1} taps long, under a Kaiser window
 * of beta 5, its sum 1; zeros before the sound and after it. Only the taps that meet a sample are multiplied.
 */
final class PolyphaseFilter {
    private static final double BETA = 5;
    /** Taps on either side of the middle, in zero crossings of the sinc. */
    private static final int CROSSINGS = 10;

    private final int up;
    private final int down;
    private final int half;
    private final double[] taps;

    private PolyphaseFilter(int up, int down) {
        this.up = up;
        this.down = down;
        int most = Math.max(up, down);
        half = CROSSINGS * most;
        taps = taps(half, 1.0 / most);
    }

    static PolyphaseFilter between(int from, int to) {
        if (to < Sound.LEAST_RATE || to > Sound.MOST_RATE) {
            throw new IllegalArgumentException(
                    "a sound has " + Sound.LEAST_RATE + " to " + Sound.MOST_RATE + " samples a second, not " + to);
        }
        int common = BigInteger.valueOf(from).gcd(BigInteger.valueOf(to)).intValue();
        return new PolyphaseFilter(to / common, from / common);
    }

    float[] apply(float[] in) {
        long length = ((long) in.length * up + down - 1) / down;
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the sound would have " + length + " samples: cut it first");
        }
        float[] out = new float[(int) length];
        for (int m = 0; m < out.length; m++) {
            // Input k meets tap m down - k up + half.
            long place = (long) m * down + half;
            int first = (int) Math.max(0, Math.floorDiv(place - 2L * half + up - 1, (long) up));
            int last = (int) Math.min(in.length - 1, place / up);
            double sum = 0;
            for (int k = first, tap = (int) (place - (long) first * up); k <= last; k++, tap -= up) {
                sum += in[k] * taps[tap];
            }
            out[m] = (float) (sum * up);
        }
        return out;
    }

    private static double[] taps(int half, double cutoff) {
        double[] taps = new double[2 * half + 1];
        double sum = 0;
        for (int i = 0; i <= half; i++) {
            int n = i - half;
            double x = Math.PI * cutoff * n;
            double sinc = n == 0 ? 1 : Math.sin(x) / x;
            double place = (double) n / half;
            taps[i] = sinc * bessel(BETA * Math.sqrt(1 - place * place));
            taps[2 * half - i] = taps[i];
            sum += n == 0 ? taps[i] : 2 * taps[i];
        }
        for (int i = 0; i < taps.length; i++) {
            taps[i] /= sum;
        }
        return taps;
    }

    /** The modified Bessel function of the first kind and order 0, by its power series. */
    private static double bessel(double x) {
        double square = x * x / 4;
        double sum = 1;
        double term = 1;
        for (int k = 1; term > sum * 1e-17; k++) {
            term *= square / ((double) k * k);
            sum += term;
        }
        return sum;
    }
}
