package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Flips the image left to right in every other epoch: a random half of the images in even epochs, the other half in odd
 * ones. Two epochs so show both sides of every image, where independent flips repeat a side half of the time; training
 * then needs fewer epochs (Jordan 2024, arXiv 2404.00498, section 3.6).
 */
public record AlternatingFlip() implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return random.isEvenEpoch() == random.coinOfSample() ? HorizontalFlip.mirror(image) : image;
    }
}
