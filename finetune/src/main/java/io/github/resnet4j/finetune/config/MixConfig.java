package io.github.resnet4j.finetune.config;

import java.util.Optional;

/**
 * How images of a batch, and their labels with them, are mixed. Given both, every batch takes one at random.
 *
 * @param mixup key {@code mixup}, default none, greater than 0: every image becomes a weighted mean of two; the weight is
 *     distributed as Beta(mixup, mixup) (Zhang et al. 2018, arXiv:1710.09412; 0.2 for ImageNet)
 * @param cutmix key {@code cutmix}, default none, greater than 0: a rectangle of every image is that of another; its share of
 *     the area is distributed as Beta(cutmix, cutmix) (Yun et al. 2019, arXiv:1905.04899; 1 for ImageNet)
 */
public record MixConfig(Optional<Double> mixup, Optional<Double> cutmix) {
    /** No mixing. */
    public static final MixConfig NONE = new MixConfig(Optional.empty(), Optional.empty());

    /** Throws {@link IllegalArgumentException} for numbers that are not positive. */
    public MixConfig {
        new Requirements().positive("mixup", mixup).positive("cutmix", cutmix).verify();
    }
}
