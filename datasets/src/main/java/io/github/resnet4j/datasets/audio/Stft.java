package io.github.resnet4j.datasets.audio;

import java.util.Arrays;

/**
 * The squared magnitudes of a short-time Fourier transform, as {@code abs(librosa.stft(x, center=True))**2} before librosa
 * 0.10: a periodic Hann window as long as the transform, frames centred on every {@code hop}-th sample, the sound mirrored
 * beyond its ends without repeating the end itself.
 *
 * <p>Two real frames are one complex signal, and many of them are transformed together ({@link LaneFft}). Thread-safe.
 *
 * @param size length of window and transform, a power of two
 * @param hop samples from frame to frame
 */
record Stft(int size, int hop) {
    /** Complex signals transformed at once: large enough to be vectorised, small enough for the cache. */
    private static final int LANES = 32;
    /** Values that are read one after the other while rows are filled: a cache line of samples. */
    private static final int RUN = 8;

    /** A thread's own: making one takes longer than transforming a few frames. */
    private static final ThreadLocal<LaneFft> TRANSFORM = new ThreadLocal<>();

    Stft {
        if (size < 2 || Integer.bitCount(size) != 1 || hop < 1) {
            throw new IllegalArgumentException(
                    "a transform needs a power of two and a hop of at least 1, got " + size + " and " + hop);
        }
    }

    /** Frequencies from 0 to half the rate. */
    int bins() {
        return size / 2 + 1;
    }

    /** Frames of a sound of {@code samples}. */
    int frames(int samples) {
        return samples / hop + 1;
    }

    /**
     * The squared magnitudes of the samples times {@code gain}, a row of all frames for each frequency.
     *
     * @throws IllegalArgumentException if there are too few samples to be mirrored, half the size or fewer
     */
    double[][] power(float[] samples, double gain) {
        if (samples.length <= size / 2) {
            throw new IllegalArgumentException(
                    "frames of " + size + " need more than " + size / 2 + " samples, got " + samples.length);
        }
        float[] padded = mirrored(samples);
        double[] window = hann(size, gain);
        int frames = frames(samples.length);
        double[][] power = new double[bins()][frames];
        int lanes = Math.min(LANES, (frames + 1) / 2);
        LaneFft fft = TRANSFORM.get();
        if (fft == null || fft.size != size || fft.lanes != lanes) {
            fft = new LaneFft(size, lanes);
            TRANSFORM.set(fft);
        }
        for (int first = 0; first < frames; first += 2 * lanes) {
            int count = Math.min(2 * lanes, frames - first);
            fill(fft.re, padded, window, first, Math.min(lanes, count));
            fill(fft.im, padded, window, first + lanes, count - lanes);
            fft.transform();
            for (int k = 0; k < power.length; k++) {
                int mirror = (size - k) % size;
                separate(
                        fft.re[k],
                        fft.im[k],
                        fft.re[mirror],
                        fft.im[mirror],
                        power[k],
                        first,
                        Math.min(lanes, count),
                        count - lanes);
            }
        }
        return power;
    }

    /** Windowed frames as columns; those beyond the last are zero. */
    private void fill(double[][] rows, float[] padded, double[] window, int first, int count) {
        int run = Math.min(RUN, size);
        for (int start = 0; start < size; start += run) {
            for (int lane = 0; lane < count; lane++) {
                int place = (first + lane) * hop + start;
                for (int j = 0; j < run; j++) {
                    rows[start + j][lane] = padded[place + j] * window[start + j];
                }
            }
            for (int j = 0; j < run; j++) {
                Arrays.fill(rows[start + j], Math.max(0, count), rows[start + j].length, 0);
            }
        }
    }

    /** Of {@code X} of a complex signal, that of its real part is half of {@code X[k] + conj(X[-k])}, of the other the rest. */
    private static void separate(
            double[] re,
            double[] im,
            double[] mirrorRe,
            double[] mirrorIm,
            double[] out,
            int first,
            int reals,
            int imaginaries) {
        for (int l = 0; l < reals; l++) {
            double r = re[l] + mirrorRe[l];
            double i = im[l] - mirrorIm[l];
            out[first + l] = (r * r + i * i) / 4;
        }
        int second = first + re.length;
        for (int l = 0; l < imaginaries; l++) {
            double r = re[l] - mirrorRe[l];
            double i = im[l] + mirrorIm[l];
            out[second + l] = (r * r + i * i) / 4;
        }
    }

    private float[] mirrored(float[] samples) {
        int edge = size / 2;
        float[] padded = new float[samples.length + 2 * edge];
        System.arraycopy(samples, 0, padded, edge, samples.length);
        for (int i = 1; i <= edge; i++) {
            padded[edge - i] = samples[i];
            padded[edge + samples.length - 1 + i] = samples[samples.length - 1 - i];
        }
        return padded;
    }

    private static double[] hann(int size, double gain) {
        double[] window = new double[size];
        for (int i = 0; i < size; i++) {
            window[i] = gain * (0.5 - 0.5 * Math.cos(2 * Math.PI * i / size));
        }
        return window;
    }
}
