package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.layers.StochasticSumVertex;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Blocks that training drops: the same ones by the engine, by DL4J and by PyTorch, and without a trace. */
class StochasticDepthTest {
    private static final double LR = 0.02;
    private static final Shape IMAGE = Shape.square(3, 8);

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** With goldens of {@code make_golden.py}; {@code TrainingParityTest} trains them. */
    static List<ParityCase> pyTorchs() {
        return Stream.of(
                        "basic_b_cifar_3x8x8_at-test-batch",
                        "basic_a_cifar_3x8x8_at-test-image",
                        "bottleneck_c_cifar_1x9x7_in-training-batch",
                        "basic_aend_cifar_3x7x10_in-training-image")
                .map(ParityCase::reduced)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pyTorchs")
    void infersAsPyTorch(ParityCase parity) {
        float[] expected = Golden.read(parity.name()).values("eval:logits");
        ComputationGraph graph = parity.graph();
        INDArray dl4j = graph.feedForward(parity.images(), false).get(parity.logits());
        try (Inference plan = InferencePlan.compile(graph, parity.image(), parity.batch())) {
            INDArray found =
                    plan.featureMaps(parity.images(), List.of(parity.logits())).get(parity.logits());
            for (INDArray logits : List.of(dl4j, found)) {
                assertThat(Golden.distance(logits.dup('c').data().asFloat(), expected))
                        .isLessThan(1e-5 * Golden.norm(expected));
            }
        }
    }

    /** Batch normalisation and ReLU before the convolutions, in the first block before the branch leaves the shortcut. */
    private static Network preactivation(Scaling scaling, Per per) {
        NetworkWriter net = new NetworkWriter("preactivation", IMAGE, Conventions.TORCHVISION);
        String x = net.relu("relu0", net.bn("bn0", net.conv("conv0", Network.INPUT, 4, 3, 1)));
        String y = net.conv("conv1", x, 6, 3, 2);
        y = net.conv("conv2", net.relu("relu1", net.bn("bn1", y)), 6, 3, 1);
        x = net.add("add1", sum(0.6, scaling, per), y, net.conv("shortcut", x, 6, 1, 2));
        y = net.conv("conv3", net.relu("relu2", net.bn("bn2", x)), 6, 3, 1);
        x = net.add("add2", sum(0.5, scaling, per), y, x);
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("pool", net.relu("relu3", net.bn("bn3", x))), 5);
        return net.finish();
    }

