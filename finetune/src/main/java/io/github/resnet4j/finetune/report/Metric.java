package io.github.resnet4j.finetune.report;

/**
 * A figure that tells how good a network is at its task.
 *
 * @param key what files call it: {@code top1} is {@code train_top1} and {@code val_top1} in log.csv
 * @param label what lines and tables call it: {@code top-1}
 * @param title what charts call it: {@code Top-1 accuracy}
 * @param unit what its values are
 * @param higherIsBetter whether of two networks the one with the higher value is the better one
 */
public record Metric(String key, String label, String title, Unit unit, boolean higherIsBetter) {
    /** Share of images whose most probable class is theirs. */
    public static final Metric TOP1 = new Metric("top1", "top-1", "Top-1 accuracy", Unit.SHARE, true);

    /** Share of images whose class is among the five most probable; not measured for up to five classes, of which all are. */
    public static final Metric TOP5 = new Metric("top5", "top-5", "Top-5 accuracy", Unit.SHARE, true);

    /** What the values of a metric are. */
    public enum Unit {
        /** Shares from 0 to 1, written in percent. */
        SHARE,
        /** Decibels. */
        DECIBEL,
        /** Plain numbers. */
        NUMBER
    }

    /** Whether a network with the value {@code one} is better than one with {@code other}. */
    public boolean better(double one, double other) {
        return higherIsBetter ? one > other : one < other;
    }

    /** A value as it is shown: {@code 87.50%}. */
    public String text(double value) {
        return switch (unit) {
            case SHARE -> Numbers.percent(value);
            case DECIBEL -> Numbers.fixed(value, 2) + " dB";
            case NUMBER -> Numbers.loss(value);
        };
    }
}
