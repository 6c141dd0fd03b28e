package io.github.resnet4j.zoo.summary;

import java.util.Locale;

/** Large numbers as the papers print them. */
public final class Counts {
    private static final String[] UNITS = {"", " K", " M", " G", " T", " P", " E"};

    private Counts() {}

    /** Every digit, in groups of three: {@code 11,689,512}. */
    public static String exact(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /**
     * Three significant digits and a unit: {@code 1.81 G}, {@code 40.6 M}, {@code 118 M}, {@code 512}.
     *
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public static String rounded(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("a count cannot be negative, got " + count);
        }
        double scaled = count;
        int unit = 0;
        while (scaled >= 999.5) { // would print as 1000
            scaled /= 1000;
            unit++;
        }
        int decimals = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", scaled) + UNITS[unit];
    }
}
