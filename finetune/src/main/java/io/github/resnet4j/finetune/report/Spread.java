package io.github.resnet4j.finetune.report;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * A measurement over several seeds.
 *
 * @param mean of the values; NaN without any
 * @param deviation their sample standard deviation; NaN for fewer than two
 * @param count how many there are
 */
public record Spread(double mean, double deviation, int count) {
    /** Of these values. */
    public static Spread of(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        double deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Double.NaN;
        return new Spread(mean, deviation, values.length);
    }

    /** The middle of these values, in any order; of an even number, the mean of the two. */
    public static OptionalDouble median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** A share as percent: {@code 8.75%}, {@code 8.75% ± 0.16}. */
    public String percent() {
        return Numbers.percent(mean) + (count > 1 ? " ± " + Numbers.fixed(100 * deviation, 2) : "");
    }

    /** Seconds as milliseconds: {@code 1.43 ms}, {@code 1.43 ms ± 0.02}. */
    public String millis() {
        return Double.isNaN(mean)
                ? Numbers.NONE
                : Numbers.fixed(1000 * mean, 2) + " ms" + (count > 1 ? " ± " + Numbers.fixed(1000 * deviation, 2) : "");
    }
}
