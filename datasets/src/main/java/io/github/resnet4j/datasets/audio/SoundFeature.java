package io.github.resnet4j.datasets.audio;

/**
 * A map of 1×rows×frames that is made of a sound, always of the same shape: the sound gets the feature's rate and length and is
 * divided by its largest magnitude; silence stays silence. Thread-safe.
 */
public sealed interface SoundFeature permits LogSpectrogram, Mfcc, Cqcc {
    /** What it is called: {@code stft}, {@code mfcc} or {@code cqcc}. */
    String name();

    /** Samples a second that it is made of. */
    int rate();

    /** Samples that it is made of. */
    int samples();

    /** How shorter sounds are made longer. */
    Sound.Lengthening lengthening();

    /** Frequencies or coefficients. */
    int rows();

    /** Columns of the map. */
    int frames();

    /**
     * The map of a sound of just the right rate and length, divided by its peak; row by row.
     *
     * @throws IllegalArgumentException if its rate or length is another
     */
    double[][] map(Sound prepared);

    /** The sound as {@link #map} needs it: resampled, and cut or made longer. */
    default Sound prepare(Sound sound) {
        // What is cut off anyway need not be resampled: a second more than is kept hides the end from the filter.
        long enough = ((long) samples() + rate()) * sound.rate() / rate() + 1;
        Sound start = sound.samples().length > enough ? sound.ofLength((int) enough, lengthening()) : sound;
        return start.resampled(rate()).ofLength(samples(), lengthening());
    }

    /** Writes the map of any sound to {@code out} from {@code offset}: rows × frames values. */
    default void write(Sound sound, float[] out, int offset) {
        int place = offset;
        for (double[] row : map(prepare(sound))) {
            for (double value : row) {
                out[place++] = (float) value;
            }
        }
    }

    /** The map of any sound: rows × frames values. */
    default float[] of(Sound sound) {
        float[] map = new float[rows() * frames()];
        write(sound, map, 0);
        return map;
    }

    /**
     * The feature of Spec-ResNet that is called so.
     *
     * @throws IllegalArgumentException if none is
     */
    static SoundFeature named(String name) {
        return switch (name) {
            case "stft" -> LogSpectrogram.SPEC_RESNET;
            case "mfcc" -> Mfcc.SPEC_RESNET;
            case "cqcc" -> Cqcc.SPEC_RESNET;
            default ->
                throw new IllegalArgumentException(
                        "no feature of sounds is named \"" + name + "\": use stft, mfcc or cqcc");
        };
    }
}
