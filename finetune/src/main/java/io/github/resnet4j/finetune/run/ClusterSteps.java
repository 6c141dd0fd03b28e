package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.ExecutorLog;
import io.github.resnet4j.finetune.internal.report.ExecutorRow;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.LearningRate;
import io.github.resnet4j.finetune.train.Steps;
import io.github.resnet4j.finetune.train.TrainingSteps.Step;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The steps that a cluster takes, in stretches that end where a checkpoint is due. After each, parameters and memory of the
 * trainee here are those of the replicas.
 */
final class ClusterSteps implements Steps {
    private final TrainingCluster cluster;
    private final Trainee trainee;
    private final RunConfig config;
    private final int perEpoch;
    private final ExecutorLog log;
    private final List<ExecutorRow> rows = new ArrayList<>();
    private final ProgressView view;
    private final BooleanSupplier stop;

    ClusterSteps(
            TrainingCluster cluster,
            Trainee trainee,
            RunConfig config,
            int perEpoch,
            ExecutorLog log,
            ProgressView view,
            BooleanSupplier stop) {
        this.cluster = cluster;
        this.trainee = trainee;
        this.config = config;
        this.perEpoch = perEpoch;
        this.log = log;
        this.view = view;
        this.stop = stop;
    }

    @Override
    public int perEpoch() {
        return perEpoch;
    }

    @Override
    public void startAt(long iteration) {
        trainee.engines().training().startAt(iteration);
    }

    @Override
    public void run(int epoch, int from, LearningRate rate, After after) {
        for (int at = from; at < perEpoch; ) {
            long iteration = (long) epoch * perEpoch + at;
            List<Double> rates = new ArrayList<>();
            do {
                rates.add(rate.at(iteration + rates.size()));
            } while (at + rates.size() < perEpoch && !ends(iteration + rates.size()));
            TrainingCluster.Stretch stretch = new TrainingCluster.Stretch(epoch, at, rates);
            take(iteration, stretch, after);
            at += stretch.steps();
        }
    }

    private boolean ends(long iteration) {
        return iteration % cluster.longestStretch() == 0
                || config.train().monitoring().isCheckpointDue(iteration);
    }

    private void take(long iteration, TrainingCluster.Stretch stretch, After after) {
        if (stretch.from() == 0) {
            view.begin("epoch " + (stretch.epoch() + 1) + "/" + config.train().epochs(), perEpoch);
        }
        long start = System.nanoTime();
        TrainingCluster.Outcome outcome = cluster.take(
                TrainingCluster.State.of(iteration, parameters(), trainee.state()),
                stretch,
                done -> view.step(stretch.from() + done, Double.NaN, Double.NaN, Double.NaN, Double.NaN),
                stop);
        double seconds = (System.nanoTime() - start) / 1e9;
        outcome.after().putInto(parameters(), trainee.state());
        startAt(outcome.after().iteration());
        count(stretch, outcome.times());
        for (int s = 0; s < stretch.steps(); s++) {
            int step = s;
            List<Step> own = outcome.steps().stream().map(all -> all.get(step)).toList();
            after.step(Step.together(own, seconds / stretch.steps()), s == stretch.steps() - 1);
        }
    }

    /** Adds up the epoch's stretches, and writes them down at its end. */
    private void count(TrainingCluster.Stretch stretch, List<TrainingCluster.Times> times) {
        for (int rank = 0; rank < times.size(); rank++) {
            TrainingCluster.Times each = times.get(rank);
            ExecutorRow row =
                    new ExecutorRow(rank, each.host(), each.images(), each.seconds(), each.waited(), each.exchanged());
            if (rank < rows.size()) {
                rows.set(rank, rows.get(rank).plus(row));
            } else {
                rows.add(row);
            }
        }
        if (stretch.from() + stretch.steps() == perEpoch) {
            view.line(ExecutorLog.words(rows));
            try {
                log.append(stretch.epoch() + 1, rows);
            } catch (IOException e) {
                view.line(ExecutorLog.FILE + ": " + e.getMessage() + " (training continues)");
            }
            rows.clear();
        }
    }

    private FloatBuffer parameters() {
        return trainee.graph().params().data().asNioFloat();
    }
}
