package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.audio.Sound;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.loader.SampleSource;
import java.util.List;

/**
 * Labelled sounds in a fixed order. Everything but {@link #sound} is in memory; all methods are safe for concurrent use.
 */
public interface SoundDataset {
    /** The number of sounds, at least 1. */
    int size();

    /** The names of the classes by label. */
    List<String> classes();

    /** The class of sound {@code index}, 0 .. {@code classes().size() - 1}. */
    int label(int index);

    /** Where sound {@code index} comes from: the path below the root ({@code bonafide/1.wav}). */
    String name(int index);

    /**
     * The sound; files are decoded on every call.
     *
     * @throws BadDataException if it cannot be read
     */
    Sound sound(int index);

    /**
     * A SHA-256 in hex that identifies the data in a run's provenance: of the paths below the root and the file sizes, in
     * order.
     */
    String fingerprint();

    /** When the file of sound {@code index} was last written to, in milliseconds since 1970; 0 if it is gone. */
    long lastModified(int index);

    /** The number of sounds of each class. */
    default long[] classCounts() {
        long[] counts = new long[classes().size()];
        for (int i = 0; i < size(); i++) {
            counts[label(i)]++;
        }
        return counts;
    }

    /** The maps of the sounds, for a loader of batches: 1×{@code feature.rows()}×{@code feature.frames()}, not at random. */
    default SampleSource samples(SoundFeature feature) {
        return index -> {
            Sound sound = sound(index);
            return (view, random, out, offset) -> feature.write(sound, out, offset);
        };
    }
}
