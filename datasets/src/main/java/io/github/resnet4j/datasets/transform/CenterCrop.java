package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Cuts size x size from the middle; smaller pictures are padded with zeros, as torchvision does. */
public record CenterCrop(int size) implements Transform {
    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        throw new IllegalStateException("being written");
    }
}
