package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * TrivialAugment, "wide" (Müller and Hutter 2021, arXiv:2103.10158), as torchvision has it: one of 14 changes of place,
 * colour and sharpness, of random strength. Nothing to tune. What is moved in from outside is black.
 */
public record TrivialAugmentWide() implements Transform {
    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        throw new UnsupportedOperationException("trivial-augment-wide has no step for masks");
    }

    @Override
    public boolean keepsMasks() {
        return false;
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        return AugmentOp.any(image, AugmentOp.Reach.WIDE, random.nextInt(AugmentOp.BINS), random);
    }
}
