package io.github.resnet4j.cli;

import java.util.Locale;

/** Large numbers as people read them. */
final class Numbers {
    private Numbers() {}

    /** Bytes with a binary prefix. */
    static String bytes(long value) {
        if (value >= 1L << 30) {
            return String.format(Locale.ROOT, "%.1f GiB", value / (double) (1L << 30));
        }
        return String.format(Locale.ROOT, "%.0f MiB", value / (double) (1L << 20));
    }
}
