package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Pads with zeros on every side, then cuts a random window of the original size (He et al. 2015, section 4.2). */
public record PadCrop(int padding) implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        throw new IllegalStateException("being written");
    }
}
