package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.Figure;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.finetune.train.TrainingSteps;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The range test of learning rates (Smith 2017, arXiv:1506.01186, section 3.3), as fastai's {@code lr_find} does it: a
 * training whose rate grows exponentially from step to step, until the smoothed loss is four times its least. Nothing of the
 * training is kept.
 */
public final class LearningRateFinder {
    /** How much of the smoothed loss a step keeps. */
    private static final double BETA = 0.98;
    /** How many times its least the smoothed loss is when the test ends. */
    private static final double DIVERGED = 4;
    /** Steps at the end that no rate is suggested from. */
    private static final int BLOW_UP = 5;

    private LearningRateFinder() {}

    /**
     * Which rates to try.
     *
     * @param steps how many, at least 2
     * @param from the first rate, above 0
     * @param to the last rate, above the first
     */
    public record Range(int steps, double from, double to) {
        /** As in fastai. */
        public static final Range STANDARD = new Range(100, 1e-7, 10);

        /** Throws {@link IllegalArgumentException} for numbers out of range. */
        public Range {
            if (steps < 2 || !(from > 0) || !(to > from) || to == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("at least 2 steps from a learning rate above 0 to a larger one are"
                        + " needed, got " + steps + " from " + from + " to " + to);
            }
        }

        double rate(int step) {
            return from * Math.pow(to / from, step / (steps - 1.0));
        }
    }

    /**
     * One step.
     *
     * @param lr its rate
     * @param loss before its update
     * @param smoothed moving average of the losses so far
     */
    public record Trial(double lr, double loss, double smoothed) {}

    /**
     * What was found.
     *
     * @param trials in order, the last one that with which the test ended, if its loss was finite
     * @param diverged whether it ended before the last rate
     * @param suggestion a rate to train with, if the loss fell anywhere
     */
    public record Result(List<Trial> trials, boolean diverged, OptionalDouble suggestion) {
        /** Writes {@code lr-find.csv} and {@code lr-find.png}. */
        public void write(Path folder) throws IOException {
            Files.createDirectories(folder);
            AtomicFile.write(
                    folder.resolve("lr-find.csv"),
                    trials.stream()
                            .map(trial -> trial.lr + "," + trial.loss + "," + trial.smoothed)
                            .collect(Collectors.joining("\n", "lr,loss,smoothed_loss\n", "\n")));
            Charts.figure(figure(), folder.resolve("lr-find.png"));
        }

        private Figure figure() {
            double most = trials.stream().mapToDouble(Trial::smoothed).max().orElse(1);
            List<Figure.Series> series = new ArrayList<>();
            series.add(new Figure.Series(
                    "loss",
                    Figure.Mark.DOTS,
                    trials.stream()
                            .filter(trial -> trial.loss <= most)
                            .map(trial -> new Figure.Point(trial.lr, trial.loss, ""))
                            .toList()));
            series.add(new Figure.Series(
                    "smoothed",
                    Figure.Mark.LINE,
                    trials.stream()
                            .map(trial -> new Figure.Point(trial.lr, trial.smoothed, ""))
                            .toList()));
            suggestion.ifPresent(lr -> trials.stream()
                    .filter(trial -> trial.lr == lr)
                    .forEach(trial -> series.add(new Figure.Series(
                            "suggestion: " + Numbers.rate(lr),
                            Figure.Mark.DOTS,
                            List.of(new Figure.Point(lr, trial.smoothed, ""))))));
            return new Figure(
                    "lr-find",
                    "Loss by learning rate",
                    "",
                    new Figure.Axis("learning rate", Figure.Scale.LOGARITHMIC),
                    new Figure.Axis("loss", Figure.Scale.NUMBER),
                    series);
        }
    }

