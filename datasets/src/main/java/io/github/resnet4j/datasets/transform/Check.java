package io.github.resnet4j.datasets.transform;

/** Conditions on transforms' parameters. */
final class Check {
    /** Larger images are not decoded either. */
    private static final int MAX_SIDE = 65_535;

    private Check() {}

    static void side(String transform, int size) {
        if (size < 1 || size > MAX_SIDE) {
            throw new IllegalArgumentException(transform + " needs a size of 1 to " + MAX_SIDE + ", got " + size);
        }
    }

    static void range(String transform, String what, double min, double max, double limit) {
        if (!(min > 0 && min <= max && max <= limit)) {
            throw new IllegalArgumentException(transform + " needs 0 < least <= greatest "
                    + (limit == Double.MAX_VALUE ? "" : "<= " + limit + " ") + "of " + what + ", got " + min + " and "
                    + max);
        }
    }

    static void probability(String transform, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(transform + " needs a probability of 0 to 1, got " + p);
        }
    }

    static void within(String transform, String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(transform + " needs " + what + " of " + number(least) + " to "
                    + number(most) + ", got " + number(value));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }
}
