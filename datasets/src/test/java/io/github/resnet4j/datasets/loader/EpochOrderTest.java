package io.github.resnet4j.datasets.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochOrderTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100, 1017})
    void isAPermutation(int size) {
        assertThat(EpochOrder.shuffled(size, 3, 5))
                .containsExactlyInAnyOrder(IntStream.range(0, size).toArray());
        assertThat(EpochOrder.inOrder(size))
                .containsExactly(IntStream.range(0, size).toArray());
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        int[] order = EpochOrder.shuffled(50, 3, 5);
        assertThat(EpochOrder.shuffled(50, 3, 5)).containsExactly(order);
        assertThat(EpochOrder.shuffled(50, 3, 6)).isNotEqualTo(order);
        assertThat(EpochOrder.shuffled(50, 4, 5)).isNotEqualTo(order);
    }

    /** A resumed run must see the order that the run before it would have. */
    @Test
    void isStable() {
        assertThat(EpochOrder.shuffled(8, 1, 0)).containsExactly(0, 7, 5, 4, 3, 1, 6, 2);
    }

    /** Over many epochs every sample comes first, and last, about as often: no position is favoured. */
    @Test
    void isUniform() {
        int size = 5;
        int epochs = 20_000;
        int[][] times = new int[size][size];
        for (int epoch = 0; epoch < epochs; epoch++) {
            int[] order = EpochOrder.shuffled(size, 9, epoch);
            for (int position = 0; position < size; position++) {
                times[position][order[position]]++;
            }
        }
        for (int[] position : times) {
            for (int count : position) {
                assertThat(count / (double) epochs).isBetween(0.185, 0.215);
            }
        }
    }
}
