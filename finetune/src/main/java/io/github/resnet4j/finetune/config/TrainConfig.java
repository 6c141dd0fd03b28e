package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.util.Optional;

/**
 * Length, batches and checkpoints of the training.
 *
 * @param epochs key {@code epochs}, required: passes over the training images, at least 1
 * @param batchSize key {@code batch-size}, required: images per iteration, at least 1
 * @param seed key {@code seed}, default 1: decides initial weights, order and augmentation
 * @param labelSmoothing key {@code label-smoothing}, default 0: probability spread evenly over all classes, at
 *     least 0 and less than 1 (Szegedy et al. 2016, section 7)
 * @param mix key {@code mix}, default none: mixes images of a batch
 * @param clipNorm key {@code clip-norm}, default none: largest L2 norm of the whole gradient, greater than 0
 * @param emaDecay key {@code ema-decay}, default none, at least 0 and less than 1: keep an exponential moving average of all
 *     weights and statistics, {@code average += (1 - d) * (weight - average)} after every step, with d = min(ema-decay,
 *     (1 + step) / (10 + step)). Accuracies are the average's, and so are {@code model.zip} and {@code last.zip}
 * @param checkpointEvery key {@code checkpoint-every}, iterations between checkpoints; default 0: only at the end of
 *     epochs
 * @param evalEvery key {@code eval-every}, epochs between evaluations, default 1; the last epoch is always evaluated
 * @param keepCheckpoints key {@code keep-checkpoints}, default 2: how many of the newest to keep, at least 1
 */
public record TrainConfig(
        int epochs,
        int batchSize,
        @Default("1") long seed,
        @Default("0") double labelSmoothing,
        @Default("{}") MixConfig mix,
        Optional<Double> clipNorm,
        Optional<Double> emaDecay,
        @Default("0") int checkpointEvery,
        @Default("1") int evalEvery,
        @Default("2") int keepCheckpoints) {
    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public TrainConfig {
        new Requirements()
                .atLeast("epochs", epochs, 1)
                .atLeast("batch-size", batchSize, 1)
                .fraction("label-smoothing", labelSmoothing, 0, 1)
                .positive("clip-norm", clipNorm)
                .fraction("ema-decay", emaDecay.orElse(0.0), 0, 1)
                .atLeast("checkpoint-every", checkpointEvery, 0)
                .atLeast("eval-every", evalEvery, 1)
                .atLeast("keep-checkpoints", keepCheckpoints, 1)
                .verify();
    }

    TrainConfig withSeed(long other) {
        return new TrainConfig(
                epochs,
                batchSize,
                other,
                labelSmoothing,
                mix,
                clipNorm,
                emaDecay,
                checkpointEvery,
                evalEvery,
                keepCheckpoints);
    }

    TrainConfig withEpochs(int other) {
        return new TrainConfig(
                other,
                batchSize,
                seed,
                labelSmoothing,
                mix,
                clipNorm,
                emaDecay,
                checkpointEvery,
                evalEvery,
                keepCheckpoints);
    }
}
