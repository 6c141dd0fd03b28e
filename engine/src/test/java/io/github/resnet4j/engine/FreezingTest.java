package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is frozen does not change, costs nothing on the way back, and lets the right gradients through.
 *
 * <p>A frozen prefix, as the zoo and DL4J's transfer learning make it of {@code FrozenLayer}s, is right in DL4J, which is
 * the reference here at every place where a network of the zoo can be cut: after each of its nodes, and so after each
 * block and stage.
 *
 * <p>Where something below is trained, DL4J has {@code FrozenLayerWithBackprop}. Around batch normalisation that is wrong:
 * forward, the running statistics are used; backward, the gradient is that of a normalisation by the batch's own, which
 * takes away the gradient's mean and its part along the values, as if the statistics followed the values. And it comes to
 * that only without workspaces and without oneDNN, which misses the batch's statistics (deeplearning4j issue 9101); with
 * either, it fails. So the references are PyTorch in {@code eval()} mode and DL4J with convolutions that do the same.
 */
class FreezingTest {
    private static final double LR = 0.05;
    /** Part of the largest gradient below which one is taken for the rounding of a sum that cancels. */
    private static final double FLOOR = 0.01;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** The zoo's networks, and the shortcuts and forms of groups that a configuration can give them instead of their own. */
    static Stream<ParityCase> networks() {
        Stream<ParityCase> others = Stream.of(
                        "basic_aend_imagenet_3x21x14",
                        "basic_c_cifar_1x9x7",
                        "bottleneck_a_cifar_3x8x8",
                        "bottleneck_c_imagenet_3x16x16",
                        "bottleneckearly_c_cifar_1x9x7",
                        "bottleneckbranches_b_cifar_3x7x10")
                .map(ParityCase::reduced);
        return Stream.concat(
                ParityCase.zoo().stream(),
                Stream.concat(others, Stream.of(ParityCase.auxiliary())).map(parity -> parity.withBatch(8)));
    }

    /** Blocks and stages, which end with a node that has no parameters. */
    static Stream<Arguments> cuts() {
        return networks()
                .flatMap(parity -> Stream.concat(parity.network().stages().stream(), parity.network().blocks().stream())
                        .filter(part -> !part.equals(Network.HEAD))
                        .map(part -> Arguments.of(parity, part)));
    }

    /** The nodes that have parameters. */
    static Stream<Arguments> nodes() {
        return networks().flatMap(parity -> parity.network().nodes().stream()
                .filter(node -> node.parameters() > 0)
                .map(node -> Arguments.of(parity, node.name())));
    }

    /** Only in the release's build: a block's end shows most of what its nodes do. */
    @Tag("deep")
    @ParameterizedTest(name = "{0} up to {1}")
    @MethodSource("nodes")
    void behindEveryNodeTheRestLearnsAsInDl4j(ParityCase parity, String part) {
        theRestLearnsAsInDl4j(parity, part);
    }

