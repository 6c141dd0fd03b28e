package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One training of an experiment.
 *
 * @param run what is trained
 * @param seed with which seed
 * @param config the same with the seed and its folder
 */
record PlannedRun(ExperimentConfig.Run run, long seed, RunConfig config) {

    /** All trainings of an experiment, in its order: for every seed, all runs, so that an early look compares them. */
    static List<PlannedRun> of(ExperimentConfig experiment) {
        Path folder = experiment.output().dir().resolve(experiment.name());
        List<PlannedRun> all = new ArrayList<>();
        for (long seed : experiment.seeds()) {
            for (ExperimentConfig.Run run : experiment.runs()) {
                all.add(new PlannedRun(run, seed, run.config().in(folder, run.label() + "-seed" + seed, seed)));
            }
        }
        return all;
    }

    String label() {
        return run.label();
    }

    /** {@code plain-56-seed1}. */
    String name() {
        return config.name();
    }

    int epochs() {
        return config.train().epochs();
    }

    Path folder() {
        return config.output().dir().resolve(config.name());
    }
}
