package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EpochRowTest {
    @Test
    void anEpochsLineLeavesOutWhatWasNotMeasured() {
        double nan = Double.NaN;
        assertThat(EpochRows.of(3, 9, 3.2e-4, 0.5, 0.875, nan, nan, nan, 65, 281.4, nan)
                        .line(10, "images"))
                .isEqualTo("epoch  3/10  loss 0.5000  top-1 87.50%  lr 0.00032  281 images/s  1 min 05 s");
    }
}
