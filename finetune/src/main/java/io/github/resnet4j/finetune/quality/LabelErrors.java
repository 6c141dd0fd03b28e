package io.github.resnet4j.finetune.quality;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Images whose label the network confidently disagrees with (confident learning, Northcutt et al. 2021). An image is
 * suspect if, among the classes whose probability reaches the mean that images of that class have, the most probable is not
 * its own. These means are thresholds that allow for a network that is surer of one class than of another.
 *
 * <p>For images that the network was not trained on: it has learnt the labels of the others by heart.
 */
public final class LabelErrors {
    private LabelErrors() {}

    /**
     * An image that may be mislabelled.
     *
     * @param index in the data set
     * @param actual its label
     * @param suggested what the network would call it
     * @param own probability of its label
     * @param probability of the suggestion
     */
    public record Suspect(int index, int actual, int suggested, double own, double probability) {}

    /** The suspects; those whose own label is least probable come first. */
    public static List<Suspect> find(Scores scores) {
        double[] thresholds = thresholds(scores);
        return scores.rows().stream()
                .flatMap(row -> suspect(row, thresholds).stream())
                .sorted(Comparator.comparingDouble(Suspect::own).thenComparingInt(Suspect::index))
                .toList();
    }

    /** The mean probability that images of a class have of it; infinite for a class without images. */
    private static double[] thresholds(Scores scores) {
        double[] sums = new double[scores.classes()];
        long[] images = new long[scores.classes()];
        for (Scores.Row row : scores.rows()) {
            sums[row.actual()] += row.probabilities()[row.actual()];
            images[row.actual()]++;
        }
        for (int c = 0; c < sums.length; c++) {
            sums[c] = images[c] == 0 ? Double.POSITIVE_INFINITY : sums[c] / images[c];
        }
        return sums;
    }

    private static Optional<Suspect> suspect(Scores.Row row, double[] thresholds) {
        float[] p = row.probabilities();
        int best = -1;
        for (int c = 0; c < p.length; c++) {
            if (p[c] >= thresholds[c] && (best < 0 || p[c] > p[best])) {
                best = c;
            }
        }
        return best < 0 || best == row.actual()
                ? Optional.empty()
                : Optional.of(new Suspect(row.index(), row.actual(), best, p[row.actual()], p[best]));
    }
}
