package io.github.resnet4j.datasets.audio;

/** What all features ask of a sound. */
final class Prepared {
    private Prepared() {}

    static void requirePossible(int rate, int samples) {
        if (rate < Sound.LEAST_RATE || rate > Sound.MOST_RATE || samples < 1) {
            throw new IllegalArgumentException("a feature needs a rate of " + Sound.LEAST_RATE + " to "
                    + Sound.MOST_RATE + " and at least one sample, got " + rate + " and " + samples);
        }
    }

    /** The samples of a sound that is as {@link SoundFeature#prepare} makes it. */
    static float[] samples(Sound sound, SoundFeature feature) {
        if (sound.rate() != feature.rate() || sound.samples().length != feature.samples()) {
            throw new IllegalArgumentException("expected " + feature.samples() + " samples at " + feature.rate()
                    + " Hz, got " + sound.samples().length + " at " + sound.rate() + ": prepare the sound first");
        }
        return sound.samples();
    }

    /** What gives the sound a peak of 1. */
    static double gain(Sound sound) {
        float peak = sound.peak();
        return peak == 0 ? 1 : 1.0 / peak;
    }
}
