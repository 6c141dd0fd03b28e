package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** A random area and aspect ratio, scaled to size x size (Szegedy et al. 2015; torchvision's). */
public record RandomResizedCrop(
        int size, double minScale, double maxScale, double minRatio, double maxRatio, Interpolation interpolation)
        implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        throw new IllegalStateException("being written");
    }
}
