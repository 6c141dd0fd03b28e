package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import java.util.Optional;

/**
 * Which network, and what of it is trained.
 *
 * @param name key {@code name}, required: a name of the zoo, {@code architecture} or {@code architecture.tag}
 * @param classes key {@code classes}, number of outputs, at least 2; default: the number of classes in the data
 * @param weights key {@code weights}, path of a {@code model.zip} archive or another file of weights to start from;
 *     default: those that a tag in {@code name} stands for, else random
 * @param map key {@code map}, path of a file with rules for the names in {@code weights}, default none
 * @param ema key {@code ema}, default false: of a checkpoint that has an average of the weights beside them, the average
 * @param channelOrder key {@code channel-order}, {@code rgb} or {@code bgr}: in which order the weights expect the
 *     colours; default: the weights' own
 * @param shortcut key {@code shortcut}, default: the architecture's own
 * @param zeroInitResidual key {@code zero-init-residual}, default false: the last batch normalisation of every block
 *     starts with scale 0, so that blocks start as the identity (Goyal et al. 2017, section 5.1)
 * @param freeze key {@code freeze}, default none: the vertex up to which, itself included, nothing is trained, such as
 *     {@code layer3}
 */
public record ModelConfig(
        String name,
        Optional<Integer> classes,
        Optional<String> weights,
        Optional<String> map,
        @Default("false") boolean ema,
        Optional<ChannelOrder> channelOrder,
        Optional<Shortcut> shortcut,
        @Default("false") boolean zeroInitResidual,
        Optional<String> freeze) {
    /** Throws {@link IllegalArgumentException} for fewer than 2 classes and for blank text. */
    public ModelConfig {
        new Requirements()
                .written("name", name)
                .atLeast("classes", classes, 2)
                .written("weights", weights)
                .written("map", map)
                .written("freeze", freeze)
                .verify();
    }
}
