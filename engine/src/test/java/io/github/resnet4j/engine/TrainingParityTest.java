package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Gradients, losses, parameters and running statistics in training mode against PyTorch's. */
@ParameterizedClass
@EnumSource(names = {"DL4J", "ONEDNN"})
class TrainingParityTest {
    @Parameter
    private Engine engine;

    private static final double LR = 0.05;
    private static final double SMALL_LR = 1e-4;
    static final String RECIPES = "basic_b_cifar_3x8x8_";

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static List<ParityCase> reduced() {
        return ParityCase.reduced();
    }

    @ParameterizedTest
    @MethodSource("reduced")
    void hasPyTorchsGradients(ParityCase parity) {
        Gradients.areAsIn(parity, parity.graph(), engine, 1e-3);
    }

    @Tag("threads")
    @ParameterizedTest
    @MethodSource("full")
    void fullNetworksHavePyTorchsGradients(ParityCase parity) {
        Gradients.areAsIn(parity, parity.graph(), engine, 1e-3);
    }

    @Test
    void hasPyTorchsGradientsBehindAFrozenStage() {
        ParityCase parity = ParityCase.reduced(RECIPES + "frozen");
        Gradients.areAsIn(parity, parity.graph(Optional.of("layer1")), engine, 1e-3);
    }

    @ParameterizedTest
    @MethodSource("reduced")
    void hasPyTorchsLossesParametersAndStatisticsAfterItsSteps(ParityCase parity) {
        trainsAsPyTorch(parity);
    }

    @Tag("threads")
    @ParameterizedTest
    @MethodSource("full")
    void fullNetworksHavePyTorchsLossesParametersAndStatisticsAfterItsSteps(ParityCase parity) {
        trainsAsPyTorch(parity);
    }

    private void trainsAsPyTorch(ParityCase parity) {
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        trainAsIn(golden, parity, graph, Sgd.paper(), 0);
        parametersAreAsIn(golden, parity, graph);
    }

    static Stream<ParityCase> full() {
        return Stream.of(
                ParityCase.full("resnet18", 2, 64),
                ParityCase.full("resnet20-cifar", 4, 32),
                ParityCase.full("resnet8-mlperf", 4, 32));
    }

    /** Over three steps, which at a usual learning rate lead a deep network away from any reference in float. */
    @Tag("threads")
    @ParameterizedTest
    @MethodSource("full")
    void keepsPyTorchsRunningStatisticsOverThreeSteps(ParityCase parity) {
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        TrainingStep step = TrainingStep.of(graph, parity.image(), Sgd.paper(), engine);
        for (int i = 0; i < 3; i++) {
            step.step(parity.images(), parity.labels(), SMALL_LR);
        }
        FloatBuffer now = Seeded.copyOfParameters(graph);
        Set<String> left = golden.names("stats:");
        assertThat(left).isNotEmpty();
        for (ParameterLayout.Segment segment : step.layout().segments()) {
            if (!segment.kind().trained()) {
                String tensor = "stats:" + Seeded.torchName(segment);
                assertThat(left.remove(Seeded.torchName(segment))).as(tensor).isTrue();
                float[] reference = golden.values(tensor);
                assertThat(Golden.distance(golden.choose(tensor, values(now, segment)), reference))
                        .as(tensor)
                        .isLessThanOrEqualTo(1e-3 * Golden.norm(reference));
            }
        }
        assertThat(left).isEmpty();
    }

    static List<ParityCase> stochastic() {
        return StochasticDepthTest.pyTorchs();
    }

    /** As the reference, which does not compute a dropped block, over steps in which every block is dropped and kept. */
    @ParameterizedTest
    @MethodSource("stochastic")
    void dropsBlocksAsTheReference(ParityCase parity) {
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        trainAsIn(golden, parity, graph, Sgd.paper(), 0);
        parametersAreAsIn(golden, parity, graph);
    }

    static Stream<Arguments> recipes() {
        return Stream.of(
                Arguments.of("nesterov", new Sgd(0.9, true, 1e-2, Sgd.DecayOn.ALL, OptionalDouble.empty()), 0),
                Arguments.of("clipped", new Sgd(0.9, false, 1e-4, Sgd.DecayOn.ALL, OptionalDouble.of(0.1)), 0),
                Arguments.of("nodecay", new Sgd(0.9, false, 0.1, Sgd.DecayOn.NO_NORM_BIAS, OptionalDouble.empty()), 0),
                Arguments.of("smoothed", Sgd.paper(), 0.1),
                Arguments.of("frozen", Sgd.paper(), 0));
    }

