package io.github.resnet4j.finetune.recipe;

import java.util.stream.IntStream;

/**
 * How far a linear classifier tells classes apart by given features: ridge regression of one-hot labels, judged by stratified
 * five-fold cross-validation in closed form: what a fit to all other folds leaves of a fold's labels is (I - H)⁻¹ times what
 * the fit to all samples leaves, where H is the fold's block of the hat matrix (Hastie, Tibshirani and Friedman 2009, section
 * 7.10, for folds of one). Folds of one would not do: a class that lacks the very sample that is asked for looks less like it,
 * and among many small classes that are alike no guess would ever be right. Of a few penalties, the one with the least
 * squared error counts.
 */
public final class LinearProbe {
    /** Times the mean eigenvalue of the features' covariance. */
    private static final double[] PENALTIES = {0.01, 0.1, 1, 10};

    private static final int FOLDS = 5;

    private LinearProbe() {}

    /**
     * The share of samples that are classified rightly by a classifier fitted to the other folds.
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

    /** The fold of every sample: those of a class take turns. */
    static int[] folds(int[] labels, int classes) {
        int[] seen = new int[classes];
        int[] folds = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            folds[i] = (labels[i] + seen[labels[i]]++) % FOLDS;
        }
        return folds;
    }

    /**
     * One-hot labels minus what is predicted for a sample by the other folds, by sample and class.
     *
     * @param features of mean 0
     */
    static double[][] residuals(double[][] features, double[][] gram, int[] labels, int classes, double penalty) {
        int n = labels.length;
        double[] means = new double[classes];
        for (int label : labels) {
            means[label] += 1.0 / n;
        }
        double lambda = lambda(gram, penalty);
        double[][] factor = cholesky(gram, lambda);
        boolean dual = n < features[0].length;
        double[][] residuals = dual ? dual(factor, lambda, labels, means) : primal(features, factor, labels, means);
        double[][] halves = new double[n][];
        for (int i = 0; i < n; i++) {
            halves[i] = forward(factor, dual ? unit(n, i) : features[i]);
        }
        int[] folds = folds(labels, classes);
        for (int fold = 0; fold < FOLDS; fold++) {
            int own = fold;
            leaveOut(
                    IntStream.range(0, n).filter(i -> folds[i] == own).toArray(), halves, dual ? lambda : 0, residuals);
        }
        return residuals;
    }

    /**
     * Makes a fold's residuals those of a fit without it. The hat matrix is 1/n + X (Xᵀ X + λ)⁻¹ Xᵀ, or 1/n + 1 - λ G⁻¹.
     *
     * @param lambda of the dual form; 0 stands for the primal one
     */
    private static void leaveOut(int[] fold, double[][] halves, double lambda, double[][] residuals) {
        double[][] rest = new double[fold.length][fold.length];
        for (int i = 0; i < fold.length; i++) {
            for (int j = 0; j < fold.length; j++) {
                double product = dot(halves[fold[i]], halves[fold[j]], halves[fold[i]].length);
                rest[i][j] = (lambda > 0 ? lambda * product : (i == j ? 1 : 0) - product) - 1.0 / halves.length;
            }
        }
        double[][] factor = cholesky(rest, 0);
        for (int c = 0; c < residuals[0].length; c++) {
            double[] fitted = new double[fold.length];
            for (int i = 0; i < fold.length; i++) {
                fitted[i] = residuals[fold[i]][c];
            }
            double[] left = solve(factor, fitted);
            for (int i = 0; i < fold.length; i++) {
                residuals[fold[i]][c] = left[i];
            }
        }
    }

    private static double[] unit(int n, int i) {
        double[] unit = new double[n];
        unit[i] = 1;
        return unit;
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

    /** What a fit leaves of the labels, by samples: λ G⁻¹ y with G = X Xᵀ + λ. */
    private static double[][] dual(double[][] factor, double lambda, int[] labels, double[] means) {
        double[][] residuals = new double[labels.length][means.length];
        for (int c = 0; c < means.length; c++) {
            double[] y = new double[labels.length];
            for (int i = 0; i < y.length; i++) {
                y[i] = (labels[i] == c ? 1 : 0) - means[c];
            }
            double[] solved = solve(factor, y);
            for (int i = 0; i < y.length; i++) {
                residuals[i][c] = lambda * solved[i];
            }
        }
        return residuals;
    }

    /** The same by features: y - X w with w = (Xᵀ X + λ)⁻¹ Xᵀ y. */
    private static double[][] primal(double[][] x, double[][] factor, int[] labels, double[] means) {
        double[][] residuals = new double[x.length][means.length];
        int d = factor.length;
        for (int c = 0; c < means.length; c++) {
            double[] moments = new double[d];
            for (int i = 0; i < x.length; i++) {
                double y = (labels[i] == c ? 1 : 0) - means[c];
                for (int j = 0; j < d; j++) {
                    moments[j] += y * x[i][j];
                }
            }
            double[] weights = solve(factor, moments);
            for (int i = 0; i < x.length; i++) {
                residuals[i][c] = (labels[i] == c ? 1 : 0) - means[c] - dot(weights, x[i], d);
            }
        }
        return residuals;
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

    /** z with L z = b. */
    private static double[] forward(double[][] l, double[] b) {
        double[] z = new double[l.length];
        for (int i = 0; i < l.length; i++) {
            z[i] = (b[i] - dot(l[i], z, i)) / l[i][i];
        }
        return z;
    }

    /** x with L Lᵀ x = b. */
    private static double[] solve(double[][] l, double[] b) {
        double[] x = forward(l, b);
        for (int i = l.length - 1; i >= 0; i--) {
            x[i] /= l[i][i];
            for (int j = 0; j < i; j++) {
                x[j] -= l[i][j] * x[i];
            }
        }
        return x;
    }
}
