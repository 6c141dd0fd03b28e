package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeDefaultStepFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whichever engine trains a graph, it trains the graph as it is configured, or it says what it would leave out. */
class FallbackTest {
    private static final Shape IMAGE = new Shape(3, 8, 6);
    private static final Sgd PLAIN = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static ComputationGraph graph(UnaryOperator<NeuralNetConfiguration.Builder> settings) {
        return graph(settings, builder -> builder.addLayer("relu", new ActivationLayer(Activation.RELU), "bn"));
    }

    /** A convolution, its normalisation, whatever {@code relu} is, and a classifier. */
    private static ComputationGraph graph(
            UnaryOperator<NeuralNetConfiguration.Builder> settings, Consumer<GraphBuilder> relu) {
        GraphBuilder builder = settings.apply(new NeuralNetConfiguration.Builder()
                        .seed(1)
                        .weightInit(WeightInit.XAVIER)
                        .activation(Activation.IDENTITY))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(IMAGE.height(), IMAGE.width(), IMAGE.channels()))
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(6).build(), "in")
                .addLayer("bn", new BatchNormalization.Builder().build(), "conv");
        relu.accept(builder);
        builder.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "relu")
                .addLayer("out", UserGraph.softmax().build(), "pool")
                .setOutputs("out");
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    private static INDArray images() {
        return Seeded.images("fallback", 4, IMAGE);
    }

    private static INDArray labels() {
        return Seeded.labels("fallback", 4, UserGraph.CLASSES, 0);
    }

    private static TrainingStep.Result step(ComputationGraph graph, Engine engine) {
        try (TrainingStep training = TrainingStep.of(graph, IMAGE, PLAIN, engine)) {
            return training.step(images(), labels(), 0.5);
        }
    }

    @Nested
    class Constraints {
        @ParameterizedTest
        @EnumSource
        void holdAfterEveryStep(Engine engine) {
            ComputationGraph graph = graph(settings -> settings.constrainWeights(new MaxNormConstraint(0.1, 1))
                    .constrainBias(new NonNegativeConstraint()));
            step(graph, engine);
            assertThat(graph.getParam("conv_W").norm2(1).maxNumber().doubleValue())
                    .isCloseTo(0.1, within(1e-5));
            assertThat(graph.getParam("out_b").minNumber().doubleValue()).isZero();
        }

        @ParameterizedTest
        @EnumSource
        void holdAlsoForBatchNormalisation(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity(), builder -> builder.addLayer(
                            "norm",
                            new BatchNormalization.Builder()
                                    .constrainAllParameters(new NonNegativeConstraint())
                                    .build(),
                            "bn")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "norm"));
            step(graph, engine);
            assertThat(graph.getParam("norm_beta").minNumber().doubleValue()).isZero();
            assertThat(graph.getParam("bn_beta").minNumber().doubleValue()).isNegative();
        }

        @Test
        void holdAfterStepsOfTheGraphsOwnUpdaterAsAfterFit() {
            UnaryOperator<NeuralNetConfiguration.Builder> settings =
                    builder -> builder.updater(new org.nd4j.linalg.learning.config.Sgd(0.5))
                            .constrainWeights(new MaxNormConstraint(0.1, 1));
            ComputationGraph graph = graph(settings);
            ComputationGraph fitted = graph(settings);
            try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE)) {
                plan.step(images(), labels());
            }
            fitted.fit(new INDArray[] {images()}, new INDArray[] {labels()});
            assertThat(Pass.deviation(graph.params(), fitted.params())).isLessThan(1e-6);
            assertThat(graph.getParam("out_W").norm2(1).maxNumber().doubleValue())
                    .isCloseTo(0.1, within(1e-5));
        }

        /** {@code setLayerAsFrozen} leaves DL4J's own list of layers alone. */
        @ParameterizedTest
        @EnumSource
        void leaveFrozenLayersAlone(Engine engine) {
            ComputationGraph graph = graph(settings -> settings.constrainWeights(new MaxNormConstraint(0.1, 1)));
            graph.getVertex("conv").setLayerAsFrozen();
            Bits before = Bits.of(graph.getParam("conv_W"));
            step(graph, engine);
            assertThat(Bits.of(graph.getParam("conv_W"))).isEqualTo(before);
        }
    }

    static Stream<Arguments> unmet() {
        return Stream.of(
                Arguments.of(
                        "conv: gradient normalization ClipL2PerLayer is done by DL4J's updater only",
                        graph(settings -> settings.gradientNormalization(GradientNormalization.ClipL2PerLayer))),
                Arguments.of(
                        "graph: it is trained by LBFGS",
                        graph(settings -> settings.optimizationAlgo(OptimizationAlgorithm.LBFGS))),
                Arguments.of(
                        "graph: it is trained by LINE_GRADIENT_DESCENT",
                        graph(settings -> settings.optimizationAlgo(OptimizationAlgorithm.LINE_GRADIENT_DESCENT))),
                Arguments.of(
                        "graph: it has a step function of its own, NegativeDefaultStepFunction", withStepFunction()));
    }

    private static ComputationGraph withStepFunction() {
        ComputationGraph graph = graph(UnaryOperator.identity());
        graph.conf().setStepFunction(new NegativeDefaultStepFunction());
        return graph;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unmet")
    void noEngineTrainsAGraphThatAsksForMore(String reason, ComputationGraph graph) {
        Bits before = Bits.of(graph.params());
        for (Engine engine : Engine.values()) {
            assertThatExceptionOfType(UnsupportedGraphException.class)
                    .as("%s", engine)
                    .isThrownBy(() -> TrainingStep.of(graph, IMAGE, PLAIN, engine))
                    .withMessageContaining(reason);
        }
        assertThat(Bits.of(graph.params())).isEqualTo(before);
    }

    @Test
    void refusalNamesTheReasonsOfEveryEngineOnce() {
        ComputationGraph graph = graph(
                settings -> settings.optimizationAlgo(OptimizationAlgorithm.LBFGS),
                builder -> builder.addLayer("relu", new ActivationLayer(Activation.ELU), "bn"));
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> TrainingStep.of(graph, IMAGE, PLAIN, Engine.AUTO))
                .satisfies(e -> assertThat(e.reasons().stream().map(Object::toString))
                        .containsExactly(
                                "graph: it is trained by LBFGS",
                                "relu: the engine does not support the activation function ActivationELU"));
    }

    @Nested
    class WhatCannotBeLowered {
        /** One whose logits need more memory than one array can have: known only once the graph is lowered. */
        private static final int BATCH = 400_000_000;

        private final ComputationGraph graph = graph(UnaryOperator.identity());

        @Test
        void isTrainedByDl4jFromTheFirstStep() {
            try (TrainingStep training = TrainingStep.of(graph, IMAGE, BATCH, UpdateRule.of(PLAIN), Engine.AUTO)) {
                assertThat(training.engine()).isEqualTo(Engine.DL4J);
                assertThat(training.fallback().orElseThrow()).contains("out: ").contains("2 GiB");
                assertThat(training.step(images(), labels(), 0.1).loss()).isPositive();
            }
        }

        @Test
        void isRefusedByName() {
            assertThatExceptionOfType(UnsupportedGraphException.class)
                    .isThrownBy(() -> TrainingStep.of(graph, IMAGE, BATCH, UpdateRule.of(PLAIN), Engine.ONEDNN))
                    .satisfies(e -> assertThat(e.reasons().get(0).vertex()).isEqualTo("out"));
            assertThatExceptionOfType(UnsupportedGraphException.class)
                    .isThrownBy(() -> TrainingPlan.compile(graph, IMAGE, BATCH));
        }
    }

    static Stream<Arguments> penalties() {
        return Stream.of(
                Arguments.of("L2", (UnaryOperator<NeuralNetConfiguration.Builder>) settings -> settings.l2(0.1)),
                Arguments.of("L1", (UnaryOperator<NeuralNetConfiguration.Builder>) settings -> settings.l1(0.1)),
                Arguments.of("weight decay", (UnaryOperator<NeuralNetConfiguration.Builder>)
                        settings -> settings.weightDecay(0.1)),
                Arguments.of("sums over the batch", (UnaryOperator<NeuralNetConfiguration.Builder>)
                        settings -> settings.miniBatch(false)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("penalties")
    void lossIsTheMeanCrossEntropyAlone(String name, UnaryOperator<NeuralNetConfiguration.Builder> settings) {
        double plain = step(graph(UnaryOperator.identity()), Engine.ONEDNN).loss();
        for (Engine engine : List.of(Engine.ONEDNN, Engine.DL4J)) {
            assertThat(step(graph(settings), engine).loss()).as("%s", engine).isCloseTo(plain, within(1e-5));
        }
    }

    @Nested
    class WhatIsNotFinite {
        @ParameterizedTest
        @EnumSource
        void isRefusedAmongTheImages(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            Bits before = Bits.of(graph.params());
            INDArray images = images();
            images.putScalar(new int[] {2, 1, 3, 4}, Float.NaN);
            try (TrainingStep training = TrainingStep.of(graph, IMAGE, PLAIN, engine)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> training.step(images, labels(), 0.5))
                        .withMessageContaining("image 2 of the batch");
            }
            assertThat(Bits.of(graph.params())).isEqualTo(before);
        }

        @ParameterizedTest
        @EnumSource
        void makesTheLossNaNWhereAReluHidesIt(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            graph.getParam("conv_W").putScalar(0, Float.NaN);
            assertThat(step(graph, engine).loss()).isNaN();
        }

        @ParameterizedTest
        @EnumSource
        void makesTheLossNaNWhereAMapOverflows(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            graph.getParam("conv_W").assign(3e38);
            assertThat(step(graph, engine).loss()).isNaN();
        }

        /** Its probability is 0, which a loss clips. */
        @ParameterizedTest
        @EnumSource
        void makesTheLossNaNWhereALogitIsMinusInfinity(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            graph.getParam("bn_beta").assign(100);
            graph.getParam("out_W").getColumn(1).assign(-3e38);
            assertThat(step(graph, engine).loss()).isNaN();
        }

        /** Also where a ReLU of oneDNN would turn it into a zero, and where a normalisation is multiplied into it. */
        @ParameterizedTest
        @EnumSource
        void makesEveryOutputNaNAsAParameter(Engine engine) {
            for (String parameter : List.of("conv_W", "conv_b", "bn_gamma", "bn_mean", "out_W")) {
                ComputationGraph graph = graph(UnaryOperator.identity());
                try (Inference inference = Inference.of(graph, IMAGE, 4, engine)) {
                    assertThat(inference.output(images()).isNaN().any()).isFalse();
                    graph.getParam(parameter).assign(Float.NaN);
                    inference.refresh();
                    assertThat(inference.output(images()).isNaN().all())
                            .as(parameter)
                            .isTrue();
                    graph.getParam(parameter).assign(1);
                    inference.refresh();
                    assertThat(inference.output(images()).isNaN().any())
                            .as(parameter)
                            .isFalse();
                }
            }
        }

        @ParameterizedTest
        @EnumSource
        void makesTheLossNaNAsAParameterOfAFrozenLayer(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            List.of("conv", "bn", "relu").forEach(name -> graph.getVertex(name).setLayerAsFrozen());
            graph.getParam("conv_W").assign(Float.NaN);
            assertThat(step(graph, engine).loss()).isNaN();
        }

        @ParameterizedTest
        @EnumSource
        void givesNaNForItsImageAloneInInference(Engine engine) {
            ComputationGraph graph = graph(UnaryOperator.identity());
            INDArray images = images();
            try (Inference inference = Inference.of(graph, IMAGE, 4, engine)) {
                INDArray before = inference.output(images).dup();
                for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
                    images.putScalar(new int[] {2, 1, 3, 4}, value);
                    INDArray after = inference.output(images);
                    INDArray map =
                            inference.featureMaps(images, List.of("relu")).get("relu");
                    for (int i = 0; i < 4; i++) {
                        if (i == 2) {
                            assertThat(after.slice(i).isNaN().all()).isTrue();
                            assertThat(map.slice(i).isNaN().all()).isTrue();
                        } else {
                            assertThat(Bits.of(after.slice(i))).isEqualTo(Bits.of(before.slice(i)));
                        }
                    }
                }
            }
        }

        /** Infinity minus infinity, which a ReLU of oneDNN turns into zero: nothing of it is in the output. */
        @ParameterizedTest
        @EnumSource
        void givesNaNWhereAReluHidesAnOverflowInInference(Engine engine) {
            ComputationGraph graph = withoutNorms();
            INDArray images = images();
            images.slice(1).assign(0);
            try (Inference inference = Inference.of(graph, IMAGE, 4, engine)) {
                INDArray before = inference.output(images).dup();
                assertThat(before.isNaN().any()).isFalse();
                overflow(graph);
                inference.refresh();
                INDArray after = inference.output(images);
                INDArray map = inference.featureMaps(images, List.of("b")).get("b");
                for (int i = 0; i < 4; i++) {
                    assertThat(after.slice(i).isNaN().all()).as("image %d", i).isEqualTo(i != 1);
                    assertThat(map.slice(i).isNaN().any()).as("image %d", i).isEqualTo(i != 1);
                }
                assertThat(Bits.of(after.slice(1))).isEqualTo(Bits.of(before.slice(1)));
                assertThat(inference
                                .output(images.slice(0).reshape(1, 3, 8, 6))
                                .isNaN()
                                .all())
                        .isTrue();
                graph.getParam("a_W").assign(1e-30);
                inference.refresh();
                assertThat(inference.output(images).isNaN().any()).isFalse();
            }
        }

        @ParameterizedTest
        @EnumSource
        void makesTheLossNaNWhereAReluHidesAnOverflow(Engine engine) {
            ComputationGraph graph = withoutNorms();
            assertThat(step(graph, engine).loss()).isFinite();
            overflow(graph);
            assertThat(step(graph, engine).loss()).isNaN();
        }

        /** Far above what is usual, and far below what overflows. */
        @ParameterizedTest
        @EnumSource
        void isNotWhatIsLarge(Engine engine) {
            ComputationGraph graph = withoutNorms();
            graph.getParam("a_W").muli(1e15);
            graph.getParam("b_W").muli(1e15);
            graph.getParam("out_W").muli(1e-30);
            INDArray images = images().muli(1e7);
            try (Inference inference = Inference.of(graph, IMAGE, 4, engine)) {
                INDArray output = inference.output(images);
                assertThat(output.isNaN().any()).isFalse();
                INDArray expected = graph.outputSingle(images);
                assertThat(output.distance1(expected)).isLessThan(1e-5);
            }
        }

        private static ComputationGraph withoutNorms() {
            ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                    .seed(1)
                    .weightInit(WeightInit.XAVIER)
                    .activation(Activation.RELU)
                    .graphBuilder()
                    .addInputs("in")
                    .setInputTypes(InputType.convolutional(IMAGE.height(), IMAGE.width(), IMAGE.channels()))
                    .addLayer("a", new ConvolutionLayer.Builder(1, 1).nOut(2).build(), "in")
                    .addLayer("b", new ConvolutionLayer.Builder(1, 1).nOut(2).build(), "a")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "b")
                    .addLayer("out", UserGraph.softmax().build(), "pool")
                    .setOutputs("out")
                    .build());
            graph.init();
            return graph;
        }

        private static void overflow(ComputationGraph graph) {
            graph.getParam("a_W").assign(3e38);
            INDArray weights = graph.getParam("b_W");
            for (int out = 0; out < 2; out++) {
                weights.putScalar(new int[] {out, 0, 0, 0}, 1);
                weights.putScalar(new int[] {out, 1, 0, 0}, -1);
            }
        }
    }
}
