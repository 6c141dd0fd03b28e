package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.engine.Optimizer.DecayOn;
import java.util.List;

/** The optimizer; key {@code type} selects the record by its name in kebab case. */
public sealed interface OptimizerConfig {
    /** The learning rate before any schedule. */
    double lr();

    /** What is trained otherwise than the rest. */
    List<GroupConfig> groups();

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
     * @param groups key {@code groups}, default none: parts of the network with a learning rate or weight decay of their
     *     own
     */
    record Sgd(
            double lr,
            @Default("0.9") double momentum,
            @Default("false") boolean nesterov,
            @Default("1e-4") double weightDecay,
            @Default("all") DecayOn decayOn,
            @Default("[]") List<GroupConfig> groups)
            implements OptimizerConfig {
        /** Throws {@link IllegalArgumentException} for numbers out of range and for Nesterov without momentum. */
        public Sgd {
            groups = List.copyOf(groups);
            new Requirements()
                    .positive("lr", lr)
                    .fraction("momentum", momentum, 0, 1)
                    .together(!nesterov || momentum > 0, "nesterov needs a momentum greater than 0")
                    .atLeast("weight-decay", weightDecay, 0.0)
                    .verify();
        }
    }

    /**
     * {@code type: adamw}: Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch defines it.
     *
     * @param lr key {@code lr}, required, greater than 0
     * @param beta1 key {@code beta1}, default 0.9, at least 0 and less than 1: how much of the mean gradient is kept
     * @param beta2 key {@code beta2}, default 0.999, at least 0 and less than 1: how much of the mean square is kept
     * @param eps key {@code eps}, default 1e-8, greater than 0
     * @param weightDecay key {@code weight-decay}, default 0.01, at least 0: weights shrink by it times the learning rate
     * @param decayOn key {@code decay-on}, default {@code no-norm-bias}
     * @param groups key {@code groups}, default none: parts of the network with a learning rate or weight decay of their
     *     own
     */
    record Adamw(
            double lr,
            @Default("0.9") double beta1,
            @Default("0.999") double beta2,
            @Default("1e-8") double eps,
            @Default("0.01") double weightDecay,
            @Default("no-norm-bias") DecayOn decayOn,
            @Default("[]") List<GroupConfig> groups)
            implements OptimizerConfig {
        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Adamw {
            groups = List.copyOf(groups);
            new Requirements()
                    .positive("lr", lr)
                    .fraction("beta1", beta1, 0, 1)
                    .fraction("beta2", beta2, 0, 1)
                    .positive("eps", eps)
                    .atLeast("weight-decay", weightDecay, 0.0)
                    .verify();
        }
    }
}
