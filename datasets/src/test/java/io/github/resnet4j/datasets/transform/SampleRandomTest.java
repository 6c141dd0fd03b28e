package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SampleRandomTest {
    @Test
    void isAFunctionOfSeedEpochAndIndex() {
        SampleRandom a = SampleRandom.of(42, 3, 1000);
        SampleRandom b = SampleRandom.of(42, 3, 1000);
        for (int i = 0; i < 100; i++) {
            assertThat(a.nextLong()).isEqualTo(b.nextLong());
        }
    }

    /** A change here changes every augmented run: it must be meant. */
    @Test
    void numbersStayTheSameBetweenReleases() {
        SampleRandom random = SampleRandom.of(42, 3, 1000);
        assertThat(random.nextLong()).isEqualTo(0x75007f28989cc0e8L);
        assertThat(random.nextDouble()).isEqualTo(0.17724671787935242);
        assertThat(random.nextInt(1000)).isEqualTo(277);
    }

    @Test
    void neighboursShareNothing() {
        Set<Long> seen = new HashSet<>();
        int count = 0;
        for (long seed = -2; seed < 3; seed++) {
            for (int epoch = 0; epoch < 20; epoch++) {
                for (int index = 0; index < 500; index++, count += 2) {
                    SampleRandom random = SampleRandom.of(seed, epoch, index);
                    seen.add(random.nextLong());
                    seen.add(random.nextLong());
                }
            }
        }
        assertThat(seen).hasSize(count);
    }

    /** Chi-square over the first numbers of successive samples, where a weak hash would show. */
    @Test
    void firstNumbersOfSuccessiveSamplesAreUniform() {
        int cells = 100;
        int draws = 100_000;
        for (int epoch = 0; epoch < 3; epoch++) {
            int[] counts = new int[cells];
            for (int index = 0; index < draws; index++) {
                counts[SampleRandom.of(7, epoch, index).nextInt(cells)]++;
            }
            double chi = 0;
            for (int count : counts) {
                double d = count - (double) draws / cells;
                chi += d * d * cells / draws;
            }
            // 99 degrees of freedom: mean 99, standard deviation 14.
            assertThat(chi).isBetween(50.0, 160.0);
        }
    }

    @Test
    void firstNumbersOfSuccessiveSamplesAreUncorrelated() {
        int draws = 100_000;
        double product = 0;
        for (int index = 0; index < draws; index++) {
            double a = SampleRandom.of(7, 0, index).nextDouble() - 0.5;
            double b = SampleRandom.of(7, 0, index + 1).nextDouble() - 0.5;
            product += a * b;
        }
        assertThat(product / draws * 12).isCloseTo(0, within(5 / Math.sqrt(draws)));
    }

    @Test
    void staysInItsRanges() {
        SampleRandom random = SampleRandom.of(0, 0, 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(random.nextDouble()).isBetween(0.0, Math.nextDown(1.0));
            assertThat(random.uniform(-2, 5)).isBetween(-2.0, 5.0);
            assertThat(random.nextInt(1)).isZero();
            assertThat(random.nextInt(Integer.MAX_VALUE)).isBetween(0, Integer.MAX_VALUE - 1);
        }
        assertThatThrownBy(() -> random.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
