package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawTest {
    @Test
    void setsAreFunctionsOfTheSeedAndWhatTheyAreFor() {
        int[] set = new Draw(1, LesionPart.RANDOM, 5, 1).set(5, 54);
        assertThat(new Draw(1, LesionPart.RANDOM, 5, 1).set(5, 54)).isEqualTo(set);
        assertThat(new Draw(2, LesionPart.RANDOM, 5, 1).set(5, 54)).isNotEqualTo(set);
        assertThat(new Draw(1, LesionPart.RANDOM, 5, 2).set(5, 54)).isNotEqualTo(set);
        assertThat(new Draw(1, LesionPart.PATHS, 5, 1).set(5, 54)).isNotEqualTo(set);
    }

    @Test
    void setsHaveTheirSizeAndNothingTwice() {
        for (int count = 0; count <= 6; count++) {
            int[] set = new Draw(3, LesionPart.RANDOM, count, 1).set(count, 6);
            assertThat(set).hasSize(count).doesNotHaveDuplicates().isSorted();
            assertThat(Arrays.stream(set)).allMatch(i -> i >= 0 && i < 6);
        }
    }

    /** Every pair of six comes about equally often. */
    @Test
    void setsAreEven() {
        int[] counts = new int[36];
        for (int draw = 0; draw < 15_000; draw++) {
            int[] pair = new Draw(9, LesionPart.RANDOM, 2, draw).set(2, 6);
            counts[6 * pair[0] + pair[1]]++;
        }
        assertThat(Arrays.stream(counts).filter(count -> count > 0))
                .hasSize(15)
                .allMatch(count -> count > 850 && count < 1150);
    }

    @Test
    void swapsStayWithinAKind() {
        int[] kinds = {0, 0, 0, 1, 1, 2};
        for (int swaps = 0; swaps < 20; swaps++) {
            int[] order = new Draw(1, LesionPart.PERMUTED, swaps, 1).swapped(swaps, kinds);
            assertThat(Arrays.stream(order).sorted().toArray())
                    .isEqualTo(IntStream.range(0, 6).toArray());
            for (int i = 0; i < order.length; i++) {
                assertThat(kinds[order[i]]).isEqualTo(kinds[i]);
            }
        }
        assertThat(new Draw(1, LesionPart.PERMUTED, 0, 1).swapped(0, kinds)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(new Draw(1, LesionPart.PERMUTED, 1, 1).swapped(1, kinds)).isNotEqualTo(new int[] {0, 1, 2, 3, 4, 5});
    }
}
