package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

@ParameterizedClass
@EnumSource(names = {"DL4J", "ONEDNN"})
@Tag("threads")
class TrainingStepTest {
    @Parameter
    private Engine engine;

    private static final ParityCase CASE = ParityCase.reduced("basic_a_cifar_3x8x8");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static List<ParityCase> runs() {
        return List.of(
                new ParityCase("wide", ParityCase.full("resnet20-cifar", 16, 32).network(), 8),
                new ParityCase(
                        "pooled",
                        ParityCase.reduced("bottleneck_b_imagenet_3x32x32").network(),
                        8));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void fiveStepsTwiceGiveTheSameBytes(ParityCase parity) {
        Bits first = afterFiveSteps(parity);
        assertThat(first).isNotEqualTo(Bits.of(parity.graph().params()));
        assertThat(afterFiveSteps(parity)).isEqualTo(first);
    }

    private Bits afterFiveSteps(ParityCase parity) {
        ComputationGraph graph = parity.graph();
        TrainingStep step = TrainingStep.of(graph, parity.image(), Sgd.paper(), engine);
        for (int i = 0; i < 5; i++) {
            step.step(parity.images(), parity.labels(), 0.05);
        }
        return Bits.of(graph.params());
    }

    /** Biases in front of BN have no gradient, so that nothing but weight decay moves them. */
    @ParameterizedTest
    @EnumSource
    void decaysBiasesOfConvolutionsAsTold(Sgd.DecayOn decayOn) {
        ParityCase parity = ParityCase.reduced("basic_bnobn_cifar_3x8x8_keras");
        ComputationGraph graph = parity.graph();
        FloatBuffer before = Seeded.copyOfParameters(graph);
        Sgd sgd = new Sgd(0, false, 0.5, decayOn, OptionalDouble.empty());
        TrainingStep step = TrainingStep.of(graph, parity.image(), sgd, engine);
        step.step(parity.images(), parity.labels(), 0.1);
        FloatBuffer after = Seeded.copyOfParameters(graph);

        Set<String> biases = Gradients.biasesBeforeNorms(parity.network());
        double factor = decayOn == Sgd.DecayOn.ALL ? 1 - 0.1 * 0.5 : 1;
        int seen = 0;
        for (ParameterLayout.Segment segment : step.layout().segments()) {
            if (biases.contains(Seeded.torchName(segment))) {
                assertThat(segment.kind()).isEqualTo(ParameterLayout.Kind.BIAS);
                for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                    assertThat((double) after.get(i)).isCloseTo(factor * before.get(i), within(1e-5));
                }
                seen++;
            }
        }
        assertThat(seen).isEqualTo(biases.size()).isEqualTo(7);
    }

