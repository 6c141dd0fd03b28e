package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SgdTest {
    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of("plain", sgd(0, false, 0)),
                Arguments.of("decay", sgd(0, false, 1e-2)),
                Arguments.of("momentum", sgd(0.9, false, 1e-4)),
                Arguments.of("nesterov", sgd(0.9, true, 1e-2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void follows200StepsOfPyTorchAcrossChangesOfTheRate(String rule, Sgd sgd) {
        Golden golden = Golden.read("sgd");
        int size = 64;
        float[] p = Seeded.uniform("sgd/" + rule, size, 0.5, 1.5);
        float[] v = new float[size];
        double[] rates = {0.1, 0.01, 0.005, 0.05};
        for (int step = 0; step < 200; step++) {
            float[] g = Seeded.uniform("sgd/" + rule + "/" + step, size, -0.05, 0.05);
            sgd.update(p, g, v, size, 1, sgd.weightDecay(), rates[step / 50]);
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
        float[] v = new float[3];
        sgd(0, false, 0).update(p, new float[] {4, 4, 4}, v, 2, 0.5, 0, 0.25);
        assertThat(p).containsExactly(0.5f, 0.5f, 1);
        assertThat(v).containsExactly(2, 2, 0);
    }

    @Test
    void rejectsRulesThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> sgd(1, false, 0)).withMessageContaining("momentum");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sgd(Double.NaN, false, 0))
                .withMessageContaining("momentum");
        assertThatIllegalArgumentException().isThrownBy(() -> sgd(0, true, 0)).withMessageContaining("nesterov");
        assertThatIllegalArgumentException().isThrownBy(() -> sgd(0, false, -1)).withMessageContaining("decay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.of(0)))
                .withMessageContaining("clip norm");
    }

    private static Sgd sgd(double momentum, boolean nesterov, double weightDecay) {
        return new Sgd(momentum, nesterov, weightDecay, Sgd.DecayOn.ALL, OptionalDouble.empty());
    }
}
