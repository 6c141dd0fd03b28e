package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class CompiledPlanTest {
    private static final Network NETWORK = Zoo.find("resnet8-mlperf").network();

    @BeforeAll
    static void assumeOneDnn() {
        try {
            OneDnn.version();
        } catch (EngineUnavailableException e) {
            Assumptions.abort(e.getMessage());
        }
    }

    @Test
    void inferenceIsOneConvolutionForEach() {
        PlanReport report = CompiledPlan.report(NETWORK, Optional.empty(), 4, false);
        assertThat(report.batch() * report.lanes()).isBetween(4, 7);
        assertThat(report.steps().stream().filter(step -> step.what().startsWith("convolution")))
                .hasSize(9);
        assertThat(report.toString()).contains(report.batch() + "×3×32×32", "steps at batch " + report.batch());
    }

    @Test
    void trainingOfLessIsLess() {
        int whole =
                CompiledPlan.report(NETWORK, Optional.empty(), 2, true).steps().size();
        int frozen = CompiledPlan.report(NETWORK, Optional.of("layer2"), 2, true)
                .steps()
                .size();
        assertThat(frozen).isBetween(10, whole - 10);
    }
}
