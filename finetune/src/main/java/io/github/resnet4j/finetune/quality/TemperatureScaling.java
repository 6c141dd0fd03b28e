package io.github.resnet4j.finetune.quality;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Temperature scaling (Guo et al. 2017, section 4.2): the one temperature that minimises the cross-entropy of labelled images.
 *
 * <p>A temperature flatters itself on the images it was fitted to. Therefore the images are halved, every other one, and each
 * half is judged with the temperature fitted to the other: that is what {@code after} and {@code lossAfter} tell. The
 * {@code fitted} temperature is that of all images, and is of use only if the halves show that it helps.
 *
 * @param fitted temperature; absent without a minimum, as where all images are right: ever surer would be ever better
 * @param images that it was fitted to
 * @param before calibration of the network's own probabilities
 * @param after calibration of each half with the temperature of the other
 * @param lossBefore mean cross-entropy of the network's own probabilities
 * @param lossAfter mean cross-entropy of each half with the temperature of the other
 */
public record TemperatureScaling(
        OptionalDouble fitted, int images, Calibration before, Calibration after, double lossBefore, double lossAfter) {
    private static final double COLDEST = 0.05;
    private static final double HOTTEST = 20;
    private static final int MOST_STEPS = 100;
    private static final double PRECISE = 1e-10;

    /** Stands for a probability of 0, which single precision makes of less. */
    private static final double SMALLEST = Float.MIN_VALUE;

    /** Fits and judges. */
    public static TemperatureScaling of(Scores scores) {
        List<Scores.Row> rows = scores.rows();
        OptionalDouble even = fit(rows, 0, 2);
        OptionalDouble odd = fit(rows, 1, 2);
        Calibration.Counter before = new Calibration.Counter();
        Calibration.Counter after = new Calibration.Counter();
        double lossBefore = 0;
        double lossAfter = 0;
        for (int i = 0; i < rows.size(); i++) {
            Scores.Row row = rows.get(i);
            double inverse = 1 / (i % 2 == 0 ? odd : even).orElse(1);
            int predicted = predicted(row.probabilities());
            Moments own = Moments.of(row, 1);
            Moments scaled = Moments.of(row, inverse);
            lossBefore += own.loss;
            lossAfter += scaled.loss;
            before.add(probability(row.probabilities(), predicted, 1), predicted == row.actual());
            after.add(probability(row.probabilities(), predicted, inverse), predicted == row.actual());
        }
        return new TemperatureScaling(
                fit(rows, 0, 1),
                rows.size(),
                before.calibration(),
                after.calibration(),
                lossBefore / rows.size(),
                lossAfter / rows.size());
    }

    /** The temperature to keep: the fitted one if images that it was not fitted to are the better for it. */
    public OptionalDouble kept() {
        return lossAfter < lossBefore ? fitted : OptionalDouble.empty();
    }

    /**
     * Newton's method on the inverse of the temperature, in which the cross-entropy is convex, kept in a bracket that a step
     * out of it halves.
     *
     * @return absent if the minimum is not between a twentieth and twenty
     */
    static OptionalDouble fit(List<Scores.Row> rows, int first, int step) {
        double low = 1 / HOTTEST;
        double high = 1 / COLDEST;
        double at = 1;
        for (int i = 0; i < MOST_STEPS; i++) {
            double slope = 0;
            double curvature = 0;
            int images = 0;
            for (int r = first; r < rows.size(); r += step) {
                Moments m = Moments.of(rows.get(r), at);
                slope += m.slope;
                curvature += m.curvature;
                images++;
            }
            if (images == 0 || Math.abs(slope) <= PRECISE * images && i == 0) {
                return images == 0 ? OptionalDouble.empty() : OptionalDouble.of(1);
            }
            if (slope > 0) {
                high = at;
            } else {
                low = at;
            }
            double next = at - slope / curvature;
            if (!(next > low && next < high)) {
                next = Math.sqrt(low * high);
            }
            if (Math.abs(next - at) <= PRECISE * at) {
                at = next;
                break;
            }
            at = next;
        }
        boolean inside = at > (1 + 1e-6) / HOTTEST && at < (1 - 1e-6) / COLDEST;
        return inside ? OptionalDouble.of(1 / at) : OptionalDouble.empty();
    }

    private static int predicted(float[] probabilities) {
        int best = 0;
        for (int c = 1; c < probabilities.length; c++) {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        return best;
    }

    private static double probability(float[] probabilities, int c, double inverse) {
        if (inverse == 1) {
            return probabilities[c];
        }
        float[] scaled = probabilities.clone();
        new Temperature(1 / inverse).apply(scaled, 0, scaled.length);
        return scaled[c];
    }

    /**
     * The cross-entropy of an image at an inverse temperature and its derivatives: with logits z and probabilities p there,
     * log Σ exp(βz) − βz(actual), its slope Σpz − z(actual), and its curvature, the variance of z under p.
     */
    private record Moments(double loss, double slope, double curvature) {
        static Moments of(Scores.Row row, double inverse) {
            float[] probabilities = row.probabilities();
            double largest = SMALLEST;
            for (float p : probabilities) {
                largest = Math.max(largest, p);
            }
            double top = Math.log(largest);
            double sum = 0;
            double first = 0;
            double second = 0;
            for (float p : probabilities) {
                double logit = Math.log(Math.max(p, SMALLEST)) - top;
                double weight = Math.exp(inverse * logit);
                sum += weight;
                first += weight * logit;
                second += weight * logit * logit;
            }
            double mean = first / sum;
            double own = Math.log(Math.max(probabilities[row.actual()], SMALLEST)) - top;
            return new Moments(Math.log(sum) - inverse * own, mean - own, Math.max(0, second / sum - mean * mean));
        }
    }
}
