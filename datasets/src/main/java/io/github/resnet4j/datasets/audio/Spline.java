package io.github.resnet4j.datasets.audio;

/**
 * Cubic splines with the not-a-knot ends of Matlab and scipy, through values at fixed places and read at others. What is read is
 * linear in the values; {@link #weights} says how, so that a sum over thousands of places costs no more than one over the
 * values.
 *
 * <p>Between places k and k+1, {@code h} apart, with second derivatives m: {@code A y[k] + B y[k+1] + (A³ - A) h²/6 m[k] + (B³ - B)
 * h²/6 m[k+1]}, B being the share of the way. The m solve {@code h[i-1] m[i-1] + 2 (h[i-1] + h[i]) m[i] + h[i] m[i+1] = 6 ((y[i+1] -
 * y[i]) / h[i] - (y[i] - y[i-1]) / h[i-1])}, the first and the last being such that the third derivative does not jump at their
 * neighbours.
 */
final class Spline {
    private final double[] h;
    private final double[] at;
    private final double[] read;
    private final double[] below;
    private final double[] diagonal;
    private final double[] above;

    /**
     * @param at places of the values, at least 4, rising
     * @param read places between the first and the last of them, rising
     */
    Spline(double[] at, double[] read) {
        int n = at.length;
        if (n < 4) {
            throw new IllegalArgumentException("a spline needs at least 4 values, got " + n);
        }
        this.at = at;
        this.read = read;
        h = new double[n - 1];
        for (int i = 0; i < n - 1; i++) {
            h[i] = at[i + 1] - at[i];
        }
        below = new double[n];
        diagonal = new double[n];
        above = new double[n];
        for (int i = 1; i < n - 1; i++) {
            below[i] = h[i - 1];
            diagonal[i] = 2 * (h[i - 1] + h[i]);
            above[i] = h[i];
        }
        diagonal[1] += h[0] * (1 + h[0] / h[1]);
        above[1] -= h[0] * h[0] / h[1];
        diagonal[n - 2] += h[n - 2] * (1 + h[n - 2] / h[n - 3]);
        below[n - 2] -= h[n - 2] * h[n - 2] / h[n - 3];
    }

    /** How much each value counts in the sum of what is read, each times its {@code factor}. */
    double[] weights(double[] factors) {
        int n = at.length;
        double[] ofValues = new double[n];
        double[] ofSecond = new double[n];
        int k = 0;
        for (int i = 0; i < read.length; i++) {
            while (k < n - 2 && read[i] > at[k + 1]) {
                k++;
            }
            double b = (read[i] - at[k]) / h[k];
            double a = 1 - b;
            double sixth = h[k] * h[k] / 6;
            ofValues[k] += factors[i] * a;
            ofValues[k + 1] += factors[i] * b;
            ofSecond[k] += factors[i] * (a * a * a - a) * sixth;
            ofSecond[k + 1] += factors[i] * (b * b * b - b) * sixth;
        }
        ofSecond[1] += ofSecond[0] * (1 + h[0] / h[1]);
        ofSecond[2] -= ofSecond[0] * h[0] / h[1];
        ofSecond[n - 2] += ofSecond[n - 1] * (1 + h[n - 2] / h[n - 3]);
        ofSecond[n - 3] -= ofSecond[n - 1] * h[n - 2] / h[n - 3];
        double[] z = solveTransposed(ofSecond);
        for (int i = 1; i < n - 1; i++) {
            ofValues[i + 1] += 6 * z[i] / h[i];
            ofValues[i] -= 6 * z[i] * (1 / h[i] + 1 / h[i - 1]);
            ofValues[i - 1] += 6 * z[i] / h[i - 1];
        }
        return ofValues;
    }

    /** Solves the transposed equations of the inner second derivatives by elimination, which needs no pivots here. */
    private double[] solveTransposed(double[] right) {
        int n = at.length;
        double[] pivot = new double[n];
        double[] z = new double[n];
        pivot[1] = diagonal[1];
        z[1] = right[1];
        for (int i = 2; i < n - 1; i++) {
            double factor = above[i - 1] / pivot[i - 1];
            pivot[i] = diagonal[i] - factor * below[i];
            z[i] = right[i] - factor * z[i - 1];
        }
        z[n - 2] /= pivot[n - 2];
        for (int i = n - 3; i >= 1; i--) {
            z[i] = (z[i] - below[i + 1] * z[i + 1]) / pivot[i];
        }
        return z;
    }
}
