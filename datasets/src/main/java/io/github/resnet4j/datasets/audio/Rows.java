package io.github.resnet4j.datasets.audio;

/** Arithmetic on maps whose rows are frequencies or coefficients, and whose columns are frames. */
final class Rows {
    private Rows() {}

    /** Adds {@code factor} times {@code row} to {@code out}. */
    static void addScaled(double[] out, double factor, double[] row) {
        for (int t = 0; t < out.length; t++) {
            out[t] += factor * row[t];
        }
    }

    /** The product of a matrix and a map: as many rows as the matrix has. */
    static double[][] product(double[][] matrix, double[][] map) {
        double[][] out = new double[matrix.length][map[0].length];
        for (int i = 0; i < matrix.length; i++) {
            for (int k = 0; k < map.length; k++) {
                addScaled(out[i], matrix[i][k], map[k]);
            }
        }
        return out;
    }

    /** The first {@code rows} rows of the orthonormal discrete cosine transform (type II) of {@code size} values. */
    static double[][] cosines(int rows, int size) {
        double[][] matrix = new double[rows][size];
        for (int k = 0; k < rows; k++) {
            double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / size);
            for (int n = 0; n < size; n++) {
                // The angle in quarters of a turn of 2 size steps, so that it stays small and exact.
                long steps = (long) k * (2 * n + 1) % (4L * size);
                matrix[k][n] = scale * Math.cos(Math.PI * steps / (2.0 * size));
            }
        }
        return matrix;
    }

    /** Each row's slope: that of the straight line that fits the {@code 2 reach + 1} values around a frame best. */
    static double[][] slopes(double[][] map, int reach, Ends ends) {
        int frames = map[0].length;
        double squares = 0;
        for (int n = 1; n <= reach; n++) {
            squares += 2.0 * n * n;
        }
        double[][] out = new double[map.length][frames];
        for (int i = 0; i < map.length; i++) {
            for (int t = 0; t < frames; t++) {
                int middle = ends == Ends.FITTED ? Math.max(reach, Math.min(frames - 1 - reach, t)) : t;
                double sum = 0;
                for (int n = 1; n <= reach; n++) {
                    sum += n * (map[i][Math.min(frames - 1, middle + n)] - map[i][Math.max(0, middle - n)]);
                }
                out[i][t] = sum / squares;
            }
        }
        return out;
    }

    /** Where there are too few values for a slope. */
    enum Ends {
        /** The line through the first or last values counts: {@code librosa.feature.delta}. */
        FITTED,
        /** The first or last value is repeated: the HTK Book, and the challenge's programs. */
        REPEATED
    }

    /** A map and its first and second slopes, one below the other. */
    static double[][] withSlopes(double[][] map, int reach, Ends ends) {
        double[][] first = slopes(map, reach, ends);
        double[][] second = slopes(first, reach, ends);
        double[][] all = new double[3 * map.length][];
        System.arraycopy(map, 0, all, 0, map.length);
        System.arraycopy(first, 0, all, map.length, map.length);
        System.arraycopy(second, 0, all, 2 * map.length, map.length);
        return all;
    }
}
