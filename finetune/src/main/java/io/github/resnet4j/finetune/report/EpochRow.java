package io.github.resnet4j.finetune.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The measurements of one epoch; NaN where nothing was evaluated.
 *
 * @param epoch counted from 1
 * @param iterations parameter updates since the start of the run
 * @param lr learning rate of the epoch's last update
 * @param trainLoss mean loss over the epoch's training images, as augmented, without regularisation
 * @param trainTop1 fraction of these images classified correctly
 * @param valLoss mean loss over the validation images
 * @param valTop1 fraction of the validation images classified correctly
 * @param valTop5 fraction whose class is among the five most probable; NaN for up to five classes, of which all are
 * @param seconds wall-clock time of the epoch, training and evaluation
 * @param imagesPerSecond training images per second of training time
 * @param dataWaitShare fraction of the training time spent waiting for the loader
 */
public record EpochRow(
        int epoch,
        long iterations,
        double lr,
        double trainLoss,
        double trainTop1,
        double valLoss,
        double valTop1,
        double valTop5,
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
        Numbers.requireFraction("trainTop1", trainTop1);
        Numbers.requireFraction("valTop1", valTop1);
        Numbers.requireFraction("valTop5", valTop5);
        Numbers.requireFraction("dataWaitShare", dataWaitShare);
    }

    /** Whether the epoch ended with an evaluation. */
    public boolean evaluated() {
        return !Double.isNaN(valTop1);
    }

    /**
     * Whether this epoch's model is the better one: of higher validation accuracy or, since a few hundred images often give
     * equal ones, of lower validation loss. Both epochs were evaluated.
     */
    public boolean betterThan(EpochRow other) {
        return valTop1 > other.valTop1 || valTop1 == other.valTop1 && valLoss < other.valLoss;
    }

    /** The epoch with the best model, the earliest of equals. */
    public static Optional<EpochRow> best(List<EpochRow> rows) {
        return rows.stream().filter(EpochRow::evaluated).reduce((best, row) -> row.betterThan(best) ? row : best);
    }

    /** The epoch as one line for a log or a terminal; without what was not measured. */
    public String line(int epochs) {
        int width = Integer.toString(epochs).length();
        List<String> parts = new ArrayList<>();
        parts.add(("epoch %" + width + "d/%d").formatted(epoch, epochs));
        add(parts, "loss ", trainLoss, Numbers.loss(trainLoss));
        add(parts, "top-1 ", trainTop1, Numbers.percent(trainTop1));
        add(parts, "val loss ", valLoss, Numbers.loss(valLoss));
        add(parts, "val top-1 ", valTop1, Numbers.percent(valTop1));
        add(parts, "val top-5 ", valTop5, Numbers.percent(valTop5));
        add(parts, "lr ", lr, Numbers.rate(lr));
        add(parts, "", imagesPerSecond, Numbers.fixed(imagesPerSecond, 0) + " images/s");
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
