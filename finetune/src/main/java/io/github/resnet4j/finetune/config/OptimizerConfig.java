package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.engine.Sgd.DecayOn;

/** The optimizer; key {@code type} selects the record by its name in kebab case. */
public sealed interface OptimizerConfig {
    /** The learning rate before any schedule. */
    double lr();

    /**
     * {@code type: sgd}: stochastic gradient descent with momentum, as PyTorch defines it:
     * {@code v = momentum * v + g + weight-decay * w; w = w - lr * v}.
     *
     * @param lr key {@code lr}, required, greater than 0
     * @param momentum key {@code momentum}, default 0.9 (He et al. 2015, section 3.4), at least 0 and less than 1
     * @param nesterov key {@code nesterov}, default false: look ahead along the momentum; needs momentum
     * @param weightDecay key {@code weight-decay}, default 1e-4 (He et al. 2015, section 3.4), at least 0: added to the
     *     gradient before the momentum, and so multiplied by the learning rate
     * @param decayOn key {@code decay-on}, default {@code all}, as the paper and PyTorch do
     */
    record Sgd(
            double lr,
            @Default("0.9") double momentum,
            @Default("false") boolean nesterov,
            @Default("1e-4") double weightDecay,
            @Default("all") DecayOn decayOn)
            implements OptimizerConfig {
        /** Throws {@link IllegalArgumentException} for numbers out of range and for Nesterov without momentum. */
        public Sgd {
            new Requirements()
                    .positive("lr", lr)
                    .fraction("momentum", momentum, 0, 1)
                    .together(!nesterov || momentum > 0, "nesterov needs a momentum greater than 0")
                    .atLeast("weight-decay", weightDecay, 0.0)
                    .verify();
        }
    }
}
