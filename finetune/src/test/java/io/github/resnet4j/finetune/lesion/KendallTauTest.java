package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KendallTauTest {
    /** scipy.stats.kendalltau(range(5), [1, 0, 2, 4, 3]) is 0.6; of [2, 0, 1, 4, 3], 0.4. */
    @Test
    void countsPairsInTheWrongOrder() {
        assertThat(KendallTau.of(new int[] {0, 1, 2, 3, 4})).isEqualTo(1);
        assertThat(KendallTau.of(new int[] {4, 3, 2, 1, 0})).isEqualTo(-1);
        assertThat(KendallTau.of(new int[] {1, 0, 2, 4, 3})).isCloseTo(0.6, within(1e-12));
        assertThat(KendallTau.of(new int[] {2, 0, 1, 4, 3})).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void oneItemHasOneOrder() {
        assertThat(KendallTau.of(new int[] {0})).isEqualTo(1);
        assertThat(KendallTau.of(new int[0])).isEqualTo(1);
    }
}
