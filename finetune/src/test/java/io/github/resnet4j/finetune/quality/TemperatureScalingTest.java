package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TemperatureScalingTest {
    private static Scores scores(int classes, float[][] probabilities, int... actual) {
        Scores scores = new Scores(classes);
        for (int i = 0; i < actual.length; i++) {
            scores.add(i, actual[i], probabilities[i % probabilities.length], 0);
        }
        return scores;
    }

    @Test
    void findsPyTorchsMinimum() throws IOException {
        Map<String, Double> expected = Golden.expected();

        TemperatureScaling scaling = TemperatureScaling.of(Golden.scores());

        assertThat(scaling.fitted().getAsDouble()).isCloseTo(expected.get("temperature"), within(1e-6));
        assertThat(TemperatureScaling.fit(Golden.scores().rows(), 0, 2).getAsDouble())
                .isCloseTo(expected.get("temperature.even"), within(1e-6));
        assertThat(TemperatureScaling.fit(Golden.scores().rows(), 1, 2).getAsDouble())
                .isCloseTo(expected.get("temperature.odd"), within(1e-6));
        assertThat(scaling.kept()).isEqualTo(scaling.fitted());
    }

    @Test
    void judgesEachHalfWithTheTemperatureOfTheOther() throws IOException {
        Map<String, Double> expected = Golden.expected();

        TemperatureScaling scaling = TemperatureScaling.of(Golden.scores());

        assertThat(scaling.images()).isEqualTo(400);
        assertThat(scaling.lossBefore()).isCloseTo(expected.get("loss.before"), within(1e-7));
        assertThat(scaling.lossAfter()).isCloseTo(expected.get("loss.after"), within(1e-7));
        assertThat(scaling.before().error()).isCloseTo(expected.get("ece.before"), within(1e-7));
        assertThat(scaling.after().error()).isCloseTo(expected.get("ece.after"), within(1e-7));
        assertThat(scaling.after().bins().stream()
                        .mapToLong(Calibration.Bin::images)
                        .sum())
                .isEqualTo(400);
    }

    /** With ever lower temperatures the loss would fall for ever. */
    @Test
    void keepsNoneWhereEverythingIsRight() {
        float[][] right = {{0.7f, 0.3f}, {0.9f, 0.1f}};

        TemperatureScaling scaling = TemperatureScaling.of(scores(2, right, 0, 0, 0, 0));

        assertThat(scaling.fitted()).isEmpty();
        assertThat(scaling.kept()).isEmpty();
        assertThat(scaling.lossAfter()).isEqualTo(scaling.lossBefore());
    }

    @Test
    void keepsNoneThatHarmsImagesItWasNotFittedTo() {
        // The even images say "surer", the odd ones "less sure".
        float[][] probabilities = {{0.6f, 0.4f}};

        TemperatureScaling scaling =
                TemperatureScaling.of(scores(2, probabilities, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0));

        assertThat(scaling.fitted()).isPresent();
        assertThat(scaling.lossAfter()).isGreaterThan(scaling.lossBefore());
        assertThat(scaling.kept()).isEmpty();
    }

    @Test
    void knowsTheAnswerForTwoClasses() {
        // 0.9 against 0.1, right 3 times of 4: calibrated is 0.75, so 9^(1/T) = 3 and T = 2.
        TemperatureScaling scaling =
                TemperatureScaling.of(scores(2, new float[][] {{0.9f, 0.1f}}, 0, 0, 0, 0, 0, 0, 1, 1));

        assertThat(scaling.fitted().getAsDouble()).isCloseTo(2, within(1e-6));
        assertThat(scaling.kept()).isPresent();
        assertThat(scaling.after().error()).isCloseTo(0, within(1e-6));
        assertThat(scaling.before().error()).isCloseTo(0.15, within(1e-6));
    }

    @Test
    void probabilitiesOfZeroAreNoEndOfIt() {
        float[][] extreme = {{1, 0, 0}};

        TemperatureScaling scaling = TemperatureScaling.of(scores(3, extreme, 0, 0, 0, 1));

        assertThat(scaling.lossBefore()).isFinite();
        assertThat(scaling.fitted()).isEqualTo(OptionalDouble.empty()); // it would be beyond 20
    }

    @Test
    void nothingToLearnFromEqualProbabilities() {
        TemperatureScaling scaling = TemperatureScaling.of(scores(2, new float[][] {{0.5f, 0.5f}}, 0, 1, 1, 1));

        assertThat(scaling.fitted()).hasValue(1);
        assertThat(scaling.kept()).isEmpty();
    }

    @Test
    void worksWithoutImages() {
        TemperatureScaling scaling = TemperatureScaling.of(new Scores(2));

        assertThat(scaling.kept()).isEmpty();
        assertThat(scaling.before().error()).isNaN();
    }
}
