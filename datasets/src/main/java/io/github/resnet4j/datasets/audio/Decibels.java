package io.github.resnet4j.datasets.audio;

/** Powers on a logarithmic scale, as {@code librosa.power_to_db} with its defaults has them. */
final class Decibels {
    /** Smaller powers count as this. */
    private static final double LEAST = 1e-10;
    /** How far below the loudest the softest is. */
    private static final double RANGE = 80;

    private static final double SCALE = 10 / Math.log(10);

    private Decibels() {}

    /** Replaces powers by {@code 10 log10} of them, at most 80 below the largest. */
    static void of(double[][] powers) {
        double most = Double.NEGATIVE_INFINITY;
        for (double[] row : powers) {
            for (int i = 0; i < row.length; i++) {
                row[i] = SCALE * Math.log(Math.max(row[i], LEAST));
                most = Math.max(most, row[i]);
            }
        }
        for (double[] row : powers) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Math.max(row[i], most - RANGE);
            }
        }
    }
}
