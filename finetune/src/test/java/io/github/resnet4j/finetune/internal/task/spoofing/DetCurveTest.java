package io.github.resnet4j.finetune.internal.task.spoofing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class DetCurveTest {
    @Test
    void scoresThatAreApartHaveNoErrors() {
        DetCurve curve = DetCurve.of(new double[] {2, 3, 4}, new double[] {-1, 0, 1});
        assertThat(curve.equalErrorRate()).isZero();
        assertThat(curve.equal().threshold()).isEqualTo(1);
    }

    /** One of four real ones below, one of four others above the threshold. */
    @Test
    void oneOfFourOnEachSide() {
        DetCurve curve = DetCurve.of(new double[] {0.4, 2, 3, 4}, new double[] {-2, -1, 0, 0.5});
        assertThat(curve.equalErrorRate()).isEqualTo(0.25);
    }

    /** Without a threshold of equal shares, it is the mean of the two that differ least. */
    @Test
    void isTheMeanOfThoseThatDifferLeast() {
        DetCurve curve = DetCurve.of(new double[] {1, 3, 4}, new double[] {0, 2});
        assertThat(curve.equal().refused()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(curve.equal().accepted()).isEqualTo(0.5);
        assertThat(curve.equalErrorRate()).isCloseTo((0.5 + 1 / 3.0) / 2, within(1e-12));
    }

    @Test
    void theWrongWayRoundItErrsAlways() {
        assertThat(DetCurve.of(new double[] {0, 1}, new double[] {2, 3}).equalErrorRate())
                .isEqualTo(1);
    }

    @Test
    void beginsWithNothingRefused() {
        DetCurve curve = DetCurve.of(new double[] {5}, new double[] {5});
        assertThat(curve.points()).hasSize(3);
        assertThat(curve.points().get(0)).isEqualTo(new DetCurve.Point(5 - 0.001, 0, 1));
        assertThat(curve.points().get(2).refused()).isEqualTo(1);
        assertThat(curve.points().get(2).accepted()).isZero();
    }

    @Test
    void needsBothKinds() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> DetCurve.of(new double[0], new double[] {1}));
    }
}
