package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
    @ParameterizedTest
    @CsvSource({"0, 10", "10, 10", "7, 10", "36, 40", "9125, 10000"})
    void isWilsons(int right, int images) throws IOException {
        Map<String, Double> expected = Golden.expected();
        String name = "wilson." + right + "." + images;

        Interval interval = Interval.wilson(right, images);

        assertThat(interval.low()).isCloseTo(expected.get(name + ".low"), within(1e-12));
        assertThat(interval.high()).isCloseTo(expected.get(name + ".high"), within(1e-12));
        assertThat(interval.low()).isBetween(0.0, 1.0);
        assertThat(interval.high()).isBetween(0.0, 1.0);
    }

    @Test
    void saysNothingWithoutImages() {
        assertThat(Interval.wilson(0, 0).low()).isNaN();
    }
}
