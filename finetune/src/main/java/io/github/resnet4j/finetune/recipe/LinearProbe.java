package io.github.resnet4j.finetune.recipe;

import java.util.Arrays;

/**
 * How far a linear classifier tells classes apart by given features: ridge regression of one-hot labels, with the accuracy of
 * leave-one-out cross-validation in closed form (Hastie, Tibshirani and Friedman 2009, section 7.10): the residual of a
 * sample that is left out is its residual divided by one minus its leverage. Of a few penalties, the one with the least
 * squared error counts.
 */
public final class LinearProbe {
    /** Times the mean eigenvalue of the features' covariance. */
    private static final double[] PENALTIES = {0.01, 0.1, 1, 10};

    private LinearProbe() {}

    /**
     * The share of samples that are classified rightly by a classifier fitted to all others.
     *
     * @param features a row for each sample, all of one length; changed: brought to mean 0 and deviation 1
     * @param labels 0 to {@code classes - 1}
     * @throws IllegalArgumentException if there are fewer than two samples
     */
    public static double accuracy(double[][] features, int[] labels, int classes) {
        int n = features.length;
        if (n < 2 || labels.length != n) {
            throw new IllegalArgumentException(
                    n + " samples with " + labels.length + " labels: two or more are needed");
        }
        standardize(features);
        double least = Double.POSITIVE_INFINITY;
        double accuracy = 0;
        double[][] gram = gram(features);
        for (double penalty : PENALTIES) {
            double[][] residuals = residuals(features, gram, labels, classes, penalty);
            double error = 0;
            int right = 0;
            for (int i = 0; i < n; i++) {
                int best = 0;
                double[] scores = new double[classes];
                for (int c = 0; c < classes; c++) {
                    error += residuals[i][c] * residuals[i][c];
                    scores[c] = (labels[i] == c ? 1 : 0) - residuals[i][c];
                    best = scores[c] > scores[best] ? c : best;
                }
                right += best == labels[i] ? 1 : 0;
            }
            if (error < least) {
                least = error;
                accuracy = (double) right / n;
            }
        }
        return accuracy;
    }

    /** Of samples or of features, whichever are fewer: both ways lead to the same numbers. */
    static double[][] gram(double[][] features) {
        return products(features.length < features[0].length ? features : transposed(features));
    }

    /** Penalty as a number: so many times the mean eigenvalue. */
    static double lambda(double[][] gram, double penalty) {
        double trace = 0;
        for (int i = 0; i < gram.length; i++) {
            trace += gram[i][i];
        }
        return Math.max(penalty * trace / gram.length, 1e-9);
    }

    /**
     * One-hot labels minus what is predicted for a sample by all others, by sample and class.
     *
     * @param features of mean 0
     */
    static double[][] residuals(double[][] features, double[][] gram, int[] labels, int classes, double penalty) {
        double[] means = new double[classes];
        for (int label : labels) {
            means[label] += 1.0 / labels.length;
        }
        double lambda = lambda(gram, penalty);
        return features.length < features[0].length
                ? dual(gram, lambda, labels, means)
                : primal(features, gram, lambda, labels, means);
    }

    /** To mean 0 and deviation 1; constant ones to 0. */
    static void standardize(double[][] features) {
        int n = features.length;
        for (int j = 0; j < features[0].length; j++) {
            double mean = 0;
            for (double[] row : features) {
                mean += row[j] / n;
            }
            double variance = 0;
            for (double[] row : features) {
                variance += (row[j] - mean) * (row[j] - mean) / n;
            }
            double scale = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
            for (double[] row : features) {
                row[j] = (row[j] - mean) * scale;
            }
        }
    }

    private static double[][] transposed(double[][] rows) {
        double[][] columns = new double[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                columns[j][i] = rows[i][j];
            }
        }
        return columns;
    }

    /** Of every two rows. */
    private static double[][] products(double[][] rows) {
        double[][] products = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j <= i; j++) {
                products[i][j] = dot(rows[i], rows[j], rows[i].length);
                products[j][i] = products[i][j];
            }
        }
        return products;
    }

    private static double dot(double[] a, double[] b, int length) {
        double sum = 0;
        for (int k = 0; k < length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    /** By samples: the residuals are λ G⁻¹ y with G = X Xᵀ + λ, and one minus the leverage is λ G⁻¹ᵢᵢ - 1/n. */
    private static double[][] dual(double[][] gram, double lambda, int[] labels, double[] means) {
        int n = gram.length;
        double[][] factor = cholesky(gram, lambda);
        double[][] residuals = new double[n][means.length];
        for (int c = 0; c < means.length; c++) {
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                y[i] = (labels[i] == c ? 1 : 0) - means[c];
            }
            double[] solved = solve(factor, y);
            for (int i = 0; i < n; i++) {
                residuals[i][c] = lambda * solved[i];
            }
        }
        double[] unit = new double[n];
        for (int i = 0; i < n; i++) {
            Arrays.fill(unit, 0);
            unit[i] = 1;
            double[] half = forward(factor, unit, i);
            leaveOut(residuals[i], lambda * dot(half, half, n) - 1.0 / n);
        }
        return residuals;
    }

    /** By features: the leverage of x is 1/n + xᵀ (Xᵀ X + λ)⁻¹ x. */
    private static double[][] primal(double[][] x, double[][] gram, double lambda, int[] labels, double[] means) {
        int n = x.length;
        int d = gram.length;
        double[][] factor = cholesky(gram, lambda);
        double[][] weights = new double[means.length][];
        for (int c = 0; c < means.length; c++) {
            double[] moments = new double[d];
            for (int i = 0; i < n; i++) {
                double y = (labels[i] == c ? 1 : 0) - means[c];
                for (int j = 0; j < d; j++) {
                    moments[j] += y * x[i][j];
                }
            }
            weights[c] = solve(factor, moments);
        }
        double[][] residuals = new double[n][means.length];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < means.length; c++) {
                residuals[i][c] = (labels[i] == c ? 1 : 0) - means[c] - dot(weights[c], x[i], d);
            }
            double[] half = forward(factor, x[i], 0);
            leaveOut(residuals[i], 1 - 1.0 / n - dot(half, half, d));
        }
        return residuals;
    }

    private static void leaveOut(double[] residuals, double rest) {
        for (int c = 0; c < residuals.length; c++) {
            residuals[c] /= Math.max(rest, 1e-9);
        }
    }

    /** L with L Lᵀ = A + λ. */
    private static double[][] cholesky(double[][] a, double lambda) {
        double[][] l = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            l[i] = new double[a.length];
            for (int j = 0; j < i; j++) {
                l[i][j] = (a[i][j] - dot(l[i], l[j], j)) / l[j][j];
            }
            l[i][i] = Math.sqrt(Math.max(a[i][i] + lambda - dot(l[i], l[i], i), 1e-12));
        }
        return l;
    }

    /** z with L z = b, whose first elements are zero. */
    private static double[] forward(double[][] l, double[] b, int zeros) {
        double[] z = new double[l.length];
        for (int i = zeros; i < l.length; i++) {
            z[i] = (b[i] - dot(l[i], z, i)) / l[i][i];
        }
        return z;
    }

    /** x with L Lᵀ x = b. */
    private static double[] solve(double[][] l, double[] b) {
        double[] x = forward(l, b, 0);
        for (int i = l.length - 1; i >= 0; i--) {
            x[i] /= l[i][i];
            for (int j = 0; j < i; j++) {
                x[j] -= l[i][j] * x[i];
            }
        }
        return x;
    }
}
