package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * RandAugment (Cubuk et al. 2019, arXiv:1909.13719) as torchvision has it: some of 14 changes of place, colour and
 * sharpness, one after the other, all of the same strength. What is moved in from outside is black.
 *
 * @param ops how many, at least 1
 * @param magnitude how strong, 0 to 30
 */
public record RandAugment(
        @Default("2") int ops, @Default("9") int magnitude) implements Transform {
    private static final int MOST_OPS = 14;

    public RandAugment {
        Check.within("rand-augment", "ops", ops, 1, MOST_OPS);
        Check.within("rand-augment", "magnitude", magnitude, 0, AugmentOp.BINS - 1);
    }

    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        throw new UnsupportedOperationException("rand-augment has no step for masks");
    }

    @Override
    public boolean keepsMasks() {
        return false;
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        Rgb8Image changed = image;
        for (int i = 0; i < ops; i++) {
            changed = AugmentOp.any(changed, AugmentOp.Reach.MODERATE, magnitude, random);
        }
        return changed;
    }
}
