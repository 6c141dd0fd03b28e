package io.github.resnet4j.finetune.cli;

import java.util.Locale;

/** Large numbers as people read them. */
final class Numbers {
    private Numbers() {}

    /** Three or four digits and a decimal prefix: 40.6 M, 1.81 G. */
    static String si(long value) {
        if (value >= 1_000_000_000L) {
            return String.format(Locale.ROOT, "%.2f G", value / 1e9);
        }
        if (value >= 1_000_000L) {
            return String.format(Locale.ROOT, "%.1f M", value / 1e6);
        }
        return String.format(Locale.ROOT, "%.1f k", value / 1e3);
    }

    /** Bytes with a binary prefix. */
    static String bytes(long value) {
        if (value >= 1L << 30) {
            return String.format(Locale.ROOT, "%.1f GiB", value / (double) (1L << 30));
        }
        return String.format(Locale.ROOT, "%.0f MiB", value / (double) (1L << 20));
    }
}
