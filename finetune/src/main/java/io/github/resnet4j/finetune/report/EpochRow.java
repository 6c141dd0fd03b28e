package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.internal.report.CsvLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The measurements of one epoch; NaN where nothing was evaluated.
 *
 * @param epoch counted from 1
 * @param iterations parameter updates since the start of the run
 * @param lr learning rate of the epoch's last update
 * @param trainLoss mean loss over the epoch's training samples, as augmented, without regularisation
 * @param training what the task measures on these, in its order
 * @param valLoss mean loss over the validation samples
 * @param validation what the task measures on these, in its order: the first tells which epoch is the best
 * @param seconds wall-clock time of the epoch, training and evaluation
 * @param imagesPerSecond training samples per second of training time
 * @param dataWaitShare fraction of the training time spent waiting for the loader
 */
public record EpochRow(
        int epoch,
        long iterations,
        double lr,
        double trainLoss,
        Map<Metric, Double> training,
        double valLoss,
        Map<Metric, Double> validation,
        double seconds,
        double imagesPerSecond,
        double dataWaitShare) {
    public EpochRow {
        if (epoch < 1) {
            throw new IllegalArgumentException("epochs count from 1, got " + epoch);
        }
        if (iterations < 0) {
            throw new IllegalArgumentException("iterations must not be negative, got " + iterations);
        }
        training = checked("training", training);
        validation = checked("validation", validation);
        Numbers.requireFraction("dataWaitShare", dataWaitShare);
    }

    /**
     * The epochs of a run, without a last one that was not written to its end.
     *
     * @param log the run's {@code log.csv}
     * @throws IOException naming file and line where the file is not a log
     */
    public static List<EpochRow> read(Path log) throws IOException {
        return CsvLog.read(log);
    }

    private static Map<Metric, Double> checked(String part, Map<Metric, Double> values) {
        values.forEach((metric, value) -> {
            if (metric.unit() == Metric.Unit.SHARE) {
                Numbers.requireFraction(part + " " + metric.key(), value);
            }
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A figure of the training samples; NaN if it was not measured. */
    public double train(Metric metric) {
        return training.getOrDefault(metric, Double.NaN);
    }

    /** A figure of the validation samples; NaN if it was not measured. */
    public double val(Metric metric) {
        return validation.getOrDefault(metric, Double.NaN);
    }

    /** What tells which epoch is the best; absent if the task measures nothing but its loss. */
    public Optional<Metric> main() {
        return validation.keySet().stream().findFirst();
    }

    /** The value of {@link #main}; NaN if it was not measured. */
    public double mainValue() {
        return main().map(this::val).orElse(Double.NaN);
    }

    /** Whether the epoch ended with an evaluation. */
    public boolean evaluated() {
        return !Double.isNaN(main().map(this::val).orElse(valLoss));
    }

    /**
     * Whether this epoch's model is the better one: by the main figure of the validation samples or, since a few hundred
     * often give equal ones, by the lower validation loss. Both epochs were evaluated.
     */
    public boolean betterThan(EpochRow other) {
        double own = mainValue();
        double theirs = other.mainValue();
        return main().isPresent() && own != theirs ? main().get().better(own, theirs) : valLoss < other.valLoss;
    }

    /** The epoch with the best model, the earliest of equals. */
    public static Optional<EpochRow> best(List<EpochRow> rows) {
        return rows.stream().filter(EpochRow::evaluated).reduce((best, row) -> row.betterThan(best) ? row : best);
    }

    /**
     * The epoch as one line for a log or a terminal; without what was not measured.
     *
     * @param epochs of the whole run
     * @param samples what the speed counts: {@code images}, {@code sounds}
     */
    public String line(int epochs, String samples) {
        int width = Integer.toString(epochs).length();
        List<String> parts = new ArrayList<>();
        parts.add(("epoch %" + width + "d/%d").formatted(epoch, epochs));
        add(parts, "loss ", trainLoss, Numbers.loss(trainLoss));
        training.forEach((metric, value) -> add(parts, metric.label() + " ", value, metric.text(value)));
        add(parts, "val loss ", valLoss, Numbers.loss(valLoss));
        validation.forEach((metric, value) -> add(parts, "val " + metric.label() + " ", value, metric.text(value)));
        add(parts, "lr ", lr, Numbers.rate(lr));
        add(parts, "", imagesPerSecond, Numbers.speed(imagesPerSecond) + " " + samples + "/s");
        add(parts, "data wait ", dataWaitShare, Numbers.wholePercent(dataWaitShare));
        add(parts, "", seconds, Numbers.duration(seconds));
        return String.join("  ", parts);
    }

    private static void add(List<String> parts, String label, double value, String text) {
        if (!Double.isNaN(value)) {
            parts.add(label + text);
        }
    }
}