    /** PyTorch refuses it, too. Where the normalisation is frozen, or there are two images, nothing is wrong. */
    @Test
    void oneValuePerChannelIsRefused() {
        Network network = Zoo.find("resnet20-cifar").network(Shape.square(3, 4), 3);
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1);
        INDArray two = Nd4j.rand(2, 3, 4, 4);
        INDArray one = two.get(NDArrayIndex.interval(0, 1));
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}});
        INDArray label = labels.get(NDArrayIndex.interval(0, 1));
        ComputationGraph graph = NetworkGraph.create(network, options);
        try (TrainingStep step = TrainingStep.of(graph, network.input(), Sgd.paper(), engine)) {
            Bits before = Bits.of(graph.params());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> step.step(one, label, 0.1))
                    .withMessageContaining("layer3.0.bn1 one value per channel")
                    .withMessageContaining("at least 2 images");
            assertThat(Bits.of(graph.params())).isEqualTo(before);
            assertThat(graph.getConfiguration().getIterationCount()).isZero();
            assertThat(step.step(two, labels, 0.1).loss()).isFinite();
        }
        ComputationGraph frozen = NetworkGraph.create(network, options.frozenUpTo(Optional.of("layer3")));
        try (TrainingStep step = TrainingStep.of(frozen, network.input(), Sgd.paper(), engine)) {
            assertThat(step.step(one, label, 0.1).loss()).isFinite();
        }
    }

    @Test
    void countsRightAnswersOfTheForwardPass() {
        ComputationGraph graph = CASE.graph();
        TrainingStep step = TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine);
        INDArray labels = CASE.labels();
        TrainingStep.Result result = step.step(CASE.images(), labels, 0.05);
        for (int i = 0; i < 20 && result.loss() > 0.2; i++) {
            result = step.step(CASE.images(), labels, 0.05);
        }
        assertThat(result.loss()).isLessThan(0.2);
        assertThat(result.correct()).isEqualTo(CASE.batch());
        assertThat(step.step(CASE.images(), labels.neg(), 0).correct()).isZero();
    }

    @Test
    void takesAShorterLastBatch() {
        ComputationGraph alone = CASE.graph();
        ComputationGraph later = CASE.graph();
        INDArray two = CASE.images().get(NDArrayIndex.interval(0, 2));
        INDArray labels = CASE.labels().get(NDArrayIndex.interval(0, 2));
        TrainingStep step = TrainingStep.of(later, CASE.image(), Sgd.paper(), engine);
        step.step(CASE.images(), CASE.labels(), 0);
        later.params().assign(alone.params());
        step.state().get("velocity").put(new float[step.state().get("velocity").capacity()]);
        step.step(two, labels, 0.05);
        TrainingStep.of(alone, CASE.image(), Sgd.paper(), engine).step(two, labels, 0.05);
        assertThat(Bits.of(later.params())).isEqualTo(Bits.of(alone.params()));
    }

    @Test
    void keepsTheUsersListeners() {
        ComputationGraph graph = CASE.graph();
        BaseTrainingListener mine = new BaseTrainingListener() {};
        graph.setListeners(mine);
        TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine).step(CASE.images(), CASE.labels(), 0.05);
        assertThat(graph.getListeners()).containsExactly(mine);
    }

    @Test
    void rejectsImagesOfAnotherSizeThanAnnounced() {
        TrainingStep step = TrainingStep.of(CASE.graph(), CASE.image(), Sgd.paper(), engine);
        INDArray larger = ParityCase.reduced("basic_a_cifar_3x9x9").images();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(larger, CASE.labels(), 0.05))
                .withMessageContaining("[3, 3, 9, 9]")
                .withMessageContaining("3x8x8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic_a_cifar_3x8x8", "bottleneckv1_b_imagenet_3x16x16_kerasapps"})
    void rejectsImagesWithOtherChannels(String name) {
        ParityCase parity = ParityCase.reduced(name);
        TrainingStep step = TrainingStep.of(parity.graph(), parity.image(), Sgd.paper(), engine);
        INDArray grey = parity.images().get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(grey, parity.labels(), 0.05))
                .withMessageContaining(parity.image().toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(parity.labels(), parity.labels(), 0.05))
                .withMessageContaining("[3, 5]");
    }

    @Test
    void countsRightAnswersOfAnOutputLayerWithWeights() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "bn", new BatchNormalization.Builder().useLogStd(false).build(), "in")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "bn")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(5)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(8, 8, 3))
                .build());
        graph.init();
        INDArray guessed = graph.feedForward(CASE.images(), true).get("out").argMax(1);
        INDArray labels = Nd4j.zeros(3, 5);
        for (int i = 0; i < 3; i++) {
            labels.putScalar(i, guessed.getLong(i), 1);
        }
        TrainingStep step = TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine);
        assertThat(step.step(CASE.images(), labels, 0).correct()).isEqualTo(3);
        assertThat(step.step(CASE.images(), labels.neg(), 0).correct()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(CASE.images(), Nd4j.zeros(3, 4), 0))
                .withMessageContaining("3×5");
    }

    @Test
    void rejectsLabelsOfAnotherBatch() {
        TrainingStep step = TrainingStep.of(CASE.graph(), CASE.image(), Sgd.paper(), engine);
        INDArray labels = Seeded.labels("two", 2, CASE.network().classes(), 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(CASE.images(), labels, 0.05))
                .withMessageContaining("[2, 5]")
                .withMessageContaining("3×5");
    }

    @Test
    void rejectsDoublePrecision() {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1).dataType(DataType.DOUBLE);
        ComputationGraph graph = NetworkGraph.create(CASE.network(), options);
        assertThatThrownBy(() -> TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine))
                .isInstanceOfAny(IllegalArgumentException.class, UnsupportedGraphException.class)
                .hasMessageContaining("FLOAT");
    }

    @Test
    void rejectsGraphsOfSeveralInputs() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("left", "right")
                .addLayer("out", new OutputLayer.Builder().nIn(4).nOut(2).build(), "left", "right")
                .setOutputs("out")
                .build());
        graph.init();
        assertThatThrownBy(() -> TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine))
                .isInstanceOfAny(IllegalArgumentException.class, UnsupportedGraphException.class)
                .hasMessageContaining("[left, right]");
    }

    /** DL4J's way to keep them: nothing of a batch is taken over. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void statisticsOfDecayOneStayAsTheyAre(boolean logDeviation) {
        UserGraph user = UserGraph.upTo(
                "bn",
                "kept",
                CASE.image(),
                builder -> builder.addLayer(
                        "bn",
                        new BatchNormalization.Builder()
                                .decay(1)
                                .useLogStd(logDeviation)
                                .build(),
                        "in"));
        ComputationGraph graph = user.graph();
        Map<String, Bits> before = Bits.of(graph.paramTable());
        try (TrainingStep step = TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine)) {
            step.step(user.images(4), user.labels(4), 0.1);
            step.step(user.images(4), user.labels(4), 0.1);
        }
        Map<String, Bits> after = Bits.of(graph.paramTable());
        before.forEach((name, values) -> {
            if (name.matches("bn_(mean|var|log10stdev)")) {
                assertThat(after.get(name)).as(name).isEqualTo(values);
            } else {
                assertThat(after.get(name)).as(name).isNotEqualTo(values);
            }
        });
    }

    private static UserGraph dropout() {
        return UserGraph.upTo("drop", "dropout", CASE.image(), builder -> builder.addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 3).nOut(6).dropOut(0.8).build(),
                        "in")
                .addLayer("drop", new DropoutLayer(0.5), "conv"));
    }

    /** Loss of a step without change, at this iteration, after steps with batches of these sizes. */
    private double lossOfDropout(long iteration, int... before) {
        ComputationGraph graph = dropout().graph();
        Sgd sgd = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        try (TrainingStep step = TrainingStep.of(graph, CASE.image(), sgd, engine)) {
            for (int size : before) {
                step.step(dropout().images(size), dropout().labels(size), 0);
            }
            step.startAt(iteration);
            return step.step(dropout().images(4), dropout().labels(4), 0).loss();
        }
    }

    @Test
    void dropoutDependsOnTheIterationAlone() {
        double third = lossOfDropout(3);
        assertThat(lossOfDropout(3, 4)).isEqualTo(third);
        assertThat(lossOfDropout(3, 1, 2, 3, 4, 5, 6, 7)).isEqualTo(third);
        assertThat(lossOfDropout(4)).isNotEqualTo(third);
        assertThat(lossOfDropout(0)).isNotEqualTo(third);
    }

    @Test
    void everyStepIsCountedAndDropsOtherValues() {
        ComputationGraph graph = dropout().graph();
        Sgd sgd = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        List<Double> losses = new ArrayList<>();
        try (TrainingStep step = TrainingStep.of(graph, CASE.image(), sgd, engine)) {
            for (int i = 0; i < 5; i++) {
                assertThat(graph.getConfiguration().getIterationCount()).isEqualTo(i);
                losses.add(
                        step.step(dropout().images(4), dropout().labels(4), 0).loss());
            }
        }
        assertThat(losses).doesNotHaveDuplicates();
    }

    /** Also those of the next step; the same in every run. */
    @Test
    void everyPartOfAStepDropsOtherValues() {
        assertThat(lossesOfParts()).doesNotHaveDuplicates().isEqualTo(lossesOfParts());
    }

    private List<Double> lossesOfParts() {
        Sgd sgd = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
        INDArray images = dropout().images(4);
        INDArray labels = dropout().labels(4);
        List<Double> losses = new ArrayList<>();
        try (TrainingStep step = TrainingStep.of(dropout().graph(), CASE.image(), sgd, engine)) {
            for (int i = 0; i < 3; i++) {
                losses.add(step.accumulate(images, Targets.of(labels)).loss());
                losses.add(step.accumulate(images, Targets.of(labels)).loss());
                losses.add(step.step(images, labels, 0).loss());
            }
        }
        return losses;
    }

    /** A run that was stopped within a step resumes before it. */
    @Test
    void partsOfAnUnfinishedStepAreForgotten() {
        ComputationGraph plain = CASE.graph();
        try (TrainingStep step = TrainingStep.of(plain, CASE.image(), Sgd.paper(), engine)) {
            step.step(CASE.images(), CASE.labels(), 0.1);
        }
        ComputationGraph graph = CASE.graph();
        try (TrainingStep step = TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine)) {
            step.accumulate(CASE.images(), Targets.of(CASE.labels()));
            graph.params().assign(CASE.graph().params());
            step.startAt(0);
            step.step(CASE.images(), CASE.labels(), 0.1);
        }
        assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(plain.params()));
    }

    /** In parts, with weights, with auxiliary heads, and with a class that counts nothing. */
    @Test
    void weighsAllLossesAsDl4jDoes() {
        ParityCase parity = ParityCase.auxiliary();
        float[] weights = {0, 3, 1, 0.5f, 2};
        List<ComputationGraph> graphs = new ArrayList<>();
        for (Engine each : List.of(engine, Engine.DL4J)) {
            ComputationGraph graph = parity.graph();
            Sgd sgd = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
            try (TrainingStep step = TrainingStep.of(graph, parity.image(), sgd, each)) {
                step.accumulate(parity.images(), new Targets.Classes(parity.labels(0.1), Optional.of(weights), 2));
                step.step(parity.images(), new Targets.Classes(parity.labels(), Optional.of(weights), 3), 0.01);
            }
            graphs.add(graph);
        }
        INDArray before = parity.graph().params();
        double moved = graphs.get(1).params().distance2(before);
        assertThat(graphs.get(0).params().distance2(graphs.get(1).params())).isLessThan(1e-4 * moved);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Targets.Classes(parity.labels(), Optional.of(new float[] {1, 2}), 3))
                .withMessage("there are labels of 5 classes, but weights of 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Targets.Classes(parity.labels(), Optional.of(new float[] {1, 2, -1, 1, 1}), 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Targets.Classes(parity.labels(), Optional.empty(), 0));
    }

    @Test
    void leavesTheRandomNumbersOfTheCallerAlone() {
        INDArray images = dropout().images(4);
        try (TrainingStep step = TrainingStep.of(dropout().graph(), CASE.image(), Sgd.paper(), engine)) {
            Nd4j.getRandom().setSeed(7);
            Bits expected = Bits.of(Nd4j.rand(5));
            Nd4j.getRandom().setSeed(7);
            step.step(images, dropout().labels(4), 0.1);
            assertThat(Bits.of(Nd4j.rand(5))).isEqualTo(expected);
        }
    }

    @Test
    void saysThatTheGraphWasChanged() {
        ComputationGraph graph = CASE.graph();
        TrainingStep step = TrainingStep.of(graph, CASE.image(), Sgd.paper(), engine);
        graph.getVertex("conv1").setLayerAsFrozen();
        assertThatExceptionOfType(StalePlanException.class)
                .isThrownBy(() -> step.step(CASE.images(), CASE.labels(), 0.1));
    }

    @Test
    void rejectsGraphsWithMoreParametersThanJavaCanLookAt() {
        ComputationGraph many = new ComputationGraph(CASE.graph().getConfiguration()) {
            private static final long serialVersionUID = 1L;

            @Override
            public long numParams() {
                return flattenedParams == null ? super.numParams() : 1L << 29;
            }
        };
        many.init();
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> TrainingStep.of(many, CASE.image(), Sgd.paper(), engine))
                .withMessageContaining("it has 536870912 parameters");
    }

    @Test
    void doesNothingOnceClosed() {
        TrainingStep step = TrainingStep.of(CASE.graph(), CASE.image(), Sgd.paper(), engine);
        step.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> step.step(CASE.images(), CASE.labels(), 0.05))
                .withMessageContaining("closed");
    }
}
