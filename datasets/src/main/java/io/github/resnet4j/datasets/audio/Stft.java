package io.github.resnet4j.datasets.audio;

import org.jtransforms.fft.DoubleFFT_1D;

/**
 * The squared magnitudes of a short-time Fourier transform, as {@code abs(librosa.stft(x, center=True))**2} before librosa
 * 0.10: a periodic Hann window as long as the transform, frames centred on every {@code hop}-th sample, the sound mirrored
 * beyond its ends without repeating the end itself.
 *
 * <p>JTransforms transforms the frames. Thread-safe.
 *
 * @param size length of window and transform, a power of two
 * @param hop samples from frame to frame
 */
record Stft(int size, int hop) {
    /** Frames whose spectra are written side by side: a cache line of a row, and few enough to stay in the cache. */
    private static final int BLOCK = 16;

    /** A thread's own: making one takes as long as transforming some frames, and the library promises nothing to threads. */
    private static final ThreadLocal<Transform> TRANSFORM = new ThreadLocal<>();

    private record Transform(int size, DoubleFFT_1D fft) {}

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
        double[][] block = new double[Math.min(BLOCK, frames)][size];
        DoubleFFT_1D fft = transform();
        for (int first = 0; first < frames; first += BLOCK) {
            int count = Math.min(BLOCK, frames - first);
            for (int i = 0; i < count; i++) {
                fill(block[i], padded, window, (first + i) * hop);
                fft.realForward(block[i]);
                square(block[i]);
            }
            for (int k = 0; k < power.length; k++) {
                for (int i = 0; i < count; i++) {
                    power[k][first + i] = block[i][k];
                }
            }
        }
        return power;
    }

    private DoubleFFT_1D transform() {
        Transform own = TRANSFORM.get();
        if (own == null || own.size != size) {
            own = new Transform(size, new DoubleFFT_1D(size));
            TRANSFORM.set(own);
        }
        return own.fft;
    }

    private static void fill(double[] frame, float[] padded, double[] window, int start) {
        for (int i = 0; i < frame.length; i++) {
            frame[i] = padded[start + i] * window[i];
        }
    }

    /**
     * The squared magnitudes at the beginning of a spectrum: value k is at 2 k and, its imaginary part, at 2 k + 1, but that of
     * half the rate, which is real, takes the place of the imaginary part of 0.
     */
    private static void square(double[] spectrum) {
        int half = spectrum.length / 2;
        double last = spectrum[1] * spectrum[1];
        spectrum[0] *= spectrum[0];
        for (int k = 1; k < half; k++) {
            spectrum[k] = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
        }
        spectrum[half] = last;
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
