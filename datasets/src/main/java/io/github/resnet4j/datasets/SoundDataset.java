package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.audio.Sound;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.loader.SampleSource;

/** Labelled sounds in a fixed order. Everything but {@link #sound} is in memory. */
public interface SoundDataset extends Samples {
    /**
     * The sound; files are decoded on every call.
     *
     * @throws BadDataException if it cannot be read
     */
    Sound sound(int index);

    /** The maps of the sounds, for a loader of batches: 1×{@code feature.rows()}×{@code feature.frames()}, not at random. */
    default SampleSource samples(SoundFeature feature) {
        return index -> {
            Sound sound = sound(index);
            return (view, random, slot) -> feature.write(sound, slot.features(), slot.at());
        };
    }
}
