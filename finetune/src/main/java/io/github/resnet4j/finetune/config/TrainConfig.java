package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.util.Optional;

/**
 * The training: its length, its batches, and what is done with them. The last three components have no keys of their own;
 * their components' stand beside the others: {@code train.label-smoothing}.
 *
 * @param epochs key {@code epochs}, required: passes over the training images, at least 1
 * @param batchSize key {@code batch-size}, required: images that are computed together, at least 1
 * @param seed key {@code seed}, default 1: decides initial weights, order and augmentation
 * @param loss what the network is to say
 * @param step how it learns from that
 * @param monitoring evaluations, checkpoints and the end
 */
public record TrainConfig(
        int epochs,
        int batchSize,
        @Default("1") long seed,
        @Inlined LossConfig loss,
        @Inlined StepConfig step,
        @Inlined MonitoringConfig monitoring) {
    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public TrainConfig {
        new Requirements()
                .atLeast("epochs", epochs, 1)
                .atLeast("batch-size", batchSize, 1)
                .verify();
    }

    TrainConfig withSeed(long other) {
        return new TrainConfig(epochs, batchSize, other, loss, step, monitoring);
    }

    TrainConfig measuredAtTheEnd() {
        MonitoringConfig once = new MonitoringConfig(
                Optional.empty(), monitoring.checkpointEvery(), epochs, monitoring.keepCheckpoints());
        return new TrainConfig(epochs, batchSize, seed, loss, step, once);
    }

    TrainConfig withEpochs(int other) {
        return new TrainConfig(other, batchSize, seed, loss, step, monitoring);
    }
}
