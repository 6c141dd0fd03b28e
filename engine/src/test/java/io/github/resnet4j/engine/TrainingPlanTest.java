package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** What holds of a plan beside its numbers: whose updater, which batches, whose memory, and until when. */
@Tag("threads")
class TrainingPlanTest {
    private static final Shape IMAGE = new Shape(3, 8, 6);
    private static final UserGraph USER = user("a user's", builder -> {});

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** Convolutions with normalisation and without, a ReLU that hides what is not a number, and a classifier. */
    private static UserGraph user(String name, Consumer<ConvolutionLayer.Builder> last) {
        return UserGraph.upTo("conv2", name, IMAGE, builder -> {
            ConvolutionLayer.Builder conv2 = convolution(5).activation(Activation.RELU);
            last.accept(conv2);
            builder.addLayer("conv1", convolution(7).build(), "in")
                    .addLayer("bn", new BatchNormalization.Builder().build(), "conv1")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                    .addLayer("conv2", conv2.build(), "relu");
        });
    }

    private static ConvolutionLayer.Builder convolution(int filters) {
        return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(filters).activation(Activation.IDENTITY);
    }

    private static INDArray images(String name, int batch) {
        int values = Math.toIntExact(batch * IMAGE.elements());
        return Nd4j.createFromArray(Seeded.uniform(name, values, -2, 2))
                .reshape(batch, IMAGE.channels(), IMAGE.height(), IMAGE.width());
    }

    private static INDArray labels(String name, int batch) {
        return Seeded.labels(name, batch, UserGraph.CLASSES, 0);
    }

    private static Sgd momentum() {
        return new Sgd(0.9, false, 1e-2, Sgd.DecayOn.ALL, OptionalDouble.empty());
    }

    static Stream<Arguments> updaters() {
        UnaryOperator<NeuralNetConfiguration.Builder> sgd =
                settings -> settings.updater(new org.nd4j.linalg.learning.config.Sgd(0.1));
        return Stream.of(
                updater("plain", 1e-4, sgd),
                updater(
                        "a schedule",
                        1e-4,
                        settings -> settings.updater(new org.nd4j.linalg.learning.config.Sgd(
                                new StepSchedule(ScheduleType.ITERATION, 0.5, 0.5, 2)))),
                updater("Nesterov's momentum", 1e-4, settings -> settings.updater(new Nesterovs(0.05, 0.9))),
                updater("Adam", 1e-3, settings -> settings.updater(new Adam(1e-3))),
                updater("L2", 1e-4, settings -> sgd.apply(settings).l2(0.05)),
                updater("L1", 1e-4, settings -> sgd.apply(settings).l1(0.01)),
                updater("Adam, L2", 1e-3, settings -> settings.updater(new Adam(1e-3))
                        .l2(0.05)),
                updater("weight decay", 1e-4, settings -> sgd.apply(settings).weightDecay(0.05, true)),
                updater("Adam, weight decay without rate", 1e-3, settings -> settings.updater(new Adam(1e-3))
                        .weightDecay(1e-3, false)),
                updater("biases on their own", 1e-4, settings -> sgd.apply(settings)
                        .biasUpdater(new org.nd4j.linalg.learning.config.Sgd(0.5))),
                updater("clipped layers", 1e-4, settings -> sgd.apply(settings)
                        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                        .gradientNormalizationThreshold(0.05)),
                updater("clipped parameters", 1e-4, settings -> sgd.apply(settings)
                        .gradientNormalization(GradientNormalization.ClipL2PerParamType)
                        .gradientNormalizationThreshold(0.05)),
                updater("sums over the batch", 1e-4, settings -> settings.updater(
                                new org.nd4j.linalg.learning.config.Sgd(0.02))
                        .miniBatch(false)));
    }

    private static Arguments updater(
            String name, double bound, UnaryOperator<NeuralNetConfiguration.Builder> settings) {
        return Arguments.of(name, bound, settings);
    }

