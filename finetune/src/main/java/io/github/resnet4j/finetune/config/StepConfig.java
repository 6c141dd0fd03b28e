package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.util.Optional;

/**
 * How a step comes from gradients. Its keys are {@link TrainConfig}'s.
 *
 * @param accumulate key {@code accumulate}, default 1, at least 1: batches whose gradients one step sums up, so that it sees
 *     {@code accumulate × batch-size} images with the memory for {@code batch-size}. Its gradient is the mean over all of
 *     these images, also where a batch is smaller or an epoch ends earlier; batch normalisation has the statistics of each
 *     batch by itself, as in a PyTorch loop. Iterations, learning rates, {@code clip-norm} and {@code ema-decay} count steps
 * @param clipNorm key {@code clip-norm}, default none: largest L2 norm of the whole gradient, greater than 0
 * @param emaDecay key {@code ema-decay}, default none, at least 0 and less than 1: keep an exponential moving average of all
 *     weights and statistics, {@code average += (1 - d) * (weight - average)} after every step, with d = min(ema-decay,
 *     (1 + step) / (10 + step)). Accuracies are the average's, and so are {@code model.zip} and {@code last.zip}
 * @param lrBatch key {@code lr-batch}, default none, at least 1: the images of a step that {@code optimizer.lr} is meant for. A
 *     step of other than so many has the rate {@code optimizer.lr × accumulate × batch-size / lr-batch}, the linear scaling
 *     rule (Goyal et al. 2017, section 2.1), from which schedule and warm-up start. Their warm-up begins with the rate
 *     before: {@code schedule.warmup: {epochs: 5, lr: …}} with {@code optimizer.lr}'s value
 */
public record StepConfig(
        @Default("1") int accumulate, Optional<Double> clipNorm, Optional<Double> emaDecay, Optional<Integer> lrBatch) {
    /** A step for every batch. */
    public static final StepConfig PLAIN = new StepConfig(1, Optional.empty(), Optional.empty(), Optional.empty());

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public StepConfig {
        new Requirements()
                .atLeast("accumulate", accumulate, 1)
                .positive("clip-norm", clipNorm)
                .fraction("ema-decay", emaDecay.orElse(0.0), 0, 1)
                .atLeast("lr-batch", lrBatch, 1)
                .verify();
    }

    /** The steps for so many batches. */
    public int steps(int batches) {
        return (batches - 1) / accumulate + 1;
    }
}
