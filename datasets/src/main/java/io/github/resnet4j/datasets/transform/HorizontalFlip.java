package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Mirrors left and right with probability p. */
public record HorizontalFlip(double p) implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        throw new IllegalStateException("being written");
    }
}