    static Stream<Arguments> rules() {
        Sgd sgd = new Sgd(0.9, false, 1e-2, Sgd.DecayOn.ALL, OptionalDouble.empty());
        AdamW all = new AdamW(0.9, 0.999, 1e-3, 0.1, AdamW.DecayOn.ALL, OptionalDouble.empty());
        AdamW weights = new AdamW(0.9, 0.999, 1e-3, 0.1, AdamW.DecayOn.NO_NORM_BIAS, OptionalDouble.empty());
        return Stream.of(
                Arguments.of("groups", sgd, LR, groups(0.1, OptionalDouble.empty(), 10, 0)),
                Arguments.of("adamw", weights, 1e-2, List.of()),
                Arguments.of("adamwgroups", all, 1e-2, groups(0, OptionalDouble.empty(), 2, 0.5)));
    }

    private static List<ParameterGroup> groups(double stage, OptionalDouble decay, double head, double headDecay) {
        Set<String> layer1 = Set.of("layer1.0.conv1", "layer1.0.bn1", "layer1.0.conv2", "layer1.0.bn2");
        return List.of(
                new ParameterGroup(layer1, stage, decay, 0),
                new ParameterGroup(Set.of("fc"), head, OptionalDouble.of(headDecay), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void followsPyTorchsParameterGroups(String recipe, Optimizer optimizer, double lr, List<ParameterGroup> groups) {
        ParityCase parity = ParityCase.reduced(RECIPES + recipe);
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph();
        UpdateRule rule = new UpdateRule(optimizer, groups);
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), parity.batch(), rule, engine)) {
            for (float loss : golden.values("losses")) {
                assertThat(step.step(parity.images(), parity.labels(), lr).loss())
                        .isCloseTo(loss, within(1e-4 * (1 + loss)));
            }
        }
        parametersAreAsIn(golden, parity, graph);

        ComputationGraph other = parity.graph();
        try (TrainingStep step = TrainingStep.of(other, parity.image(), optimizer, engine)) {
            for (int i = 0; i < 3; i++) {
                step.step(parity.images(), parity.labels(), groups.isEmpty() ? lr / 2 : lr);
            }
        }
        assertThat(worst(golden, parity, other))
                .as("the bound tells rules apart")
                .isGreaterThan(20);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recipes")
    void followsPyTorchsOptimiser(String recipe, Sgd sgd, double smoothing) {
        ParityCase parity = ParityCase.reduced(RECIPES + recipe);
        Golden golden = Golden.read(parity.name());
        ComputationGraph graph = parity.graph(recipe.equals("frozen") ? Optional.of("layer1") : Optional.empty());
        trainAsIn(golden, parity, graph, sgd, smoothing);
        parametersAreAsIn(golden, parity, graph);
    }

    /** Two images and then one: a mean over three, statistics of two and of one, and clipping that sees the whole. */
    @Test
    void accumulatesAsPyTorch() {
        ParityCase parity = ParityCase.reduced(RECIPES + "accumulated");
        Golden golden = Golden.read(parity.name());
        Sgd sgd = new Sgd(0.9, false, 1e-4, Sgd.DecayOn.ALL, OptionalDouble.of(0.1));
        INDArray images = parity.images();
        INDArray labels = parity.labels(0.1);
        Part two = new Part(0, 2);
        Part one = new Part(2, 3);
        ComputationGraph graph = parity.graph();
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), sgd, engine)) {
            for (float loss : golden.values("losses")) {
                double first = step.accumulate(two.of(images), Targets.of(two.of(labels)))
                        .loss();
                double second = step.step(one.of(images), one.of(labels), LR).loss();
                assertThat((2 * first + second) / 3).isCloseTo(loss, within(1e-4 * (1 + loss)));
            }
        }
        parametersAreAsIn(golden, parity, graph);
        assertThat(graph.getConfiguration().getIterationCount()).isEqualTo(3);

        ComputationGraph whole = parity.graph();
        try (TrainingStep step = TrainingStep.of(whole, parity.image(), sgd, engine)) {
            for (int i = 0; i < 3; i++) {
                step.step(images, labels, LR);
            }
        }
        assertThat(worst(golden, parity, whole))
                .as("the bound tells statistics of parts from those of the whole")
                .isGreaterThan(20);
    }

    private static INDArray reversed(INDArray rows) {
        INDArray reversed = rows.dup();
        for (long i = 0; i < rows.size(0); i++) {
            reversed.putRow(i, rows.getRow(rows.size(0) - 1 - i));
        }
        return reversed;
    }

    /** Images from one to another. */
    private record Part(long from, long to) {
        INDArray of(INDArray array) {
            return array.get(NDArrayIndex.interval(from, to)).dup();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"weighted", "weightedmix"})
    void weighsClassesAsPyTorch(String recipe) {
        ParityCase parity = ParityCase.reduced(RECIPES + recipe);
        Golden golden = Golden.read(parity.name());
        float[] weights = {0.25f, 2, 1, 0.5f, 4};
        INDArray labels = parity.labels(0);
        double total = parity.batch();
        if (recipe.equals("weighted")) {
            total = labels.mulRowVector(Nd4j.createFromArray(weights))
                    .sumNumber()
                    .doubleValue();
        } else {
            labels = labels.mul(0.7).addi(reversed(labels).muli(0.3));
        }
        INDArray smoothed = labels.mul(0.9).addi(0.1 / 5);
        Targets targets = new Targets.Classes(smoothed, Optional.of(weights), total);
        ComputationGraph graph = parity.graph();
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), Sgd.paper(), engine)) {
            for (float loss : golden.values("losses")) {
                assertThat(step.step(parity.images(), targets, LR).loss()).isCloseTo(loss, within(1e-4 * (1 + loss)));
            }
        }
        parametersAreAsIn(golden, parity, graph);

        ComputationGraph other = parity.graph();
        try (TrainingStep step = TrainingStep.of(other, parity.image(), Sgd.paper(), engine)) {
            for (int i = 0; i < 3; i++) {
                step.step(parity.images(), smoothed, LR);
            }
        }
        assertThat(worst(golden, parity, other)).isGreaterThan(20);
    }

    /** The bound must tell the recipes apart, or the test above would say nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("recipes")
    void boundsTellRecipesApart(String recipe, Sgd sgd, double smoothing) {
        ParityCase parity = ParityCase.reduced(RECIPES + recipe);
        ComputationGraph graph = parity.graph();
        Sgd other = recipe.equals("nodecay")
                ? new Sgd(0.9, false, 0.1, Sgd.DecayOn.ALL, OptionalDouble.empty())
                : new Sgd(0.9, false, 1e-2, Sgd.DecayOn.ALL, OptionalDouble.empty());
        TrainingStep step = TrainingStep.of(graph, parity.image(), other, engine);
        for (int i = 0; i < 3; i++) {
            step.step(parity.images(), parity.labels(), LR);
        }
        assertThat(worst(Golden.read(parity.name()), parity, graph)).isGreaterThan(20);
    }

    private void trainAsIn(Golden golden, ParityCase parity, ComputationGraph graph, Sgd sgd, double smoothing) {
        TrainingStep step = TrainingStep.of(graph, parity.image(), sgd, engine);
        float[] losses = golden.values("losses");
        assertThat(losses).isNotEmpty();
        for (float loss : losses) {
            double actual =
                    step.step(parity.images(), parity.labels(smoothing), LR).loss();
            assertThat(actual).isCloseTo(loss, within(1e-4 * Math.max(1, loss)));
        }
    }

    private static void parametersAreAsIn(Golden golden, ParityCase parity, ComputationGraph graph) {
        assertThat(worst(golden, parity, graph)).isLessThanOrEqualTo(1);
    }

    /**
     * The largest distance of a tensor from PyTorch's in units of its bound: 1e-4 of its norm, and 1e-3 of the way that
     * PyTorch's went plus rounding, so that a wrong update of a small one shows.
     */
    private static double worst(Golden golden, ParityCase parity, ComputationGraph graph) {
        FloatBuffer now = Seeded.copyOfParameters(graph);
        FloatBuffer start = Seeded.copyOfParameters(parity.graph());
        Set<String> left = golden.names("after:");
        double worst = 0;
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            String tensor = "after:" + Seeded.torchName(segment);
            assertThat(left.remove(Seeded.torchName(segment))).as(tensor).isTrue();
            float[] reference = golden.values(tensor);
            double distance = Golden.distance(golden.choose(tensor, values(now, segment)), reference);
            double moved = Golden.distance(golden.choose(tensor, values(start, segment)), reference);
            double norm = Golden.norm(reference);
            worst = Math.max(worst, distance / Math.min(1e-4 * norm, 1e-3 * moved + 1e-6 * norm));
        }
        assertThat(left).isEmpty();
        return worst;
    }

    private static float[] values(FloatBuffer flat, ParameterLayout.Segment segment) {
        float[] values = new float[segment.length()];
        flat.get(segment.offset(), values);
        return values;
    }
}
