package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdamWTest {
    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of("plain", adamW(0.9, 0.999, 1e-8, 0)),
                Arguments.of("decay", adamW(0.9, 0.999, 1e-8, 0.1)),
                Arguments.of("short", adamW(0, 0.9, 1e-4, 1e-2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void follows200StepsOfPyTorchAcrossChangesOfTheRate(String rule, AdamW adam) {
        Golden golden = Golden.read("adamw");
        int size = 64;
        float[] p = Seeded.uniform("adamw/" + rule, size, 0.5, 1.5);
        float[] mean = new float[size];
        float[] square = new float[size];
        double[] rates = {0.01, 0.001, 0.0005, 0.005};
        for (int step = 0; step < 200; step++) {
            float[] g = Seeded.uniform("adamw/" + rule + "/" + step, size, -0.05, 0.05);
            adam.update(p, g, mean, square, size, 1, adam.weightDecay(), rates[step / 50], step + 1);
            if (step % 50 == 49) {
                float[] reference = golden.values(rule + ":" + (step + 1));
                assertThat(reference).hasSize(size);
                for (int i = 0; i < size; i++) {
                    assertThat(Math.abs(p[i] - reference[i]) / Math.abs((double) reference[i]))
                            .as("parameter %d after step %d: %s instead of %s", i, step + 1, p[i], reference[i])
                            .isLessThanOrEqualTo(1e-5);
                }
            }
        }
    }

    @Test
    void updatesAsManyAsToldWithScaledGradients() {
        float[] p = {1, 1, 1};
        float[] mean = new float[3];
        float[] square = new float[3];
        adamW(0.5, 0.5, 1e-12, 0).update(p, new float[] {4, -4, 4}, mean, square, 2, 0.5, 0, 0.25, 1);
        assertThat(p).containsExactly(0.75f, 1.25f, 1);
        assertThat(mean).containsExactly(1, -1, 0);
        assertThat(square).containsExactly(2, 2, 0);
    }

    @Test
    void rejectsRulesThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adamW(1, 0.9, 1e-8, 0))
                .withMessageContaining("betas");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adamW(0.9, Double.NaN, 1e-8, 0))
                .withMessageContaining("betas");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adamW(0.9, 0.9, 0, 0))
                .withMessageContaining("epsilon");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adamW(0, 0, 1, -1))
                .withMessageContaining("decay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdamW(0, 0, 1, 0, AdamW.DecayOn.ALL, OptionalDouble.of(0)))
                .withMessageContaining("clip norm");
    }

    private static AdamW adamW(double beta1, double beta2, double epsilon, double weightDecay) {
        return new AdamW(beta1, beta2, epsilon, weightDecay, AdamW.DecayOn.ALL, OptionalDouble.empty());
    }
}
