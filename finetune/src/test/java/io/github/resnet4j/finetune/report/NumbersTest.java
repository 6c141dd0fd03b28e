package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0       | 0",
                "0.1     | 0.1",
                "0.105   | 0.105",
                "0.09755 | 0.0976",
                "3.2e-4  | 0.00032",
                "1e-5    | 0.00001",
                "1.5e-6  | 1.5e-6",
                "2e-10   | 2e-10",
                "1       | 1",
                "12.345  | 12.3",
                "NaN     | –",
                "Infinity| ∞"
            })
    void writesRatesAsPeopleDo(double rate, String text) {
        assertThat(Numbers.rate(rate)).isEqualTo(text);
    }

    /** Multiples of a step, with the error of the multiplication. */
    @ParameterizedTest
    @CsvSource({"3, 0.1, 0.3", "7, 0.00005, 0.00035", "1999, 0.00005, 0.09995", "3, 500, '1,500'", "3, 1e-7, 3e-7"})
    void writesRoundNumbersInFull(int times, double step, String text) {
        assertThat(Numbers.significant(times * step, 10)).isEqualTo(text);
    }

    @Test
    void slowSpeedsHaveADecimal() {
        assertThat(Numbers.speed(0.214)).isEqualTo("0.2");
        assertThat(Numbers.speed(9.94)).isEqualTo("9.9");
        assertThat(Numbers.speed(9.96)).isEqualTo("10");
        assertThat(Numbers.speed(1281.4)).isEqualTo("1,281");
        assertThat(Numbers.speed(Double.NaN)).isEqualTo(Numbers.fixed(Double.NaN, 0));
    }
}
