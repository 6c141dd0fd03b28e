package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemperatureTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void isPositiveAndFinite(double value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Temperature(value));
    }

    /** softmax([2, 1, 0] / 2), from softmax([2, 1, 0]), within a batch. */
    @Test
    void dividesTheLogits() {
        float[] batch = {9, 0.66524096f, 0.24472847f, 0.09003057f, 9};

        new Temperature(2).apply(batch, 1, 3);

        assertThat(batch).containsExactly(new float[] {9, 0.50648039f, 0.30719589f, 0.18632372f, 9}, within(1e-6f));
    }

    @Test
    void oneChangesNoBit() {
        float[] own = {0.1f, 0.2f, 0.7000001f};

        Temperature.NONE.apply(own, 0, 3);

        assertThat(own).containsExactly(0.1f, 0.2f, 0.7000001f);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 0.05, 20, 1e300})
    void staysFiniteAndSumsToOne(double value) {
        float[] own = {1, 0, Float.MIN_VALUE};

        new Temperature(value).apply(own, 0, 3);

        assertThat(own[0] + own[1] + own[2]).isCloseTo(1, within(1e-6f));
        assertThat(own[0]).isGreaterThanOrEqualTo(own[2]);
    }
}