    /** A branch with a branch in it, from which a value goes right to the outer one's end, and one that is empty. */
    private static Network nested(Scaling scaling, Per per) {
        NetworkWriter net = new NetworkWriter("nested", IMAGE, Conventions.TORCHVISION);
        String x = net.bn("bn0", net.conv("conv0", Network.INPUT, 4, 3, 1));
        String a = net.bn("bn1", net.conv("conv1", x, 4, 3, 1));
        String b = net.bn("bn2", net.sum("both", net.conv("conv2", a, 4, 3, 1), net.conv("conv3", x, 4, 1, 1)));
        a = net.relu("relu1", net.add("inner", sum(0.5, scaling, per), b, a));
        a = net.add("outer", sum(0.6, scaling, per), a, x);
        a = net.add("empty", sum(0.5, scaling, per), a, a);
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("pool", net.sigmoid("sigmoid", net.bn("bn3", a))), 5);
        return net.finish();
    }

    /** Nothing but sums: they hand gradients on that others read. */
    private static Network bare(Scaling scaling, Per per) {
        NetworkWriter net = new NetworkWriter("bare", IMAGE, Conventions.TORCHVISION);
        String x = net.bn("bn0", net.conv("conv0", Network.INPUT, 4, 3, 1));
        String y = net.bn("bn1", net.conv("conv1", Network.INPUT, 4, 3, 1));
        String branch = net.sum("twice", x, y);
        String z = net.add("add1", sum(0.5, scaling, per), branch, x);
        branch = net.sum("thrice", z, y);
        z = net.add("add2", sum(0.5, scaling, per), branch, z);
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("pool", net.relu("relu", net.bn("bn2", z))), 5);
        return net.finish();
    }

    private static Op sum(double survival, Scaling scaling, Per per) {
        return new Op.StochasticSum(survival, scaling, per);
    }

    /** Others than {@link #pyTorchs}, which both engines train as PyTorch does. */
    static List<ParityCase> networks() {
        List<ParityCase> networks = new ArrayList<>();
        for (String name : List.of(
                "preresnet20-cifar",
                "preresnet164-cifar",
                "resnet20-constant-scaling-cifar",
                "resnet20-exclusive-gating-cifar",
                "resnet20-bn-after-add-cifar",
                "resnet20-relu-only-cifar",
                "se-resnet20-cifar",
                "se-preresnet110-cifar")) {
            Spec spec = Zoo.find(name)
                    .with(Map.of("stochastic-depth", "0.5"))
                    .spec()
                    .reduced();
            networks.add(new ParityCase(name, spec.network(name, IMAGE, 5), 4));
        }
        for (Scaling scaling : Scaling.values()) {
            for (Per per : Per.values()) {
                for (Network network : List.of(preactivation(scaling, per), nested(scaling, per), bare(scaling, per))) {
                    networks.add(new ParityCase(network.name() + " " + scaling + " " + per, network, 4));
                }
            }
        }
        return networks;
    }

    /** Losses, parameters and statistics over twenty steps. */
    @ParameterizedTest
    @MethodSource("networks")
    void trainsAsDl4j(ParityCase parity) {
        ComputationGraph plan = parity.graph();
        ComputationGraph dl4j = parity.graph();
        FloatBuffer start = Seeded.copyOfParameters(plan);
        double[] losses = train(parity, plan, Engine.ONEDNN, 20);
        double[] reference = train(parity, dl4j, Engine.DL4J, 20);
        for (int i = 0; i < losses.length; i++) {
            assertThat(losses[i]).as("loss of step %d", i).isCloseTo(reference[i], within(2e-4));
        }
        FloatBuffer found = Seeded.copyOfParameters(plan);
        FloatBuffer expected = Seeded.copyOfParameters(dl4j);
        for (ParameterLayout.Segment segment : ParameterLayout.of(plan).segments()) {
            double moved = Golden.distance(values(start, segment), values(expected, segment));
            assertThat(Golden.distance(values(found, segment), values(expected, segment)))
                    .as("%s of %s", segment.key(), segment.vertex())
                    .isLessThan(2e-3 * moved + 1e-5);
        }
    }

    private static double[] train(ParityCase parity, ComputationGraph graph, Engine engine, int steps) {
        double[] losses = new double[steps];
        try (TrainingStep step =
                TrainingStep.of(graph, parity.image(), parity.batch(), UpdateRule.of(Sgd.paper()), engine)) {
            for (int i = 0; i < steps; i++) {
                losses[i] = step.step(parity.images(), parity.labels(), LR).loss();
            }
        }
        return losses;
    }

    private static float[] values(FloatBuffer flat, ParameterLayout.Segment segment) {
        float[] values = new float[segment.length()];
        flat.get(segment.offset(), values);
        return values;
    }

    /** What is dropped: whether {@code node} counts in a step of the seed that graphs of the tests have. */
    private static boolean kept(long iteration, String node, double survival) {
        return Draws.of(1, iteration, node).get(0) < survival;
    }

    /** Without momentum, a dropped block is as it was, to the bit, weights and statistics; a kept one is not. */
    @ParameterizedTest
    @EnumSource(names = {"ONEDNN", "DL4J"})
    void leavesDroppedBlocksAlone(Engine engine) {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8_at-test-batch");
        Sgd bare = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        ComputationGraph graph = parity.graph();
        Set<Boolean> seen = new TreeSet<>();
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), bare, engine)) {
            for (int i = 0; i < 12; i++) {
                FloatBuffer before = Seeded.copyOfParameters(graph);
                step.step(parity.images(), parity.labels(), LR);
                FloatBuffer after = Seeded.copyOfParameters(graph);
                boolean kept = kept(i, "layer2.1.add", 0.5);
                seen.add(kept);
                for (ParameterLayout.Segment segment : step.layout().segments()) {
                    boolean inside = segment.vertex().startsWith("layer2.1.");
                    if (inside && !kept) {
                        assertThat(values(after, segment))
                                .as(segment.toString())
                                .isEqualTo(values(before, segment));
                    } else if (inside || segment.vertex().equals("conv1")) {
                        assertThat(values(after, segment))
                                .as(segment.toString())
                                .isNotEqualTo(values(before, segment));
                    }
                }
            }
        }
        assertThat(seen).hasSize(2);
    }

    /** A gradient of zero is a gradient: weight decay and momentum go on, as in PyTorch. */
    @ParameterizedTest
    @EnumSource(names = {"ONEDNN", "DL4J"})
    void decayGoesOnInDroppedBlocks(Engine engine) {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8_at-test-batch");
        Sgd decay = new Sgd(0, false, 0.5, Sgd.DecayOn.ALL, OptionalDouble.empty());
        ComputationGraph graph = parity.graph();
        FloatBuffer before = Seeded.copyOfParameters(graph);
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), decay, engine)) {
            step.startAt(2);
            assertThat(kept(2, "layer2.1.add", 0.5)).isFalse();
            step.step(parity.images(), parity.labels(), 0.1);
            FloatBuffer after = Seeded.copyOfParameters(graph);
            for (ParameterLayout.Segment segment : step.layout().segments()) {
                if (segment.vertex().startsWith("layer2.1.")) {
                    double factor = segment.kind().trained() ? 1 - 0.1 * 0.5 : 1;
                    for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                        assertThat((double) after.get(i)).isCloseTo(factor * before.get(i), within(1e-6));
                    }
                }
            }
        }
    }

    /** The engine does not compute a dropped block: weights that are not numbers do no harm there. */
    @ParameterizedTest
    @EnumSource(names = {"NHWC", "NCHW8C", "NCHW16C"})
    void doesNotComputeDroppedBlocks(Order order) {
        for (String name : List.of("add", "sum", "block", "drop")) {
            boolean kept = kept(0, name, 0.5);
            UserGraph user = UserGraph.upTo("relu", "skipping " + name, IMAGE, builder -> builder.addLayer(
                            "stem", new ConvolutionLayer.Builder(1, 1).nOut(6).build(), "in")
                    .addLayer(
                            "broken", new ConvolutionLayer.Builder(1, 1).nOut(6).build(), "stem")
                    .addLayer("bn", new BatchNormalization(), "broken")
                    .addVertex(name, new StochasticSumVertex(0.5, Scaling.AT_TEST, Per.BATCH), "bn", "stem")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), name));
            ComputationGraph graph = user.graph();
            graph.getLayer("broken").getParam("W").assign(Float.NaN);
            Pass pass = user.pass(graph, order, 4, user.labels(4));
            assertThat(Double.isFinite(pass.loss())).as(name).isEqualTo(!kept);
            if (!kept) {
                assertThat(pass.gradients())
                        .allSatisfy((key, values) -> assertThat(InputArrays.finite(values, values.length))
                                .as(key)
                                .isTrue());
                assertThat(pass.gradients().get("broken_W")).containsOnly(0);
                assertThat(pass.gradients().get("stem_W")).doesNotContain(0);
            }
        }
        assertThat(Stream.of("add", "sum", "block", "drop")
                        .map(name -> kept(0, name, 0.5))
                        .distinct())
                .hasSize(2);
    }

    /** Which blocks are dropped depends on the iteration, not on what ran before. */
    @ParameterizedTest
    @EnumSource(names = {"ONEDNN", "DL4J"})
    void aRunThatGoesOnIsTheSame(Engine engine) {
        for (ParityCase parity : pyTorchs()) {
            ComputationGraph whole = parity.graph();
            train(parity, whole, engine, 8);

            ComputationGraph first = parity.graph();
            ComputationGraph second = parity.graph();
            try (TrainingStep begun = TrainingStep.of(first, parity.image(), Sgd.paper(), engine);
                    TrainingStep resumed = TrainingStep.of(second, parity.image(), Sgd.paper(), engine)) {
                for (int i = 0; i < 3; i++) {
                    begun.step(parity.images(), parity.labels(), LR);
                }
                second.params().assign(first.params());
                resumed.state().get("velocity").put(begun.state().get("velocity"));
                resumed.startAt(3);
                for (int i = 3; i < 8; i++) {
                    resumed.step(parity.images(), parity.labels(), LR);
                }
            }
            assertThat(Bits.of(second.params())).as(parity.name()).isEqualTo(Bits.of(whole.params()));
        }
    }

    /** Frozen blocks compute as in inference, whatever the draws say. */
    @ParameterizedTest
    @EnumSource(names = {"ONEDNN", "DL4J"})
    void frozenBlocksAreNeverDropped(Engine engine) {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8_at-test-batch");
        Sgd bare = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        Set<Double> losses = new TreeSet<>();
        ComputationGraph graph = parity.graph(Optional.of("layer2"));
        try (TrainingStep step = TrainingStep.of(graph, parity.image(), bare, engine)) {
            for (int i = 0; i < 12; i++) {
                losses.add(step.step(parity.images(), parity.labels(), 0).loss());
            }
        }
        assertThat(losses).hasSize(1);
    }

    /** Everything of a block is frozen but its sum: the branch is dropped all the same. */
    @Test
    void frozenBranchesOfTrainedSumsAreDropped() {
        Network network = preactivation(Scaling.AT_TEST, Per.BATCH);
        ParityCase parity = new ParityCase("frozen branch", network, 4);
        double[][] losses = new double[2][];
        for (Engine engine : List.of(Engine.ONEDNN, Engine.DL4J)) {
            ComputationGraph graph =
                    NetworkGraph.create(network, NetworkGraph.Options.seeded(1).frozenUpTo(Optional.of("conv2")));
            Seeded.fill(parity.name(), network, graph);
            losses[engine == Engine.DL4J ? 1 : 0] = train(parity, graph, engine, 12);
        }
        for (int i = 0; i < 12; i++) {
            assertThat(losses[0][i]).as("step %d", i).isCloseTo(losses[1][i], within(2e-4));
        }
    }

    /** Other sizes of batches drop the same blocks. */
    @Test
    void takesShorterBatches() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8_at-test-batch");
        ComputationGraph plan = parity.graph();
        ComputationGraph dl4j = parity.graph();
        try (TrainingStep a = TrainingStep.of(plan, parity.image(), 3, UpdateRule.of(Sgd.paper()), Engine.ONEDNN);
                TrainingStep b = TrainingStep.of(dl4j, parity.image(), 3, UpdateRule.of(Sgd.paper()), Engine.DL4J)) {
            for (int i = 0; i < 10; i++) {
                ParityCase batch = parity.withBatch(3 + i % 2 * 2);
                assertThat(a.step(batch.images(), batch.labels(), LR).loss())
                        .isCloseTo(b.step(batch.images(), batch.labels(), LR).loss(), within(2e-4));
            }
        }
    }
}
