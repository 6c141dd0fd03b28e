package io.github.resnet4j.finetune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearProbeTest {
    private static double[][] noise(int n, int d, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[n][d];
        for (double[] row : rows) {
            for (int j = 0; j < d; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return rows;
    }

    /** The closed form against what it stands for: a fit to the other folds, for every sample. */
    @ParameterizedTest
    @CsvSource({"20, 4, 0.1", "20, 4, 10", "12, 19, 0.1", "12, 19, 1", "15, 15, 0.01"})
    void leavingOutInClosedFormEqualsLeavingOut(int n, int d, double penalty) {
        double[][] x = noise(n, d, 1);
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 3;
        }
        LinearProbe.standardize(x);
        double[][] gram = LinearProbe.gram(x);
        double[][] residuals = LinearProbe.residuals(x, gram, labels, 3, penalty);
        int[] folds = LinearProbe.folds(labels, 3);
        assertThat(folds).contains(0, 1, 2, 3, 4);
        for (int out = 0; out < n; out++) {
            for (int c = 0; c < 3; c++) {
                double predicted = fitted(x, labels, folds, c, out, LinearProbe.lambda(gram, penalty));
                assertThat(residuals[out][c]).isCloseTo((labels[out] == c ? 1 : 0) - predicted, within(1e-8));
            }
        }
    }

    /** What ridge regression with a free intercept predicts for a sample by the other folds, by Gauss-Jordan elimination. */
    private static double fitted(double[][] x, int[] labels, int[] folds, int c, int out, double lambda) {
        int d = x[0].length;
        double[][] a = new double[d + 1][d + 2];
        for (int i = 0; i < x.length; i++) {
            double[] row = new double[d + 2];
            row[0] = 1;
            System.arraycopy(x[i], 0, row, 1, d);
            row[d + 1] = labels[i] == c ? 1 : 0;
            for (int j = 0; folds[i] != folds[out] && j <= d; j++) {
                for (int k = 0; k <= d + 1; k++) {
                    a[j][k] += row[j] * row[k];
                }
            }
        }
        for (int j = 1; j <= d; j++) {
            a[j][j] += lambda;
        }
        for (int j = 0; j <= d; j++) {
            for (int i = 0; i <= d; i++) {
                double factor = a[i][j] / a[j][j];
                for (int k = 0; i != j && k <= d + 1; k++) {
                    a[i][k] -= factor * a[j][k];
                }
            }
        }
        double predicted = a[0][d + 1] / a[0][0];
        for (int j = 1; j <= d; j++) {
            predicted += a[j][d + 1] / a[j][j] * x[out][j - 1];
        }
        return predicted;
    }

    @Test
    void seesWhatIsThereAndNothingInNoise() {
        double[][] apart = noise(60, 5, 2);
        int[] labels = new int[60];
        for (int i = 0; i < 60; i++) {
            labels[i] = i % 2;
            apart[i][3] += 8 * labels[i];
        }
        assertThat(LinearProbe.accuracy(apart, labels, 2)).isEqualTo(1);
        assertThat(LinearProbe.accuracy(noise(400, 100, 3), halves(400), 2))
                .as("more features than would do to learn 400 labels by heart")
                .isBetween(0.4, 0.6);
    }

    /** Many classes of few samples each: that one of them is left out does not show. */
    @Test
    void guessesOfManyClassesAreRightByChance() {
        int[] labels = new int[1000];
        for (int i = 0; i < 1000; i++) {
            labels[i] = i % 100;
        }
        double[][] tenths = noise(1000, 10, 4); // says which ten classes a sample may be of, and nothing more
        for (int i = 0; i < 1000; i++) {
            tenths[i][labels[i] / 10] += 8;
        }
        assertThat(LinearProbe.accuracy(tenths, labels, 100)).isBetween(0.05, 0.15);
    }

    private static int[] halves(int n) {
        int[] labels = new int[n];
        for (int i = n / 2; i < n; i++) {
            labels[i] = 1;
        }
        return labels;
    }

    @Test
    void constantFeaturesSayNothing() {
        assertThat(LinearProbe.accuracy(new double[10][3], new int[] {0, 0, 0, 0, 0, 0, 0, 1, 1, 1}, 2))
                .isEqualTo(0.7);
        assertThat(LinearProbe.accuracy(new double[10][3], new int[] {0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 2))
                .as("classes of one size")
                .isLessThanOrEqualTo(0.5);
        assertThatIllegalArgumentException().isThrownBy(() -> LinearProbe.accuracy(new double[1][3], new int[1], 2));
    }
}
