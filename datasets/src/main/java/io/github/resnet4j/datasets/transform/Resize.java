package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Scales the shorter side to size, keeping the aspect ratio (torchvision's Resize(int)). */
public record Resize(int size, Interpolation interpolation) implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        throw new IllegalStateException("being written");
    }
}
