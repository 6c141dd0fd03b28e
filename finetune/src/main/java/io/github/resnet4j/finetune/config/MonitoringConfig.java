package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.util.Optional;

/**
 * When a run is measured, saved and stopped. Its keys are {@link TrainConfig}'s.
 *
 * @param patience key {@code patience}, default none, at least 1: stop after so many epochs in a row in which neither the
 *     validation accuracy nor the validation loss was better than ever before. (Keras and fastai watch the loss alone; but
 *     accuracy often still rises where a network that grows sure of itself pays for its mistakes in loss.) Epochs count from
 *     the last thaw on
 * @param checkpointEvery key {@code checkpoint-every}, iterations between checkpoints; default 0: only at the end of
 *     epochs
 * @param evalEvery key {@code eval-every}, epochs between evaluations, default 1; the last epoch is always evaluated
 * @param keepCheckpoints key {@code keep-checkpoints}, default 2: how many of the newest to keep, at least 1
 */
public record MonitoringConfig(
        Optional<Integer> patience,
        @Default("0") int checkpointEvery,
        @Default("1") int evalEvery,
        @Default("2") int keepCheckpoints) {
    /** After every epoch, to the end. */
    public static final MonitoringConfig PLAIN = new MonitoringConfig(Optional.empty(), 0, 1, 2);

    /** Throws {@link IllegalArgumentException} for numbers out of range. */
    public MonitoringConfig {
        new Requirements()
                .atLeast("patience", patience, 1)
                .atLeast("checkpoint-every", checkpointEvery, 0)
                .atLeast("eval-every", evalEvery, 1)
                .atLeast("keep-checkpoints", keepCheckpoints, 1)
                .verify();
    }

    /** Whether a checkpoint is saved after so many iterations, other than at the end of an epoch. */
    public boolean isCheckpointDue(long iterations) {
        return checkpointEvery > 0 && iterations % checkpointEvery == 0;
    }
}
