package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.FreezePlan.Norms;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whatever a plan freezes, the rest learns as in PyTorch, by both engines, and nothing else changes. */
class FreezePlanTest {
    private static final double LR = 0.05;
    /** Part of the largest gradient below which one is taken for the rounding of a sum that cancels. */
    private static final double FLOOR = 0.01;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static ComputationGraph graph(ParityCase parity, FreezePlan plan) {
        ComputationGraph graph = NetworkGraph.create(
                parity.network(), NetworkGraph.Options.seeded(1).freeze(plan));
        Seeded.fill(parity.name(), parity.network(), graph);
        return graph;
    }

    /** Golden files, what is frozen there, and engines. */
    static Stream<Arguments> plans() {
        FreezePlan norms = FreezePlan.NOTHING;
        for (Node node :
                ParityCase.reduced("basic_b_cifar_3x8x8_norms").network().nodes()) {
            norms = node.op() instanceof Op.BatchNorm ? norms.part(node.name(), Norms.FROZEN) : norms;
        }
        Map<String, FreezePlan> plans = Map.of(
                "basic_b_cifar_3x8x8_norms", norms,
                "bottleneck_c_imagenet_3x16x16_stage", FreezePlan.NOTHING.part("layer1", Norms.FROZEN),
                "basic_b_cifar_3x8x8_norms-statistics", FreezePlan.NOTHING.upTo("layer1", Norms.FROZEN_STATISTICS),
                "basic_b_cifar_3x8x8_norms-train", FreezePlan.NOTHING.upTo("layer1", Norms.TRAIN));
        return plans.entrySet().stream().flatMap(plan -> Stream.of(Engine.ONEDNN, Engine.DL4J)
                .map(engine -> Arguments.of(plan.getKey(), plan.getValue(), engine)));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("plans")
    void learnsAsInPyTorch(String name, FreezePlan plan, Engine engine) {
        ParityCase parity = ParityCase.reduced(name);
        Gradients.areAsIn(parity, graph(parity, plan), engine, 1e-4);
        ComputationGraph graph = graph(parity, plan);
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), Sgd.paper(), engine)) {
            for (float loss : Golden.read(name).values("losses")) {
                FloatBuffer before = Seeded.copyOfParameters(graph);
                assertThat(step.step(parity.images(), parity.labels(), LR).loss())
                        .isCloseTo(loss, within(1e-4));
                changesOnlyTheRest(parity.network(), plan, graph, before);
            }
        }
    }

    private static void changesOnlyTheRest(
            Network network, FreezePlan plan, ComputationGraph graph, FloatBuffer before) {
        Map<String, Norms> frozen = plan.nodes(network);
        Set<String> norms = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm)
                .map(Node::name)
                .collect(Collectors.toSet());
        FloatBuffer after = Seeded.copyOfParameters(graph);
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            boolean stays = frozen.containsKey(segment.vertex())
                    && (!norms.contains(segment.vertex())
                            || switch (frozen.get(segment.vertex())) {
                                case FROZEN -> true;
                                case FROZEN_STATISTICS -> !segment.kind().trained();
                                case TRAIN -> false;
                            });
            assertThat(after.slice(segment.offset(), segment.length())
                            .equals(before.slice(segment.offset(), segment.length())))
                    .as(segment.toString())
                    .isEqualTo(stays);
        }
    }

    /** Plans for each network: its first stages with trained normalisations, and a stage in its middle. */
    static Stream<Arguments> networks() {
        return ParityCase.zoo().stream().map(parity -> parity.withBatch(8)).flatMap(parity -> {
            List<String> stages = List.copyOf(parity.network().stages());
            String middle = stages.get(stages.size() / 2);
            boolean draws = parity.network().nodes().stream()
                    .anyMatch(node -> node.op() instanceof Op.StochasticSum sum && sum.survival() < 1);
            Stream<FreezePlan> plans = Stream.of(
                    FreezePlan.NOTHING.upTo(middle, Norms.FROZEN_STATISTICS),
                    FreezePlan.NOTHING.upTo(middle, Norms.TRAIN),
                    FreezePlan.NOTHING.part(middle, Norms.FROZEN));
            return (draws ? Stream.<FreezePlan>empty() : plans).map(plan -> Arguments.of(parity, plan));
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("networks")
    void bothEnginesFindTheSame(ParityCase parity, FreezePlan plan) {
        ComputationGraph graph = graph(parity, plan);
        INDArray images = parity.images();
        Conditioning.apply(parity.network(), graph, images);
        Pass reference = OpenMp.alone(() -> Pass.byDl4j(graph, images, parity.labels()));
        graph.getFlattenedGradients().assign(0);
        try (TrainingPlan compiled = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            Pass pass = OpenMp.alone(() -> Pass.byPlan(compiled, graph, images, parity.labels()));
            Agreement.require(parity, plan, graph, pass, reference, FLOOR);
            FloatBuffer before = Seeded.copyOfParameters(graph);
            OpenMp.alone(() -> compiled.step(images, parity.labels(), LR));
            changesOnlyTheRest(parity.network(), plan, graph, before);
        }
    }
}
