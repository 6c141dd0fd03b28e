package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.report.PlanReport;
import java.util.List;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Losses of training beside that of the logits. Gradients and steps against PyTorch: {@link TrainingParityTest}. */
class AuxiliaryHeadsTest {
    private static final ParityCase PARITY = ParityCase.auxiliary();
    private static final Sgd STILL = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** The mean over the batch of the cross-entropy with what a vertex puts out. */
    private static double crossEntropy(INDArray probabilities, INDArray labels) {
        return -Transforms.log(probabilities).mul(labels).sumNumber().doubleValue() / labels.size(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void theLossOfTrainingIsWeightedAndOnlyTheLogitsAreCounted(Engine engine) {
        ComputationGraph graph = PARITY.graph();
        INDArray labels = PARITY.labels();
        INDArray[] outputs = graph.output(true, PARITY.images());
        double expected = crossEntropy(outputs[0], labels)
                + 0.3 * (crossEntropy(outputs[1], labels) + crossEntropy(outputs[2], labels));
        INDArray right = outputs[0].argMax(1).eq(labels.argMax(1));

        try (TrainingStep step = TrainingStep.of(PARITY.graph(), PARITY.image(), STILL, engine)) {
            TrainingStep.Result result = step.step(PARITY.images(), labels, 0);
            assertThat(result.loss()).isCloseTo(expected, within(1e-5));
            assertThat(result.correct())
                    .isEqualTo(right.castTo(labels.dataType()).sumNumber().intValue());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void inferencePutsOutTheLogitsOfTheNetworkAlone(Engine engine) {
        ComputationGraph graph = PARITY.graph();
        INDArray expected = graph.output(false, PARITY.images())[0];

        try (Inference inference = Inference.of(graph, PARITY.image(), PARITY.batch(), engine)) {
            assertThat(Pass.deviation(inference.output(PARITY.images()), expected))
                    .isLessThan(1e-5);
            assertThat(inference
                            .featureMaps(PARITY.images(), List.of("aux1.fc2"))
                            .get("aux1.fc2")
                            .shape())
                    .containsExactly(3, 5);
        }
    }

    @Test
    void inferenceDoesNotComputeThem() {
        try (InferencePlan plan = InferencePlan.compile(PARITY.graph(), PARITY.image(), PARITY.batch())) {
            assertThat(plan.report().steps())
                    .extracting(PlanReport.Step::vertex)
                    .noneMatch(vertex -> vertex.contains("aux"));
        }
        try (TrainingPlan plan = TrainingPlan.compile(PARITY.graph(), PARITY.image(), STILL)) {
            assertThat(plan.report(PARITY.batch()).steps())
                    .extracting(PlanReport.Step::vertex)
                    .contains("aux1.fc2", "softmax.aux1.fc2", "softmax.aux2.fc2");
        }
    }

    /** DL4J's own {@code fit} takes the labels once for each output. */
    @Test
    void dl4jFitsThem() {
        ComputationGraph graph = PARITY.graph();
        ComputationGraph same = PARITY.graph();
        INDArray labels = PARITY.labels();
        graph.fit(new INDArray[] {PARITY.images()}, new INDArray[] {labels, labels, labels});
        try (TrainingPlan plan = TrainingPlan.compile(same, PARITY.image())) {
            plan.step(PARITY.images(), labels);
        }
        assertThat(same.score()).isCloseTo(graph.score(), within(1e-5));
        assertThat(Pass.deviation(same.params(), graph.params())).isLessThan(1e-5);
    }

    @Test
    void aValueThatIsNotFiniteShowsInTheLoss() {
        for (Engine engine : List.of(Engine.DL4J, Engine.ONEDNN)) {
            ComputationGraph graph = PARITY.graph();
            graph.getLayer("aux1.fc2").getParam("b").putScalar(0, Float.NEGATIVE_INFINITY);
            try (TrainingStep step = TrainingStep.of(graph, PARITY.image(), STILL, engine)) {
                assertThat(step.step(PARITY.images(), PARITY.labels(), 0).loss())
                        .as(engine.toString())
                        .isNaN();
            }
        }
    }
}
