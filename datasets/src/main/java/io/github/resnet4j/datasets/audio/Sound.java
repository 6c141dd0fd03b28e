package io.github.resnet4j.datasets.audio;

import java.util.Arrays;

/** One channel of sound: at least one sample, all of them finite; full scale is -1 to 1. Immutable. */
public final class Sound {
    /** The lowest number of samples a second that is taken for sound. */
    public static final int LEAST_RATE = 1_000;

    /** The highest number of samples a second that is taken for sound. */
    public static final int MOST_RATE = 768_000;

    private final float[] samples;
    private final int rate;

    /** How a sound is made longer. */
    public enum Lengthening {
        /** Each sample several times, as {@code np.repeat} does: all of it is heard, more slowly. */
        REPEAT_SAMPLES,
        /** The sound again and again, as {@code np.tile} does. */
        TILE
    }

    /**
     * A sound of these samples.
     *
     * @param samples not copied, and not to be modified
     * @param rate samples a second
     * @throws IllegalArgumentException if there are none, one is not finite, or the rate is not {@value #LEAST_RATE} to
     *     {@value #MOST_RATE}
     */
    public Sound(float[] samples, int rate) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("a sound needs at least one sample");
        }
        if (rate < LEAST_RATE || rate > MOST_RATE) {
            throw new IllegalArgumentException(
                    "a sound has " + LEAST_RATE + " to " + MOST_RATE + " samples a second, not " + rate);
        }
        for (int i = 0; i < samples.length; i++) {
            if (!Float.isFinite(samples[i])) {
                throw new IllegalArgumentException("sample " + i + " is " + samples[i]);
            }
        }
        this.samples = samples;
        this.rate = rate;
    }

    /** The samples, not to be modified. */
    public float[] samples() {
        return samples;
    }

    /** Samples a second. */
    public int rate() {
        return rate;
    }

    /** How long it lasts. */
    public double seconds() {
        return (double) samples.length / rate;
    }

    /** The largest magnitude of a sample. */
    public float peak() {
        float peak = 0;
        for (float sample : samples) {
            peak = Math.max(peak, Math.abs(sample));
        }
        return peak;
    }

    /**
     * The same sound with another number of samples a second: {@code ceil(n · to / from)} of them, by the polyphase filter
     * of {@code scipy.signal.resample_poly}.
     *
     * @throws IllegalArgumentException if {@code to} is not {@value #LEAST_RATE} to {@value #MOST_RATE}, or the sound gets
     *     too long for an array
     */
    public Sound resampled(int to) {
        return to == rate ? this : new Sound(PolyphaseFilter.between(rate, to).apply(samples), to);
    }

    /**
     * The first {@code length} samples, or all of them and more: each or all {@code floor(length / n) + 1} times, cut to
     * {@code length}.
     *
     * @throws IllegalArgumentException if {@code length} is not positive
     */
    public Sound ofLength(int length, Lengthening how) {
        if (length < 1) {
            throw new IllegalArgumentException("a sound needs at least one sample, not " + length);
        }
        int present = samples.length;
        if (length == present) {
            return this;
        }
        if (length < present) {
            return new Sound(Arrays.copyOf(samples, length), rate);
        }
        int times = length / present + 1;
        float[] longer = new float[length];
        for (int i = 0; i < length; i++) {
            longer[i] = samples[how == Lengthening.TILE ? i % present : i / times];
        }
        return new Sound(longer, rate);
    }
}
