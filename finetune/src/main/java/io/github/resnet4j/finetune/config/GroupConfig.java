package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.zoo.network.FreezePlan;
import java.util.List;
import java.util.Optional;

/**
 * Parts of the network that are trained otherwise than the rest.
 *
 * @param parts key {@code parts}, required: stages ({@code stem}, {@code layer4}, {@code head}), blocks or layers, at least
 *     one
 * @param lrFactor key {@code lr-factor}, default 1: what the learning rate is multiplied by, at least 0
 * @param weightDecay key {@code weight-decay}, default the optimizer's, at least 0
 * @param thaw key {@code thaw}, default none, at least 1: epochs after which their training begins; until then, their
 *     weights and batch-normalisation statistics are frozen (gradual unfreezing, Howard and Ruder 2018)
 * @param freezeNorm key {@code freeze-norm}, default {@code frozen}: what the parts' batch normalisations do until they thaw,
 *     as in the model's key
 */
public record GroupConfig(
        List<String> parts,
        @Default("1") double lrFactor,
        Optional<Double> weightDecay,
        Optional<Integer> thaw,
        Optional<FreezePlan.Norms> freezeNorm) {
    /** Throws {@link IllegalArgumentException} for numbers out of range and for a group of nothing. */
    public GroupConfig {
        parts = List.copyOf(parts);
        new Requirements()
                .that(
                        !parts.isEmpty() && parts.stream().noneMatch(String::isBlank),
                        "parts",
                        "must name at least one stage, block or layer")
                .atLeast("lr-factor", lrFactor, 0.0)
                .atLeast("weight-decay", weightDecay.orElse(0.0), 0.0)
                .atLeast("thaw", thaw, 1)
                .that(
                        thaw.isPresent() || freezeNorm.isEmpty(),
                        "freeze-norm",
                        "is about parts that thaw later; set thaw, too")
                .verify();
    }
}
