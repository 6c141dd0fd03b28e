package io.github.resnet4j.datasets.audio;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Mel-frequency cepstral coefficients with their first and second differences, as librosa computes them: power of the
 * short-time Fourier transform, Slaney's mel filters, {@code power_to_db}, the first coefficients of the orthonormal cosine
 * transform; then {@code delta} (width 9) and the delta of that, as the authors of Spec-ResNet take it, one below the other.
 *
 * @param rate samples a second
 * @param samples that it is made of
 * @param coefficients of the cosine transform, from 0 on; the map has three times as many rows
 * @param filters on the mel scale
 * @param size length of window and transform, a power of two
 * @param hop samples from frame to frame; there must be at least 9 frames
 */
public record Mfcc(int rate, int samples, int coefficients, int filters, int size, int hop) implements SoundFeature {
    /** 1×72×126 of four seconds at 16 kHz (Alzantot et al. 2019, section 3.1, and the authors' code). */
    public static final Mfcc SPEC_RESNET = new Mfcc(16_000, 64_000, 24, 128, 2048, 512);

    /** Frames on either side that a difference is made of. */
    private static final int REACH = 4;

    private static final ConcurrentHashMap<Mfcc, Tables> TABLES = new ConcurrentHashMap<>();

    private record Tables(MelFilters filters, double[][] cosines) {}

    /** @throws IllegalArgumentException if it is not possible */
    public Mfcc {
        Prepared.requirePossible(rate, samples);
        if (coefficients < 1 || coefficients > filters || samples / new Stft(size, hop).hop() < 2 * REACH) {
            throw new IllegalArgumentException("MFCC need 1 to " + filters + " coefficients and at least "
                    + (2 * REACH + 1) + " frames, got " + coefficients + " and " + (samples / hop + 1));
        }
        if (samples <= size / 2) {
            throw new IllegalArgumentException(
                    "frames of " + size + " need more than " + size / 2 + " samples, got " + samples);
        }
    }

    @Override
    public String name() {
        return "mfcc";
    }

    @Override
    public Sound.Lengthening lengthening() {
        return Sound.Lengthening.REPEAT_SAMPLES;
    }

    @Override
    public int rows() {
        return 3 * coefficients;
    }

    @Override
    public int frames() {
        return samples / hop + 1;
    }

    @Override
    public double[][] map(Sound prepared) {
        Tables tables = TABLES.computeIfAbsent(
                this, key -> new Tables(new MelFilters(filters, size, rate), Rows.cosines(coefficients, filters)));
        double[][] mel = tables.filters.apply(
                new Stft(size, hop).power(Prepared.samples(prepared, this), Prepared.gain(prepared)));
        Decibels.of(mel);
        return Rows.withSlopes(Rows.product(tables.cosines, mel), REACH, Rows.Ends.FITTED);
    }
}
