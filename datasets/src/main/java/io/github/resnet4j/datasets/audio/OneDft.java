package io.github.resnet4j.datasets.audio;

import java.util.Arrays;

/**
 * The discrete Fourier transform of one real signal of any length N, at the frequencies 0 to {@code N/2}. With N = P Q, P the
 * largest power of two in it and Q odd: the P-point transforms of the Q signals that take every Q-th sample, all at once; then
 * their sums, turned, by the definition. That takes N Q steps, few for the lengths in use (64,000 is 512 · 125).
 */
final class OneDft {
    private static final int MOST_ODD = 8191;

    final double[] re;
    final double[] im;

    OneDft(float[] samples) {
        int length = samples.length;
        int p = Integer.lowestOneBit(length);
        int q = length / p;
        if (q > MOST_ODD || p < 2) {
            throw new IllegalArgumentException("a sound of " + length
                    + " samples takes too long to transform: use a number that is divisible by higher powers of two");
        }
        LaneFft fft = new LaneFft(p, q);
        for (int n = 0; n < p; n++) {
            for (int s = 0; s < q; s++) {
                fft.re[n][s] = samples[n * q + s];
            }
        }
        fft.transform();
        double[][] partRe = new double[q][p];
        double[][] partIm = new double[q][p];
        turn(fft, partRe, partIm, length);
        int bins = length / 2 + 1;
        re = new double[bins];
        im = new double[bins];
        double[] sumRe = new double[p];
        double[] sumIm = new double[p];
        for (int block = 0; block * p < bins; block++) {
            Arrays.fill(sumRe, 0);
            Arrays.fill(sumIm, 0);
            for (int s = 0; s < q; s++) {
                double angle = -2 * Math.PI * ((long) block * s % q) / q;
                addTurned(sumRe, sumIm, partRe[s], partIm[s], Math.cos(angle), Math.sin(angle));
            }
            int count = Math.min(p, bins - block * p);
            System.arraycopy(sumRe, 0, re, block * p, count);
            System.arraycopy(sumIm, 0, im, block * p, count);
        }
    }

    /** {@code exp(-2 pi i s k / N)} times the k-th value of part s. */
    private static void turn(LaneFft fft, double[][] partRe, double[][] partIm, int length) {
        for (int s = 0; s < partRe.length; s++) {
            for (int k = 0; k < fft.size; k++) {
                double angle = -2 * Math.PI * ((long) s * k % length) / length;
                double cos = Math.cos(angle);
                double sin = Math.sin(angle);
                double r = fft.re[k][s];
                double i = fft.im[k][s];
                partRe[s][k] = r * cos - i * sin;
                partIm[s][k] = r * sin + i * cos;
            }
        }
    }

    private static void addTurned(double[] sumRe, double[] sumIm, double[] re, double[] im, double cos, double sin) {
        for (int k = 0; k < sumRe.length; k++) {
            sumRe[k] += re[k] * cos - im[k] * sin;
            sumIm[k] += re[k] * sin + im[k] * cos;
        }
    }
}