    /** No bias in front of the normalisation: its gradient is rounding, which Adam makes as large as any other. */
    private static ComputationGraph fitted(UnaryOperator<NeuralNetConfiguration.Builder> settings, boolean frozen) {
        ConvolutionLayer conv0 = convolution(4).activation(Activation.TANH).build();
        ComputationGraph graph = new ComputationGraph(settings.apply(
                        new NeuralNetConfiguration.Builder().seed(1).weightInit(WeightInit.XAVIER))
                .graphBuilder()
                .addInputs("in")
                .addLayer("conv0", frozen ? new FrozenLayer(conv0) : conv0, "in")
                .addLayer("conv1", convolution(6).hasBias(false).build(), "conv0")
                .addLayer("bn", new BatchNormalization.Builder().build(), "conv1")
                .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn")
                .addLayer("conv2", convolution(5).activation(Activation.TANH).build(), "tanh")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv2")
                .addLayer("out", UserGraph.softmax().build(), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(IMAGE.height(), IMAGE.width(), IMAGE.channels()))
                .build());
        graph.init();
        graph.getConfiguration().setIterationCount(3);
        graph.getConfiguration().setEpochCount(2);
        return graph;
    }

    /** The last step is DL4J's own on both sides: it must find the updater's state and the counts as its own. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("updaters")
    void stepsAsFitDoes(String name, double bound, UnaryOperator<NeuralNetConfiguration.Builder> settings) {
        ComputationGraph graph = fitted(settings, false);
        ComputationGraph reference = fitted(settings, false);
        fitBoth(graph, reference, bound);
    }

    @Test
    void stepsAsFitDoesOverAFrozenLayer() {
        UnaryOperator<NeuralNetConfiguration.Builder> settings =
                builder -> builder.updater(new Nesterovs(0.05, 0.9)).l2(0.05);
        ComputationGraph graph = fitted(settings, true);
        Bits frozen = Bits.of(graph.getParam("conv0_W"));
        fitBoth(graph, fitted(settings, true), 1e-4);
        assertThat(Bits.of(graph.getParam("conv0_W"))).isEqualTo(frozen);
    }

    private static void fitBoth(ComputationGraph graph, ComputationGraph reference, double bound) {
        assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(reference.params()));
        FloatBuffer start = Seeded.copyOfParameters(graph);
        Listener listener = new Listener();
        Listener expected = new Listener();
        graph.setListeners(listener);
        reference.setListeners(expected);
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE)) {
            for (int i = 0; i < 6; i++) {
                int batch = i == 3 ? 3 : 4;
                INDArray images = images("fit" + i, batch);
                plan.step(images, labels("fit" + i, batch));
                reference.fit(new INDArray[] {images}, new INDArray[] {labels("fit" + i, batch)});
            }
        }
        for (ComputationGraph each : List.of(graph, reference)) {
            each.fit(new INDArray[] {images("last", 4)}, new INDArray[] {labels("last", 4)});
        }
        assertThat(listener.calls).isEqualTo(expected.calls).hasSize(7).startsWith("iteration 3 of epoch 2, counted 3");
        for (int i = 0; i < 7; i++) {
            assertThat(listener.scores.get(i))
                    .as("score %d", i)
                    .isCloseTo(expected.scores.get(i), within(1e-5 * expected.scores.get(i)));
        }
        assertThat(graph.getConfiguration().getIterationCount()).isEqualTo(10);
        assertThat(partsOfTheWay(graph, reference, start)).allSatisfy(Pass.within(bound));
    }

    /** Distance of each parameter from the reference's, in parts of the way that one went. */
    private static Map<String, Double> partsOfTheWay(
            ComputationGraph graph, ComputationGraph reference, FloatBuffer start) {
        Map<String, Double> parts = new LinkedHashMap<>();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            float[] wanted = values(Seeded.copyOfParameters(reference), segment);
            double distance = Golden.distance(values(Seeded.copyOfParameters(graph), segment), wanted);
            double way = Golden.distance(wanted, values(start, segment));
            assertThat(way > 0).as("%s moves", segment).isEqualTo(!segment.frozen());
            parts.put(segment.vertex() + "_" + segment.key(), distance == 0 ? 0 : distance / way);
        }
        return parts;
    }

    private static float[] values(FloatBuffer flat, ParameterLayout.Segment segment) {
        float[] values = new float[segment.length()];
        flat.get(segment.offset(), values);
        return values;
    }

    private static final class Listener extends BaseTrainingListener {
        private final List<String> calls = new ArrayList<>();
        private final List<Double> scores = new ArrayList<>();

        @Override
        public void iterationDone(Model model, int iteration, int epoch) {
            int counted = ((ComputationGraph) model).getConfiguration().getIterationCount();
            calls.add("iteration " + iteration + " of epoch " + epoch + ", counted " + counted);
            scores.add(model.score());
        }
    }

    @Test
    void takesTheKindOfStepItWasCompiledFor() {
        try (TrainingPlan own = TrainingPlan.compile(USER.graph(), IMAGE, momentum());
                TrainingPlan graphs = TrainingPlan.compile(USER.graph(), IMAGE)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> own.step(images("x", 2), labels("x", 2)))
                    .withMessageContaining("step(features, labels, lr)");
            assertThatIllegalStateException()
                    .isThrownBy(() -> graphs.step(images("x", 2), labels("x", 2), 0.1))
                    .withMessageContaining("step(features, labels)");
            assertThatIllegalStateException().isThrownBy(graphs::state).withMessageContaining("getUpdater()");
        }
    }

    static Stream<Arguments> runs() {
        ParityCase residual = ParityCase.reduced("bottleneck_b_imagenet_3x16x16");
        return Stream.of(
                Arguments.of("a residual network", new Run(residual, Optional.empty())),
                Arguments.of("frozen stages", new Run(residual, Optional.of("layer1"))));
    }

    private record Run(ParityCase parity, Optional<String> frozenUpTo) {

        /** Everything that six steps leave, the plan being compiled anew before each of {@code resumed}. */
        List<Object> traces(List<Integer> resumed) {
            ComputationGraph graph = parity.graph(frozenUpTo);
            List<Object> traces = new ArrayList<>();
            TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), momentum());
            for (int i = 0; i < 6; i++) {
                if (resumed.contains(i)) {
                    FloatBuffer velocity = copy(plan.state().get("velocity"));
                    plan.close();
                    plan = TrainingPlan.compile(graph, parity.image(), momentum());
                    plan.state().get("velocity").put(velocity);
                }
                int batch = i % 3 == 2 ? 2 : 4;
                INDArray images = Seeded.images("run" + i, batch, parity.network());
                INDArray labels =
                        Seeded.labels("run" + i, batch, parity.network().classes(), 0);
                traces.add(plan.step(images, labels, 0.05));
                traces.add(Bits.of(graph.getFlattenedGradients()));
            }
            traces.add(Bits.of(graph.params()));
            traces.add(Bits.of(plan.state().get("velocity")));
            plan.close();
            return traces;
        }
    }

    private static FloatBuffer copy(FloatBuffer values) {
        return FloatBuffer.allocate(values.capacity()).put(values).flip();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void sameStepsGiveTheSameBytes(String name, Run run) {
        List<Object> first = run.traces(List.of());
        assertThat(first.stream().distinct()).as("every step differs").hasSameSizeAs(first);
        assertThat(run.traces(List.of())).isEqualTo(first);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void goesOnWhereAClosedPlanStopped(String name, Run run) {
        assertThat(run.traces(List.of(1, 4))).isEqualTo(run.traces(List.of()));
    }

    @Test
    void goesOnWithTheStateOfTheGraphsOwnUpdater() {
        assertThat(adam(true))
                .isEqualTo(adam(false))
                .isNotEqualTo(Bits.of(fitted(b -> b, false).params()));
    }

    private static Bits adam(boolean resumed) {
        ComputationGraph graph = fitted(settings -> settings.updater(new Adam(1e-2)), false);
        TrainingPlan plan = TrainingPlan.compile(graph, IMAGE);
        for (int i = 0; i < 4; i++) {
            if (resumed && i == 2) {
                plan.close();
                plan = TrainingPlan.compile(graph, IMAGE);
            }
            plan.step(images("adam" + i, 4), labels("adam" + i, 4));
        }
        plan.close();
        return Bits.of(graph.params());
    }

    private static UserGraph dropout() {
        return user("dropout", last -> last.dropOut(0.5));
    }

    @Test
    void sameSeedDropsTheSameValues() {
        assertThat(gradientsOfSizes(dropout(), 4, 4, 3, 2, 4)).isEqualTo(gradientsOfSizes(dropout(), 4, 4, 3, 2, 4));
    }

    @Test
    void everyIterationDropsOtherValues() {
        List<Bits> gradients = gradientsOfSizes(dropout(), 4, 4, 3, 2, 4, 3);
        assertThat(gradients.stream().distinct()).hasSameSizeAs(gradients);
        List<Bits> without = gradientsOfSizes(USER, 4, 4, 3, 2, 4, 3);
        assertThat(without.get(4)).as("without dropout").isEqualTo(without.get(0));
        assertThat(without.get(5)).as("without dropout").isEqualTo(without.get(2));
    }

    private static List<Bits> gradientsOfSizes(UserGraph user, int... sizes) {
        ComputationGraph graph = user.graph();
        List<Bits> gradients = new ArrayList<>();
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            for (int i = 0; i < sizes.length; i++) {
                graph.getConfiguration().setIterationCount(i);
                plan.gradients(images("size" + sizes[i], sizes[i]), labels("size" + sizes[i], sizes[i]));
                gradients.add(Bits.of(graph.getFlattenedGradients()));
            }
        }
        return gradients;
    }

    @Test
    void batchesOfAnySizeInAnyOrderHaveGradientsOfTheirOwn() {
        ComputationGraph graph = USER.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            for (int size : new int[] {8, 3, 8, 1, 5, 8, 3}) {
                INDArray images = images("of " + size, size);
                INDArray labels = labels("of " + size, size);
                Pass pass = Pass.byPlan(plan, graph, images, labels);
                Pass reference = Pass.byDl4j(USER.exact(), images, labels);
                assertThat(pass.lossDeviation(reference)).as("loss of %d", size).isLessThan(1e-5);
                assertThat(pass.gradientDeviations(reference, 0.1))
                        .as("gradients of %d", size)
                        .allSatisfy(Pass.within(1e-4));
                assertThat(pass.statisticsDeviations(reference))
                        .as("statistics of %d", size)
                        .allSatisfy(Pass.within(1e-5));

                ComputationGraph fresh = USER.graph();
                try (TrainingPlan alone = TrainingPlan.compile(fresh, IMAGE, momentum())) {
                    TrainingStep.Result result = alone.gradients(images, labels);
                    assertThat(result.loss()).isEqualTo(pass.loss());
                    assertThat(Bits.of(graph.getFlattenedGradients()))
                            .isEqualTo(Bits.of(fresh.getFlattenedGradients()));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsImagesAndLabelsInAnyArrangement(Arrangement arrangement) {
        ComputationGraph graph = USER.graph();
        INDArray images = Arrangement.exact(images("arranged", 4));
        INDArray labels = Arrangement.exact(Seeded.labels("arranged", 4, UserGraph.CLASSES, 0.5));
        assertThat(labels.sumNumber().floatValue()).isEqualTo(4);
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            TrainingStep.Result plain = plan.gradients(images, labels);
            Bits gradients = Bits.of(graph.getFlattenedGradients());
            graph.getFlattenedGradients().assign(7);
            assertThat(plan.gradients(arrangement.of(images), arrangement.of(labels)))
                    .isEqualTo(plain);
            assertThat(Bits.of(graph.getFlattenedGradients())).isEqualTo(gradients);
        }
    }

    static Stream<Arguments> unfit() {
        INDArray images = images("unfit", 3);
        INDArray labels = labels("unfit", 3);
        return Stream.of(
                Arguments.of("an image without a batch", images.slice(0), labels, "[3, 8, 6]"),
                Arguments.of("a fifth axis", images.reshape(3, 3, 8, 6, 1), labels, "[3, 3, 8, 6, 1]"),
                Arguments.of("no image", Nd4j.create(DataType.FLOAT, 0, 3, 8, 6), labels, "[0, 3, 8, 6]"),
                Arguments.of("nothing", Nd4j.empty(DataType.FLOAT), labels, "[]"),
                Arguments.of("a row too many", Nd4j.zeros(3, 3, 9, 6), labels, "expected images of 3x8x6"),
                Arguments.of("a column too few", Nd4j.zeros(3, 3, 8, 5), labels, "expected images of 3x8x6"),
                Arguments.of("channels last", images.permute(0, 2, 3, 1), labels, "[3, 8, 6, 3]"),
                Arguments.of("grey images", Nd4j.zeros(3, 1, 8, 6), labels, "[3, 1, 8, 6]"),
                Arguments.of("labels of one more", images, labels("unfit", 4), "3×4, got [4, 4]"),
                Arguments.of("labels of one less", images, labels("unfit", 2), "3×4, got [2, 4]"),
                Arguments.of("another class", images, Nd4j.zeros(3, 5), "3×4, got [3, 5]"),
                Arguments.of("class numbers", images, Nd4j.createFromArray(0f, 1f, 2f), "3×4, got [3]"),
                Arguments.of("labels in a column", images, Nd4j.zeros(3, 1), "3×4, got [3, 1]"),
                Arguments.of("labels of maps", images, Nd4j.zeros(3, 4, 1, 1), "3×4, got [3, 4, 1, 1]"),
                Arguments.of("labels across", images, labels("unfit", 3).transpose(), "3×4, got [4, 3]"),
                Arguments.of("no label", images, Nd4j.create(DataType.FLOAT, 0, 4), "3×4, got [0, 4]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfit")
    void rejectsWhatDoesNotFit(String name, INDArray images, INDArray labels, String told) {
        isRejectedAndLeavesNothing(images, labels, told);
    }

    static Stream<Arguments> notFinite() {
        int values = Math.toIntExact(IMAGE.elements());
        return Stream.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)
                .flatMap(value -> Stream.of(0, values - 1, values, 2 * values + 70, 3 * values - 1)
                        .map(at -> Arguments.of(value, at, "image " + at / values + " of the batch")));
    }

    @ParameterizedTest(name = "{0} at {1} is in {2}")
    @MethodSource("notFinite")
    void namesTheImageThatIsNotFinite(float value, int at, String told) {
        INDArray images = images("not finite", 3);
        images.data().put(at, value);
        isRejectedAndLeavesNothing(images, labels("not finite", 3), told);
    }

    private static void isRejectedAndLeavesNothing(INDArray images, INDArray labels, String told) {
        ComputationGraph graph = USER.graph();
        ComputationGraph untouched = USER.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum());
                TrainingPlan other = TrainingPlan.compile(untouched, IMAGE, momentum())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.gradients(images, labels))
                    .withMessageContaining(told);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.step(images, labels, 0.1))
                    .withMessageContaining(told);
            plan.step(images("fit", 3), labels("fit", 3), 0.1);
            other.step(images("fit", 3), labels("fit", 3), 0.1);
            assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(untouched.params()));
            assertThat(Bits.of(plan.state().get("velocity")))
                    .isEqualTo(Bits.of(other.state().get("velocity")));
        }
    }

    static Stream<Arguments> brokenParameters() {
        return ParameterLayout.of(USER.graph()).segments().stream()
                .filter(segment -> segment.kind().trained())
                .flatMap(segment -> Stream.of(Float.NaN, Float.NEGATIVE_INFINITY)
                        .map(value -> Arguments.of(segment.vertex() + " " + segment.key(), value, segment)));
    }

    /** A ReLU of oneDNN turns NaN into zero: behind it, the loss looks like any other. */
    @ParameterizedTest(name = "{0} has a {1}")
    @MethodSource("brokenParameters")
    void lossIsNaNOnceAParameterIsNotFinite(String name, float value, ParameterLayout.Segment segment) {
        for (int at : new int[] {segment.offset(), segment.offset() + segment.length() - 1}) {
            ComputationGraph graph = USER.graph();
            graph.params().putScalar(at, value);
            try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
                assertThat(plan.gradients(images("x", 3), labels("x", 3)).loss())
                        .as("of gradients")
                        .isNaN();
                assertThat(plan.step(images("x", 3), labels("x", 3), 0.1).loss())
                        .as("of a step")
                        .isNaN();
            }
            ComputationGraph own = USER.graph();
            own.params().putScalar(at, value);
            try (TrainingPlan plan = TrainingPlan.compile(own, IMAGE)) {
                assertThat(plan.step(images("x", 3), labels("x", 3)).loss())
                        .as("of a step of the graph's own updater")
                        .isNaN();
                assertThat(own.score()).isNaN();
            }
        }
    }

    @Test
    void lossIsNaNOnceALogitIsInfinite() {
        ComputationGraph graph = USER.graph();
        graph.getParam("conv2_b").assign(10);
        graph.getParam("out_W").getColumn(1).assign(-3e38);
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            assertThat(plan.gradients(images("x", 3), labels("x", 3)).loss()).isNaN();
        }
    }

    @Test
    void lossIsANumberAgainOnceTheParametersAre() {
        ComputationGraph graph = USER.graph();
        float before = graph.params().getFloat(0);
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            double loss = plan.gradients(images("x", 3), labels("x", 3)).loss();
            graph.params().putScalar(0, Float.NaN);
            assertThat(plan.gradients(images("x", 3), labels("x", 3)).loss()).isNaN();
            graph.params().putScalar(0, before);
            assertThat(plan.gradients(images("x", 3), labels("x", 3)).loss()).isEqualTo(loss);
        }
    }

    @Test
    void seesParametersThatAreSetFromOutside() {
        ComputationGraph graph = USER.graph();
        INDArray half = graph.params().mul(0.5);
        ComputationGraph other = USER.graph();
        other.params().assign(half);
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum());
                TrainingPlan wanted = TrainingPlan.compile(other, IMAGE, momentum())) {
            double before = plan.gradients(images("x", 3), labels("x", 3)).loss();
            graph.init(); // does nothing the second time
            assertThat(plan.gradients(images("x", 3), labels("x", 3)).loss()).isEqualTo(before);
            graph.setParams(half);
            assertThat(plan.gradients(images("x", 3), labels("x", 3)))
                    .isEqualTo(wanted.gradients(images("x", 3), labels("x", 3)));
            assertThat(Bits.of(graph.getFlattenedGradients())).isEqualTo(Bits.of(other.getFlattenedGradients()));
            assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(half));
        }
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change("other parameters", "array of the graph's parameters", Changeable::replaceParameters),
                change("other gradients", "array of the graph's gradients", ComputationGraph::initGradientsView),
                change("a frozen layer", "graph was changed", graph -> graph.getVertex("conv1")
                        .setLayerAsFrozen()),
                change("closed", "graph was closed", ComputationGraph::close));
    }

    private static Arguments change(String name, String told, Consumer<Changeable> change) {
        return Arguments.of(name, told, change);
    }

    /** DL4J's field is open to subclasses. */
    static final class Changeable extends ComputationGraph {
        private static final long serialVersionUID = 1L;

        Changeable(ComputationGraph graph) {
            super(graph.getConfiguration());
            init(Nd4j.create(DataType.FLOAT, 1, graph.numParams()).assign(graph.params()), false);
        }

        void replaceParameters() {
            flattenedParams = flattenedParams.dup();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void saysThatTheGraphWasChanged(String name, String told, Consumer<Changeable> change) {
        Changeable graph = new Changeable(USER.graph());
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            plan.step(images("x", 3), labels("x", 3), 0.1);
            change.accept(graph);
            List<Runnable> calls = List.of(
                    () -> plan.step(images("x", 3), labels("x", 3), 0.1),
                    () -> plan.step(images("x", 2), labels("x", 2), 0.1),
                    () -> plan.gradients(images("x", 3), labels("x", 3)),
                    () -> plan.profile(images("x", 3), labels("x", 3), 1),
                    () -> plan.report(5),
                    plan::refresh);
            assertThat(calls).allSatisfy(call -> assertThatExceptionOfType(StalePlanException.class)
                    .isThrownBy(call::run)
                    .withMessageContaining(told));
        }
    }

    /** What follows a frozen layer has the gradients that tell what the frozen one did. */
    @ParameterizedTest
    @ValueSource(ints = {4, 3})
    void frozenLayersStayAsTheyWereUntilRefreshed(int laterBatch) {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        Optional<String> upTo = Optional.of("layer1");
        INDArray images = Seeded.images("later", laterBatch, parity.network());
        INDArray labels = Seeded.labels("later", laterBatch, parity.network().classes(), 0);
        ComputationGraph before = parity.graph(upTo);
        ComputationGraph after = parity.graph(upTo);
        ComputationGraph graph = parity.graph(upTo);
        scaleFrozen(after);
        try (TrainingPlan old = TrainingPlan.compile(before, parity.image(), momentum());
                TrainingPlan anew = TrainingPlan.compile(after, parity.image(), momentum());
                TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), momentum())) {
            plan.gradients(Seeded.images("first", 4, parity.network()), Seeded.labels("first", 4, 5, 0));
            scaleFrozen(graph);
            assertThat(plan.gradients(images, labels)).isEqualTo(old.gradients(images, labels));
            plan.refresh();
            assertThat(plan.gradients(images, labels))
                    .isEqualTo(anew.gradients(images, labels))
                    .isNotEqualTo(old.gradients(images, labels));
        }
    }

    @Test
    void frozenLayersAreThoseOfTheCompilationThoughTheFirstBatchComesLater() {
        ParityCase parity = ParityCase.reduced("basic_b_cifar_3x8x8");
        ComputationGraph graph = parity.graph(Optional.of("layer1"));
        ComputationGraph before = parity.graph(Optional.of("layer1"));
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), momentum());
                TrainingPlan old = TrainingPlan.compile(before, parity.image(), momentum())) {
            scaleFrozen(graph);
            assertThat(plan.gradients(parity.images(), parity.labels()))
                    .isEqualTo(old.gradients(parity.images(), parity.labels()));
        }
    }

    private static void scaleFrozen(ComputationGraph graph) {
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            for (int i = segment.offset(); segment.frozen() && i < segment.offset() + segment.length(); i++) {
                parameters.put(i, 1.5f * parameters.get(i));
            }
        }
    }

    @Test
    void everyMethodOfAClosedPlanSaysSo() {
        ComputationGraph graph = USER.graph();
        TrainingPlan own = TrainingPlan.compile(graph, IMAGE, momentum());
        TrainingPlan graphs = TrainingPlan.compile(USER.graph(), IMAGE);
        own.step(images("x", 3), labels("x", 3), 0.1);
        INDArray left = graph.params().dup();
        for (int times = 0; times < 2; times++) {
            own.close();
            graphs.close();
            List<Runnable> calls = List.of(
                    () -> own.step(images("x", 3), labels("x", 3), 0.1),
                    () -> own.step(images("x", 2), labels("x", 2), 0.1),
                    () -> own.gradients(images("x", 3), labels("x", 3)),
                    () -> own.profile(images("x", 3), labels("x", 3), 1),
                    () -> own.report(3),
                    own::refresh,
                    () -> graphs.step(images("x", 3), labels("x", 3)),
                    () -> graphs.gradients(images("x", 3), labels("x", 3)));
            assertThat(calls).allSatisfy(call -> assertThatIllegalStateException()
                    .isThrownBy(call::run)
                    .withMessageContaining("closed"));
        }
        assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(left));
        assertThat(own.state().get("velocity").get(0))
                .as("the state is there for whoever goes on")
                .isNotZero();
        assertThat(graph.outputSingle(images("x", 3)).sumNumber().floatValue()).isCloseTo(3, within(1e-5f));
    }

    /** The listener of the step holds it up; the plan cannot be closed meanwhile. */
    @Test
    void closingWaitsForTheStepThatIsUnderWay() throws Exception {
        ComputationGraph graph = USER.graph();
        TrainingPlan plan = TrainingPlan.compile(graph, IMAGE);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        graph.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                inside.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        CompletableFuture<TrainingStep.Result> step =
                CompletableFuture.supplyAsync(() -> plan.step(images("x", 3), labels("x", 3)));
        inside.await();
        Thread closing = new Thread(plan::close);
        closing.start();
        while (closing.getState() != Thread.State.BLOCKED) {
            assertThat(closing.isAlive()).as("closed during a step").isTrue();
            Thread.onSpinWait();
        }
        goOn.countDown();
        assertThat(step.get().loss()).isPositive();
        closing.join();
        assertThatIllegalStateException().isThrownBy(() -> plan.report(1)).withMessageContaining("closed");
    }

    @Test
    void measuresWithoutChangingAnything() {
        ComputationGraph graph = USER.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, IMAGE, momentum())) {
            PlanProfile profile = plan.profile(Arrangement.FORTRAN_ORDER.of(images("x", 3)), labels("x", 3), 2);
            assertThat(profile.batch()).isEqualTo(3);
            assertThat(profile.timings().stream().map(PlanProfile.Timing::step))
                    .isEqualTo(plan.report(3).steps());
            assertThat(Bits.of(graph.params())).isEqualTo(Bits.of(USER.graph().params()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.profile(images("x", 3), labels("x", 3), 0))
                    .withMessageContaining("at least 1 round is needed, got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.report(0))
                    .withMessageContaining("a batch must have at least 1 image, got 0");
        }
    }

    /**
     * A plan's copies of arrays that it cannot read as they are belong to nobody else: they must not be reclaimed while
     * native code works on them. Another thread reclaims here, and writes over what is free.
     */
    @Test
    void keepsWhatItWorksOnUntilTheEndOfAStep() throws InterruptedException {
        Shape large = new Shape(3, 48, 48);
        UserGraph user = UserGraph.upTo(
                "conv",
                "large",
                large,
                b -> b.addLayer(
                        "conv", new ConvolutionLayer.Builder(9, 9).nOut(24).build(), "in"));
        ComputationGraph graph = user.graph();
        INDArray images = user.images(8).dup('f');
        INDArray labels = user.labels(8).dup('f');
        compileSteps();
        AtomicBoolean done = new AtomicBoolean();
        Thread reclaiming = new Thread(() -> {
            while (!done.get()) {
                System.gc();
                Reference.reachabilityFence(Nd4j.valueArrayOf(new long[] {8, 3, 48, 48}, 1e6));
            }
        });
        try (TrainingPlan plan = TrainingPlan.compile(graph, large, momentum())) {
            OpenMp.alone(() -> plan.gradients(images, labels));
            float[] expected = graph.getFlattenedGradients().data().asFloat();
            reclaiming.start();
            for (int i = 0; i < 15; i++) {
                OpenMp.alone(() -> plan.gradients(images, labels));
                assertThat(graph.getFlattenedGradients().data().asFloat()).isEqualTo(expected);
            }
        } finally {
            done.set(true);
            reclaiming.join();
        }
    }

    /** Interpreted code keeps everything: only what is compiled forgets early. */
    private static void compileSteps() {
        try (TrainingPlan plan = TrainingPlan.compile(USER.graph(), IMAGE, momentum())) {
            INDArray images = images("x", 1);
            INDArray labels = labels("x", 1);
            OpenMp.alone(() -> {
                for (int i = 0; i < 700; i++) {
                    plan.gradients(images, labels);
                }
                return null;
            });
        }
    }
}
