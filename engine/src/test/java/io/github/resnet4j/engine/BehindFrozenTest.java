package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Plans that begin behind a frozen part, with its values in place of images, do what plans of the whole graph do. */
class BehindFrozenTest {

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** Stages and blocks of the zoo's networks, each as the part that is frozen last. */
    static Stream<Arguments> cuts() {
        Stream<ParityCase> networks = Stream.concat(ParityCase.zoo().stream(), Stream.of(ParityCase.auxiliary()))
                .map(c -> c.withBatch(4));
        return networks.flatMap(
                parity -> Stream.concat(parity.network().stages().stream(), parity.network().blocks().stream())
                        .filter(part -> !part.equals(Network.HEAD))
                        .map(part -> Arguments.of(parity, part)));
    }

    @ParameterizedTest(name = "{0} behind {1}")
    @MethodSource("cuts")
    void theRestLearnsAndAnswersAsInTheWhole(ParityCase parity, String part) {
        ComputationGraph graph = parity.graph(Optional.of(part));
        INDArray images = parity.images();
        Conditioning.apply(parity.network(), graph, images);
        Optional<Node> last = lastFixed(parity, part);
        if (last.isEmpty()) {
            assertThat(parity.network().auxiliary()).as("ways past " + part).isNotEmpty();
            return;
        }
        String vertex = last.get().name();
        UpdateRule rule = UpdateRule.of(Sgd.paper());
        OpenMp.alone(() -> {
            try (TrainingPlan whole = TrainingPlan.compile(graph, parity.image(), 4, rule);
                    TrainingPlan rest = TrainingPlan.compileBehind(graph, vertex, parity.image(), 4, rule);
                    InferencePlan answers = InferencePlan.compile(graph, parity.image(), 4);
                    InferencePlan restAnswers = InferencePlan.compileBehind(graph, vertex, parity.image(), 4)) {
                INDArray maps = maps(answers, vertex, images);
                Pass expected = Pass.byPlan(whole, graph, images, parity.labels());
                graph.getFlattenedGradients().assign(0);
                Pass pass = Pass.byPlan(rest, graph, maps, parity.labels());
                assertThat(pass.lossDeviation(expected)).as("loss").isLessThan(1e-5);
                assertThat(pass.gradientDeviations(expected, 0.01)).allSatisfy(Pass.within(1e-4));
                assertThat(pass.statisticsDeviations(expected)).allSatisfy(Pass.within(1e-5));
                assertThat(Pass.deviation(restAnswers.output(maps), answers.output(images)))
                        .as("answers")
                        .isLessThan(1e-5);

                FloatBuffer before = Seeded.copyOfParameters(graph);
                rest.step(maps, parity.labels(), 0.05);
                changesOnlyTheRest(graph, before);
            }
            return null;
        });
    }

    private static Optional<Node> lastFixed(ParityCase parity, String part) {
        Set<String> frozen =
                parity.network().upTo(part).stream().map(Node::name).collect(Collectors.toCollection(HashSet::new));
        return parity.network().lastFixed(frozen);
    }

    private static INDArray maps(InferencePlan plan, String vertex, INDArray images) {
        INDArray maps = plan.featureMaps(images, List.of(vertex)).get(vertex);
        return maps.rank() == 4 ? maps : maps.reshape(maps.size(0), maps.size(1), 1, 1);
    }

    private static void changesOnlyTheRest(ComputationGraph graph, FloatBuffer before) {
        FloatBuffer after = Seeded.copyOfParameters(graph);
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            FloatBuffer old = before.slice(segment.offset(), segment.length());
            FloatBuffer now = after.slice(segment.offset(), segment.length());
            assertThat(now.equals(old)).as(segment.toString()).isEqualTo(segment.frozen());
        }
    }

    /** Where everything but the classifier is frozen, its input is what the global pooling puts out, a row. */
    @Test
    void aClassifierTakesRows() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        assertThat(lastFixed(parity, "layer2").map(Node::name)).hasValue("avgpool");
    }

    @Test
    void whatIsTrainedBeforeTheVertexIsRefused() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer1"));
        String vertex = parity.network().lastOf("layer2").name();
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(
                        () -> TrainingPlan.compileBehind(graph, vertex, parity.image(), 4, UpdateRule.of(Sgd.paper())))
                .withMessageContaining("layer2.0.conv1: its value does not reach the output from layer2")
                .withMessageContaining("where the plan begins");
    }

    /** Behind the first convolution of a block, the shortcut still reads what stands before it. */
    @Test
    void aWayPastTheVertexIsRefused() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer1.0.conv1"));
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> InferencePlan.compileBehind(graph, "layer1.0.conv1", parity.image(), 4))
                .withMessageContaining("it reads the image past layer1.0.conv1, where the plan begins");
    }

    @Test
    void aVertexThatTheGraphDoesNotHaveIsRefused() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferencePlan.compileBehind(parity.graph(), "layer9", parity.image(), 4))
                .withMessageContaining("layer9");
    }

    @Test
    void imagesInPlaceOfValuesAreRefused() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer2"));
        try (InferencePlan plan = InferencePlan.compileBehind(graph, "avgpool", parity.image(), 4)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.output(parity.images()))
                    .withMessageStartingWith("expected ");
        }
    }
}
