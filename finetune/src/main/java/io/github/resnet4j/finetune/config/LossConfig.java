package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;

/**
 * What the network is to say of the images of a batch. Its keys are {@link TrainConfig}'s.
 *
 * @param labelSmoothing key {@code label-smoothing}, default 0: probability spread evenly over all classes, at
 *     least 0 and less than 1 (Szegedy et al. 2016, section 7)
 * @param mix key {@code mix}, default none: mixes images of a batch
 */
public record LossConfig(
        @Default("0") double labelSmoothing, @Default("{}") MixConfig mix) {
    /** The image's own class, and nothing else. */
    public static final LossConfig PLAIN = new LossConfig(0, MixConfig.NONE);

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public LossConfig {
        new Requirements().fraction("label-smoothing", labelSmoothing, 0, 1).verify();
    }
}