    /**
     * Tests the training that a configuration describes, as it is in its first epoch: with what is frozen then, its
     * optimiser, batches, augmentation and loss. Its {@code optimizer.lr} and {@code schedule} do not matter; a group's
     * {@code lr-factor} does. Where the images do not suffice, they are seen again.
     *
     * @param stop polled after every step
     * @throws io.github.resnet4j.finetune.UsageException if the configuration does not fit the data or the model
     * @throws StoppedException if asked to stop
     */
    public static Result find(
            RunConfig wanted,
            Range range,
            DownloadOptions download,
            KeyNames names,
            ProgressView view,
            BooleanSupplier stop) {
        ResolvedRun task = ResolvedRun.open(wanted, download, names, view::line);
        RunConfig config = task.config();
        Shape image = task.network().input();
        BatchArrays.requireRoom(names.of("train.batch-size"), config.train().batchSize(), image);
        Objective<?> objective = task.inputs().objective(config);
        OneDnn.enable();
        PreparedRun start = PreparedRun.of(task, config);
        LoaderOptions loading = Loading.training(config, task);
        try (BatchLoader data = task.inputs().trainLoader(loading);
                Trainee trainee = new Trainee(
                        start, config, Phase.of(config).get(0), PhaseData.images(data, data), Optional.empty())) {
            view.line(trainee.engines().use().words() + ": " + start.network().name() + ", "
                    + Numbers.count(range.steps(), "step", "steps") + " with learning rates from "
                    + Numbers.rate(range.from()) + " to " + Numbers.rate(range.to()));
            TrainingSteps steps =
                    new TrainingSteps(trainee.engines().training(), data, config.train(), objective, Optional.empty());
            view.begin("lr-find", range.steps());
            return run(steps, range, view, stop);
        } finally {
            view.end();
        }
    }

    private static Result run(TrainingSteps steps, Range range, ProgressView view, BooleanSupplier stop) {
        List<Trial> trials = new ArrayList<>();
        double average = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int epoch = 0; trials.size() < range.steps(); epoch++) {
            try (Batches batches = steps.epoch(epoch, 0)) {
                for (int s = 0; s < steps.perEpoch() && trials.size() < range.steps(); s++) {
                    double lr = range.rate(trials.size());
                    TrainingSteps.Step step = steps.take(batches, epoch, s, lr);
                    if (!Double.isFinite(step.loss())) {
                        return result(trials, true, range);
                    }
                    average = BETA * average + (1 - BETA) * step.loss();
                    double smoothed = average / (1 - Math.pow(BETA, trials.size() + 1.0));
                    trials.add(new Trial(lr, step.loss(), smoothed));
                    view.step(
                            trials.size(),
                            smoothed,
                            lr,
                            step.images() / step.seconds(),
                            step.waited() / step.seconds());
                    least = Math.min(least, smoothed);
                    if (smoothed > DIVERGED * least) {
                        return result(trials, true, range);
                    }
                    if (stop.getAsBoolean()) {
                        throw new StoppedException();
                    }
                }
            }
        }
        return result(trials, false, range);
    }

    private static Result result(List<Trial> trials, boolean diverged, Range range) {
        int first = range.steps() / 10; // averages of very few losses
        int end = trials.size() - BLOW_UP;
        return new Result(
                List.copyOf(trials),
                diverged,
                first < end ? valley(trials.subList(first, end)) : OptionalDouble.empty());
    }

    /**
     * A rate in the valley of the loss, as fastai suggests it: halfway down the longest run of falling losses, of which
     * others may lie between. Empty if no loss is lower than one before.
     */
    static OptionalDouble valley(List<Trial> trials) {
        int n = trials.size();
        int[] lengths = new int[n];
        Arrays.fill(lengths, 1);
        int longest = 0;
        for (int i = 1; i < n; i++) {
            for (int j = 0; j < i; j++) {
                if (trials.get(i).smoothed() < trials.get(j).smoothed()) {
                    lengths[i] = Math.max(lengths[i], lengths[j] + 1);
                }
            }
            longest = lengths[i] > lengths[longest] ? i : longest;
        }
        if (lengths[longest] == 1) {
            return OptionalDouble.empty();
        }
        int begin = Math.max(0, longest - lengths[longest]);
        double third = (longest - begin) / 3.0;
        return OptionalDouble.of(
                trials.get(begin + (int) third + (int) (third / 2)).lr());
    }
}
