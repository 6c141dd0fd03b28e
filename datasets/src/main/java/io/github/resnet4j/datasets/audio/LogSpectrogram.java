package io.github.resnet4j.datasets.audio;

/**
 * The log-power spectrogram: of every frame, {@code 10 log10(max(|X|², 1e-10))} of the frequencies from 0 to half the rate,
 * no more than 80 below the largest. Librosa's {@code power_to_db(abs(stft(x)) ** 2)} with a periodic Hann window, centred
 * frames and mirrored ends (librosa's default before 0.10).
 *
 * @param rate samples a second
 * @param samples that it is made of, more than half of {@code size}
 * @param size length of window and transform, a power of two
 * @param hop samples from frame to frame
 */
public record LogSpectrogram(int rate, int samples, int size, int hop) implements SoundFeature {
    /** 1×1025×126 of four seconds at 16 kHz (Alzantot et al. 2019, section 3.1). */
    public static final LogSpectrogram SPEC_RESNET = new LogSpectrogram(16_000, 64_000, 2048, 512);

    /** @throws IllegalArgumentException if it is not possible */
    public LogSpectrogram {
        Prepared.requirePossible(rate, samples);
        new Stft(size, hop);
        if (samples <= size / 2) {
            throw new IllegalArgumentException(
                    "frames of " + size + " need more than " + size / 2 + " samples, got " + samples);
        }
    }

    @Override
    public String name() {
        return "stft";
    }

    @Override
    public Sound.Lengthening lengthening() {
        return Sound.Lengthening.REPEAT_SAMPLES;
    }

    @Override
    public int rows() {
        return size / 2 + 1;
    }

    @Override
    public int frames() {
        return samples / hop + 1;
    }

    @Override
    public double[][] map(Sound prepared) {
        double[][] power = new Stft(size, hop).power(Prepared.samples(prepared, this), Prepared.gain(prepared));
        Decibels.of(power);
        return power;
    }
}
