package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;

/** One step from image to image. The names of the records, in kebab case, are the names in configuration files. */
public sealed interface Transform
        permits Resize,
                CenterCrop,
                RandomResizedCrop,
                PadCrop,
                HorizontalFlip,
                AlternatingFlip,
                VerticalFlip,
                ColorJitter,
                RandAugment,
                TrivialAugmentWide,
                RandomErasing,
                Fit {
    /**
     * The image after this step. The input is never written to; a step that changes nothing returns it.
     * Deterministic steps ignore {@code random}.
     */
    Rgb8Image apply(Rgb8Image image, SampleRandom random);

    /** The same of an image that is decoded no further than this step needs. */
    default Rgb8Image apply(LazyImage image, SampleRandom random) {
        return apply(image.decode(), random);
    }

    /**
     * The mask of an image after this step: a number for each pixel, in all three channels. Its pixels move as those of the
     * image do, and each keeps the number of one: the nearest. Where there was no image, it is 0.
     *
     * @param mask of the image's size
     * @param random in the state in which the image's step finds it
     * @throws UnsupportedOperationException if {@link #keepsMasks} says so
     */
    default Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        return apply(mask, random);
    }

    /** Whether there is such a step for masks. */
    default boolean keepsMasks() {
        return true;
    }

    /** Whether the result depends on more than the image. */
    default boolean isRandom() {
        return true;
    }
}
