package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void medianOfAnOddNumberIsTheMiddleOne() {
        assertThat(new Series(List.of(30.0, 10.0, 20.0)).median()).isEqualTo(20);
    }

    @Test
    void medianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(new Series(List.of(40.0, 10.0, 20.0, 30.0)).median()).isEqualTo(25);
    }

    @Test
    void knowsItsLeastAndGreatest() {
        Series series = new Series(List.of(30.0, 10.0, 20.0));
        assertThat(series.min()).isEqualTo(10);
        assertThat(series.max()).isEqualTo(30);
    }

    @Test
    void oneRoundIsItsOwnMedianMinimumAndMaximum() {
        Series series = new Series(List.of(7.0));
        assertThat(List.of(series.median(), series.min(), series.max())).containsOnly(7.0);
    }

    @Test
    void ratioComparesTheSameRounds() {
        // The machine was busy in round 2 and both were slower; the ratio of the medians would be 100/400.
        Series ours = new Series(List.of(100.0, 25.0, 110.0));
        Series peer = new Series(List.of(400.0, 50.0, 500.0));
        assertThat(ours.ratioTo(peer)).isCloseTo(0.25, within(1e-12));
        assertThat(new Series(List.of(10.0, 90.0, 30.0)).ratioTo(new Series(List.of(100.0, 100.0, 100.0))))
                .isCloseTo(0.3, within(1e-12));
    }

    @Test
    void ratioOfOneRoundIsToTheOthersFirst() {
        assertThat(new Series(List.of(1.0)).ratioTo(new Series(List.of(4.0, 100.0, 100.0))))
                .isEqualTo(0.25);
    }

    @Test
    void refusesNoRounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Series(List.of()));
    }
}
