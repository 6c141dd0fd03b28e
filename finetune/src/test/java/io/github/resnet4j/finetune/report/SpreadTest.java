package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void isMeanAndSampleStandardDeviation() {
        // Python: statistics.mean and statistics.stdev of the same values.
        Spread spread = Spread.of(0.0875, 0.0891, 0.0902);
        assertThat(spread.mean()).isCloseTo(0.08893333333333334, within(1e-15));
        assertThat(spread.deviation()).isCloseTo(0.0013576941236277532, within(1e-15));
        assertThat(spread.count()).isEqualTo(3);
        assertThat(spread.percent()).isEqualTo("8.89% ± 0.14");
        assertThat(Spread.of(0.001, 0.003).millis()).isEqualTo("2.00 ms ± 1.41");
    }

    @Test
    void oneValueHasNoDeviation() {
        assertThat(Spread.of(0.25).deviation()).isNaN();
        assertThat(Spread.of(0.25).percent()).isEqualTo("25.00%");
        assertThat(Spread.of(0.0123).millis()).isEqualTo("12.30 ms");
    }

    @Test
    void noValueIsADash() {
        assertThat(Spread.of().percent()).isEqualTo(Numbers.NONE);
        assertThat(Spread.of().millis()).isEqualTo(Numbers.NONE);
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(Spread.median()).isEmpty();
        assertThat(Spread.median(3)).hasValue(3);
        assertThat(Spread.median(9, 1, 2)).hasValue(2);
        assertThat(Spread.median(9, 1, 2, 4)).hasValue(3);
    }
}
