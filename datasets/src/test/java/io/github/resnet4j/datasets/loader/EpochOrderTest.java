package io.github.resnet4j.datasets.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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

    /** 90, 9 and 1 samples, and a class without any: a third of the epoch each. */
    @Test
    void balancedClassesAreEquallyFrequent() {
        int[] labels =
                IntStream.range(0, 100).map(i -> i < 90 ? 0 : i < 99 ? 1 : 3).toArray();
        Set<Integer> seen = new HashSet<>();
        for (int epoch = 0; epoch < 20; epoch++) {
            int[] order = EpochOrder.balanced(labels, 4, 3, epoch);
            int[] counts = new int[4];
            int[] times = new int[100];
            for (int index : order) {
                counts[labels[index]]++;
                times[index]++;
                seen.add(index);
            }
            assertThat(order).hasSize(100);
            assertThat(counts[2]).isZero();
            assertThat(new int[] {counts[0], counts[1], counts[3]}).containsOnly(33, 34);
            assertThat(Arrays.stream(times, 0, 90).max()).hasValue(1);
            assertThat(Arrays.stream(times, 90, 99))
                    .as("as often as possible")
                    .allMatch(count -> count == 3 || count == 4);
        }
        assertThat(seen).as("of the large class another part each time").hasSize(100);
        assertThat(EpochOrder.balanced(labels, 4, 3, 5)).containsExactly(EpochOrder.balanced(labels, 4, 3, 5));
        assertThat(EpochOrder.balanced(labels, 4, 3, 5)).isNotEqualTo(EpochOrder.balanced(labels, 4, 4, 5));
    }

    @Test
    void countsRepeats() {
        assertThat(EpochOrder.repeats(new int[] {2, 0, 2, 2, 0}, 3)).containsExactly(0, 0, 1, 2, 1);
    }
}
