package io.github.resnet4j.datasets.audio;

import java.util.Arrays;

/**
 * Inverse Fourier transforms of any length of many signals at once, not divided by the length, by Bluestein's algorithm: {@code
 * j m = (j² + m² - (m - j)²) / 2} makes the transform a convolution with a chirp, which a longer transform of a power of two
 * computes.
 */
final class AnyLengthDft {
    private final int length;
    private final LaneFft fft;
    private final double[] chirpRe;
    private final double[] chirpIm;
    private final double[] kernelRe;
    private final double[] kernelIm;

    AnyLengthDft(int length, int lanes) {
        this.length = length;
        int size = Math.max(2, Integer.highestOneBit(2 * length - 1) << 1);
        fft = new LaneFft(size, lanes);
        chirpRe = new double[length];
        chirpIm = new double[length];
        for (int j = 0; j < length; j++) {
            double angle = Math.PI * ((long) j * j % (2L * length)) / length;
            chirpRe[j] = Math.cos(angle);
            chirpIm[j] = Math.sin(angle);
        }
        LaneFft kernel = new LaneFft(size, 1);
        for (int j = 0; j < length; j++) {
            kernel.re[j][0] = chirpRe[j];
            kernel.im[j][0] = -chirpIm[j];
            kernel.re[(size - j) % size][0] = chirpRe[j];
            kernel.im[(size - j) % size][0] = -chirpIm[j];
        }
        kernel.transform();
        kernelRe = new double[size];
        kernelIm = new double[size];
        for (int k = 0; k < size; k++) {
            kernelRe[k] = kernel.re[k][0] / size;
            kernelIm[k] = kernel.im[k][0] / size;
        }
    }

    void clear() {
        for (int n = 0; n < fft.size; n++) {
            Arrays.fill(fft.re[n], 0);
            Arrays.fill(fft.im[n], 0);
        }
    }

    /** Adds to value {@code j} of signal {@code lane}. */
    void put(int j, int lane, double re, double im) {
        fft.re[j][lane] += re;
        fft.im[j][lane] += im;
    }

    double[] re(int m) {
        return fft.re[m];
    }

    double[] im(int m) {
        return fft.im[m];
    }

    /** Replaces the first {@code length} values of every signal by {@code sum_j x[j] exp(2 pi i j m / length)}. */
    void invert() {
        chirp();
        fft.transform();
        for (int k = 0; k < fft.size; k++) {
            multiply(fft.re[k], fft.im[k], kernelRe[k], kernelIm[k]);
        }
        fft.invert();
        chirp();
    }

    private void chirp() {
        for (int j = 0; j < length; j++) {
            multiply(fft.re[j], fft.im[j], chirpRe[j], chirpIm[j]);
        }
    }

    private static void multiply(double[] re, double[] im, double cos, double sin) {
        for (int l = 0; l < re.length; l++) {
            double r = re[l];
            re[l] = r * cos - im[l] * sin;
            im[l] = r * sin + im[l] * cos;
        }
    }
}
