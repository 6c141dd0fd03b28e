package io.github.resnet4j.finetune.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them, the same in the report, the charts and the progress bar. NaN is a dash. */
public final class Numbers {
    /** What stands for NaN. */
    public static final String NONE = "–";

    private static final int LONGEST_PLAIN = 12;
    private static final double SMALLEST_PLAIN = 1e-5;

    private Numbers() {}

    /** Throws {@link IllegalArgumentException} for a value below 0 or above 1; NaN is one that was not measured. */
    public static void requireFraction(String name, double value) {
        if (value < 0 || value > 1) {
            throw new IllegalArgumentException(name + " is a fraction in [0, 1] or NaN, got " + value);
        }
    }

    /** 0.9125 as 91.25%. */
    public static String percent(double fraction) {
        return Double.isNaN(fraction) ? NONE : fixed(100 * fraction, 2) + "%";
    }

    /** 0.9125 as 91%. */
    public static String wholePercent(double fraction) {
        return Double.isNaN(fraction) ? NONE : fixed(100 * fraction, 0) + "%";
    }

    /** A loss, with four decimals. */
    public static String loss(double value) {
        return fixed(value, 4);
    }

    /** A learning rate, with three significant digits: 0.1, 0.00032, 1.5e-6. */
    public static String rate(double value) {
        return significant(value, 3);
    }

    /** With no more than so many significant digits and no zeros behind them: 0, 0.05, 1,200, 2e-7. */
    /** With so many significant digits, and no zeros at the end. */
    public static String significant(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return fixed(value, 0);
        }
        BigDecimal rounded =
                BigDecimal.valueOf(value).round(new MathContext(digits)).stripTrailingZeros();
        if (value == 0 || Math.abs(value) >= SMALLEST_PLAIN) {
            return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
        }
        int exponent = rounded.precision() - rounded.scale() - 1;
        return rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }

    /** The shortest decimal that reads back as the same double, as people write it: 0.0001, 20, 1.5E-20. */
    public static String decimal(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return 1 / value > 0 ? "0" : Double.toString(value);
        }
        String plain = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
        return plain.length() <= LONGEST_PLAIN ? plain : Double.toString(value);
    }

    /** With so many decimals and thousands separators. */
    public static String fixed(double value, int decimals) {
        if (Double.isNaN(value)) {
            return NONE;
        }
        return Double.isInfinite(value) ? "∞" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** So many a second: with a decimal below ten. */
    public static String speed(double value) {
        return fixed(value, value < 9.95 ? 1 : 0);
    }

    /** With thousands separators. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@code 1 image}, {@code 2 images}. */
    public static String count(long value, String singular, String plural) {
        return count(value) + " " + (value == 1 ? singular : plural);
    }

    /** Seconds as 4.2 s, 3 min 07 s or 2 h 05 min. */
    public static String duration(double seconds) {
        if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
            return NONE;
        }
        if (seconds < 59.95) {
            return fixed(seconds, 1) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** Seconds as a clock: 0:07, 12:30, 1:02:03. */
    public static String clock(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds % 3600 / 60, seconds % 60);
    }

    /** Bytes with a binary prefix: 12 MiB, 1.5 GiB. */
    public static String bytes(long value) {
        return value >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", value / (double) (1L << 30))
                : String.format(Locale.ROOT, "%.0f MiB", value / (double) (1L << 20));
    }
}