    @ParameterizedTest(name = "{0} up to {1}")
    @MethodSource("cuts")
    void theRestLearnsAsInDl4j(ParityCase parity, String part) {
        ComputationGraph graph = parity.graph(Optional.of(part));
        INDArray images = parity.images();
        Conditioning.apply(parity.network(), graph, images);
        // One thread: between layers this small, two would mostly wait for each other.
        Pass reference = OpenMp.alone(() -> Pass.byDl4j(graph, images, parity.labels()));
        graph.getFlattenedGradients().assign(0);
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            Pass pass = OpenMp.alone(() -> Pass.byPlan(plan, graph, images, parity.labels()));
            assertThat(pass.lossDeviation(reference)).as("loss").isLessThan(1e-5);
            assertThat(pass.gradientDeviations(reference, FLOOR)).allSatisfy(Pass.within(1e-4));
            assertThat(pass.statisticsDeviations(reference)).allSatisfy(Pass.within(1e-5));
            changesOnlyTheRest(graph, () -> OpenMp.alone(() -> plan.step(images, parity.labels(), LR)));
        }
    }

    /** Fails unless {@code step} leaves every byte of what is frozen and changes all other tensors. */
    private static void changesOnlyTheRest(ComputationGraph graph, Runnable step) {
        FloatBuffer before = Seeded.copyOfParameters(graph);
        step.run();
        FloatBuffer after = Seeded.copyOfParameters(graph);
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            float[] old = new float[segment.length()];
            float[] now = new float[segment.length()];
            before.get(segment.offset(), old);
            after.get(segment.offset(), now);
            if (segment.frozen()) {
                assertThat(now).as(segment.toString()).isEqualTo(old);
            } else {
                assertThat(now).as(segment.toString()).isNotEqualTo(old);
            }
        }
    }

    static List<ParityCase> zoo() {
        return ParityCase.zoo();
    }

    /** One network in six. */
    static List<ParityCase> some() {
        List<ParityCase> all = ParityCase.zoo();
        return IntStream.range(0, all.size())
                .filter(i -> i % 6 == 0)
                .mapToObj(all::get)
                .toList();
    }

    /** Only in the release's build: the others do as {@link #some} do. */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("zoo")
    void theWayBackOfEveryNetworkEndsAtTheCut(ParityCase parity) {
        theWayBackEndsAtTheCut(parity);
    }

    /** A node without parameters adds nothing to the part before it: the plan is the same. */
    @ParameterizedTest
    @MethodSource("some")
    void theWayBackEndsAtTheCut(ParityCase parity) {
        List<Node> nodes = parity.network().nodes();
        List<PlanReport.Step> before = steps(parity, Optional.empty());
        for (Node last : nodes) {
            List<PlanReport.Step> steps = steps(parity, Optional.of(last.name()));
            if (last.parameters() == 0) {
                assertThat(steps).as(last.name()).isEqualTo(before);
                continue;
            }
            Set<String> trained = new HashSet<>(Set.of(NetworkGraph.SOFTMAX));
            for (Node node : nodes.subList(nodes.indexOf(last) + 1, nodes.size())) {
                if (node.parameters() > 0 || node.inputs().stream().anyMatch(trained::contains)) {
                    trained.add(node.name());
                }
            }
            assertThat(wayBack(steps))
                    .as(last.name())
                    .hasSizeLessThan(wayBack(before).size())
                    .extracting(PlanReport.Step::vertex)
                    .isSubsetOf(trained);
            assertThat(steps).as(last.name()).hasSizeLessThan(before.size());
            before = steps;
        }
        assertThat(wayBack(before)).isEmpty();
    }

    private static List<PlanReport.Step> steps(ParityCase parity, Optional<String> frozenUpTo) {
        ComputationGraph graph = parity.graph(frozenUpTo);
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            return OpenMp.alone(() -> plan.report(parity.batch())).steps();
        }
    }

    /** What is done after the loss. */
    private static List<PlanReport.Step> wayBack(List<PlanReport.Step> steps) {
        List<String> whats = steps.stream().map(PlanReport.Step::what).toList();
        assertThat(whats).containsOnlyOnce("cross-entropy");
        return steps.subList(whats.indexOf("cross-entropy") + 1, steps.size());
    }

    @ParameterizedTest
    @MethodSource("zoo")
    void answersAsInDl4j(ParityCase parity) {
        ComputationGraph graph =
                parity.graph(parity.network().stages().stream().skip(1).findFirst());
        try (InferencePlan plan = InferencePlan.compile(graph, parity.image(), parity.batch())) {
            assertThat(Pass.deviation(plan.output(parity.images()), graph.outputSingle(parity.images())))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void dl4jsUpdaterLeavesWhatIsFrozen() {
        ParityCase parity = ParityCase.reduced("basic_a_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer1"));
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image())) {
            changesOnlyTheRest(graph, () -> plan.step(parity.images(), parity.labels()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void transferLearningsGraphsLearnAsTheZoos(Engine engine) {
        ParityCase parity = ParityCase.reduced("basic_a_cifar_3x8x8");
        String last = parity.network().lastOf("layer1").name();
        learnsAsFrozenUpToLayer1(
                parity,
                new TransferLearning.GraphBuilder(parity.graph())
                        .setFeatureExtractor(last)
                        .build(),
                engine);
    }

    /** Without shortcuts: DL4J does not find the way back around a sum that is not frozen and stands on what is. */
    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void graphsWithVerticesFrozenOneByOneLearnAsTheZoos(Engine engine) {
        ParityCase parity = ParityCase.reduced("basic_none_cifar_3x8x8");
        ComputationGraph graph = parity.graph();
        parity.network().upTo("layer1").stream()
                .map(node -> graph.getVertex(node.name()))
                .filter(GraphVertex::hasLayer)
                .forEach(GraphVertex::setLayerAsFrozen);
        learnsAsFrozenUpToLayer1(parity, graph, engine);
    }

    private static void learnsAsFrozenUpToLayer1(ParityCase parity, ComputationGraph graph, Engine engine) {
        ComputationGraph zoos = parity.graph(Optional.of("layer1"));
        for (ComputationGraph each : List.of(zoos, graph)) {
            try (TrainingStep step = TrainingStep.of(each, parity.image(), Sgd.paper(), engine)) {
                changesOnlyTheRest(each, () -> step.step(parity.images(), parity.labels(), LR));
            }
        }
        assertThat(ParameterLayout.of(graph).segments())
                .isEqualTo(ParameterLayout.of(zoos).segments());
        assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(zoos.params()));
    }

    @Test
    void plansEndWhenMoreIsFrozen() {
        ParityCase parity = ParityCase.reduced("basic_a_cifar_3x8x8");
        ComputationGraph graph = parity.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            graph.getVertex("conv1").setLayerAsFrozen();
            assertThatThrownBy(() -> plan.step(parity.images(), parity.labels(), LR))
                    .isInstanceOf(StalePlanException.class);
        }
    }

    @Test
    void takesOtherFrozenParametersWhenToldTo() {
        ParityCase parity = ParityCase.reduced("basic_a_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer1"));
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            double before = plan.gradients(parity.images(), parity.labels()).loss();
            graph.getLayer("layer1.0.bn2").getParam("var").muli(2);
            assertThat(plan.gradients(parity.images(), parity.labels()).loss()).isEqualTo(before);
            plan.refresh();
            try (TrainingPlan other = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
                assertThat(plan.gradients(parity.images(), parity.labels()).loss())
                        .isNotEqualTo(before)
                        .isEqualTo(other.gradients(parity.images(), parity.labels())
                                .loss());
            }
        }
    }

    /** Golden files, and what is frozen there above something that is trained. */
    static Stream<Arguments> above() {
        return Stream.of(
                Arguments.of("basic_b_cifar_3x8x8_norms", (Predicate<Node>) node -> node.op() instanceof Op.BatchNorm),
                Arguments.of("bottleneck_c_imagenet_3x16x16_stage", (Predicate<Node>)
                        node -> node.stage().equals("layer1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("above")
    void whatIsBelowLearnsAsInPyTorch(String name, Predicate<Node> frozen) {
        ParityCase parity = ParityCase.reduced(name);
        Gradients.areAsIn(parity, frozenInPlace(parity, frozen), Engine.ONEDNN, 1e-4);
        ComputationGraph graph = frozenInPlace(parity, frozen);
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            for (float loss : Golden.read(name).values("losses")) {
                changesOnlyTheRest(graph, () -> assertThat(
                                plan.step(parity.images(), parity.labels(), LR).loss())
                        .isCloseTo(loss, within(1e-4)));
            }
        }
    }

    /** The network with the layers of some nodes frozen where they stand. */
    private static ComputationGraph frozenInPlace(ParityCase parity, Predicate<Node> frozen) {
        ComputationGraphConfiguration configuration =
                NetworkGraph.configuration(parity.network(), NetworkGraph.Options.seeded(1));
        parity.network().nodes().stream()
                .filter(frozen.and(node -> node.parameters() > 0))
                .forEach(node -> {
                    NeuralNetConfiguration layer =
                            ((LayerVertex) configuration.getVertices().get(node.name())).getLayerConf();
                    Layer wrapper = new FrozenLayerWithBackprop(layer.getLayer());
                    wrapper.setLayerName(node.name());
                    layer.setLayer(wrapper);
                });
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        Seeded.fill(parity.name(), parity.network(), graph);
        return graph;
    }

    /** Frozen normalisations of maps and of rows, which keep the logarithm of the deviation. */
    private static final UserGraph NORMED =
            new UserGraph("frozen", new Shape(3, 9, 7), b -> b.addLayer("conv1", convolution(3), "in")
                    .addLayer("norm1", new FrozenLayerWithBackprop(new BatchNormalization()), "conv1")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "norm1")
                    .addLayer("conv2", convolution(3), "relu")
                    .addLayer("norm2", new FrozenLayerWithBackprop(new BatchNormalization()), "conv2")
                    .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm2", "relu")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "sum")
                    .addLayer("dense", new DenseLayer.Builder().nOut(6).build(), "pool")
                    .addLayer("norm3", new FrozenLayerWithBackprop(new BatchNormalization()), "dense")
                    .addLayer("out", UserGraph.softmax().build(), "norm3")
                    .setOutputs("out"));

    private static Layer convolution(int kernel) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .padding(kernel / 2, kernel / 2)
                .nOut(5)
                .build();
    }

    @Test
    void whatIsBelowUsersNormsLearnsAsBelowConvolutionsThatDoTheSame() {
        NORMED.agreesWithDl4j(6);
        ComputationGraph graph = NORMED.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, NORMED.image(), Sgd.paper())) {
            changesOnlyTheRest(graph, () -> plan.step(NORMED.images(6), NORMED.labels(6), LR));
        }
    }
}
