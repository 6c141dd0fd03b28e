package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PathLengthsTest {
    private static double share(int from, int to, int blocks) {
        return IntStream.rangeClosed(from, to)
                .mapToDouble(length -> PathLengths.share(length, blocks))
                .sum();
    }

    /** Of 54 modules: 98.0 % of the paths go through 19 to 35, and 0.45 % through 5 to 17 (Veit et al. 2016, section 5). */
    @Test
    void pathsAreBinomial() {
        assertThat(share(0, 54, 54)).isCloseTo(1, within(1e-12));
        assertThat(share(19, 35, 54)).isCloseTo(0.980, within(0.0005));
        assertThat(share(5, 17, 54)).isCloseTo(0.004537, within(5e-7));
        assertThat(PathLengths.share(1, 2)).isCloseTo(0.5, within(1e-15));
        assertThat(PathLengths.share(0, 333)).isPositive();
    }

    @Test
    void measuresAllLengthsOrManyEvenly() {
        assertThat(PathLengths.lengths(3)).containsExactly(0, 1, 2, 3);
        assertThat(PathLengths.lengths(64)).hasSize(65);
        assertThat(PathLengths.lengths(333))
                .hasSize(65)
                .startsWith(0, 5, 10)
                .endsWith(333)
                .doesNotHaveDuplicates();
    }

    @Test
    void oneDrawIsEnoughWhereThereIsOnePath() {
        assertThat(PathLengths.draws(0, 9, 5)).isEqualTo(1);
        assertThat(PathLengths.draws(9, 9, 5)).isEqualTo(1);
        assertThat(PathLengths.draws(4, 9, 5)).isEqualTo(5);
    }
}
