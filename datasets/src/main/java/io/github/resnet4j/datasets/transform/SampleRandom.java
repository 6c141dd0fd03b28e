package io.github.resnet4j.datasets.transform;

/**
 * The random numbers of one sample in one epoch: SplitMix64 (Steele, Lea and Flood 2014) started from a hash of seed,
 * epoch and index, so that augmentation is a pure function of the three, whatever thread does the work and in whatever
 * order. Not thread-safe.
 */
public final class SampleRandom {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final boolean evenEpoch;
    private final boolean coinOfSample;
    private long state;

    private SampleRandom(boolean evenEpoch, boolean coinOfSample, long state) {
        this.evenEpoch = evenEpoch;
        this.coinOfSample = coinOfSample;
        this.state = state;
    }

    /** The generator of sample {@code index} in {@code epoch} of a run with this {@code seed}. */
    public static SampleRandom of(long seed, int epoch, int index) {
        long run = mix(seed);
        return new SampleRandom(epoch % 2 == 0, mix(run + ~index) < 0, mix(mix(run + epoch) + index));
    }

    /** Whether the number of the epoch, counted from 0, is even. */
    boolean isEvenEpoch() {
        return evenEpoch;
    }

    /** A fair coin of the sample, which falls alike in every epoch; draws nothing. */
    boolean coinOfSample() {
        return coinOfSample;
    }

    /** One that goes on as this does now. */
    SampleRandom copy() {
        return new SampleRandom(evenEpoch, coinOfSample, state);
    }

    /** 64 random bits. */
    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /**
     * Uniform in 0 .. bound-1.
     *
     * @throws IllegalArgumentException if {@code bound} is below 1
     */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a bound of at least 1 is needed, got " + bound);
        }
        return (int) (nextDouble() * bound);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
