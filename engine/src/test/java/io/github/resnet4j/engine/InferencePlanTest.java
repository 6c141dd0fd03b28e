package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What holds of a plan beside its numbers: which batches, which vertices, how many callers, and until when. */
@Tag("threads")
class InferencePlanTest {
    private static final ParityCase CASE = ParityCase.reduced("bottleneck_b_imagenet_3x16x16");
    private static final List<String> MAPS = List.of("conv1", "layer2.0.bn1", "avgpool");
    private static final Shape IMAGE = new Shape(3, 8, 6);

    /** A sum, a dropout that does nothing, and a classifier that flattens maps. */
    private static final UserGraph USER = new UserGraph("a user's", IMAGE, builder -> builder.addLayer(
                    "conv1", convolution(6).activation(Activation.RELU).build(), "in")
            .addLayer("bn", new BatchNormalization.Builder().build(), "conv1")
            .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn")
            .addLayer("conv2", convolution(6).dropOut(0.5).build(), "tanh")
            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv2", "conv1")
            .addLayer("max", new SubsamplingLayer.Builder(2, 2).build(), "sum")
            .addLayer(
                    "dense",
                    new DenseLayer.Builder().nOut(9).activation(Activation.RELU).build(),
                    "max")
            .addLayer("out", UserGraph.softmax().build(), "dense")
            .setOutputs("out"));

    private static ConvolutionLayer.Builder convolution(int filters) {
        return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(filters);
    }

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static InferencePlan plan(int maxBatch) {
        return InferencePlan.compile(CASE.graph(), CASE.image(), maxBatch);
    }

    private static INDArray images(String name, int batch) {
        return Seeded.images(name, batch, CASE.network());
    }

    private static List<Float> values(INDArray array) {
        float[] values = array.dup('c').data().asFloat();
        Float[] boxed = new Float[values.length];
        Arrays.setAll(boxed, i -> values[i]);
        return Arrays.asList(boxed);
    }

    @Test
    void answersBatchesOfAnySizeImageByImage() {
        INDArray images = images("any size", 13);
        try (InferencePlan plan = plan(13);
                InferencePlan single = plan(1)) {
            List<INDArray> one = IntStream.range(0, 13)
                    .mapToObj(i -> single.output(images.get(NDArrayIndex.interval(i, i + 1))))
                    .toList();
            INDArray wanted = Nd4j.vstack(one);
            for (int size : new int[] {13, 1, 7, 12, 2, 3, 11, 8, 13, 5}) {
                INDArray output = plan.output(images.get(NDArrayIndex.interval(0, size)));
                assertThat(output.shape()).containsExactly(size, 5);
                assertThat(Pass.deviation(output, wanted.get(NDArrayIndex.interval(0, size))))
                        .as("%d images", size)
                        .isLessThan(1e-6);
            }
        }
    }

    @Test
    void answersBatchesOfLargeImagesInPieces() {
        UserGraph user = UserGraph.upTo("relu", "large", new Shape(1, 1024, 1024), builder -> builder.addLayer(
                        "conv", new ConvolutionLayer.Builder(1, 1).nOut(16).build(), "in")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "conv"));
        ComputationGraph graph = user.graph();
        INDArray images = user.images(5);
        try (InferencePlan plan = InferencePlan.compile(graph, user.image(), 5);
                InferencePlan single = InferencePlan.compile(graph, user.image(), 1)) {
            assertThat(plan.report().batch()).as("images in a piece").isLessThan(3);
            INDArray output = plan.output(images);
            for (int i = 0; i < 5; i++) {
                INDArray one = single.output(images.get(NDArrayIndex.interval(i, i + 1)));
                assertThat(Pass.deviation(output.get(NDArrayIndex.interval(i, i + 1)), one))
                        .as("image %d", i)
                        .isLessThan(1e-6);
            }
        }
    }

    @Test
    void sameBatchGivesTheSameBytes() {
        INDArray images = images("same", 7);
        try (InferencePlan plan = plan(7);
                InferencePlan again = plan(7)) {
            Bits first = Bits.of(plan.output(images));
            plan.output(images("other", 7));
            assertThat(Bits.of(plan.output(images))).isEqualTo(first);
            assertThat(Bits.of(again.output(images))).isEqualTo(first);
        }
    }

    @Test
    void callersKeepTheirArrays() {
        INDArray images = images("kept", 4);
        Bits given = Bits.of(images);
        try (InferencePlan plan = plan(4)) {
            INDArray output = plan.output(images);
            Bits answered = Bits.of(output);
            plan.output(images("later", 4));
            assertThat(Bits.of(output)).isEqualTo(answered);
            assertThat(Bits.of(images)).isEqualTo(given);
            plan.output(images).assign(0);
            assertThat(Bits.of(plan.output(images))).isEqualTo(answered);
        }
    }

    static Stream<Arguments> graphs() {
        return Stream.of(
                Arguments.of("the zoo's", CASE.graph(), CASE.image(), CASE.images()),
                Arguments.of("a user's", USER.graph(), IMAGE, USER.images(3)));
    }

    /** DL4J gives the reference one vertex at a time: its activations write over what they read. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void mapsOfEveryVertexAreDl4js(String name, ComputationGraph graph, Shape image, INDArray images) {
        List<String> vertices =
                Stream.of(graph.getVertices()).map(GraphVertex::getVertexName).toList();
        List<String> layers = vertices.stream()
                .filter(vertex -> !graph.getConfiguration().getNetworkInputs().contains(vertex))
                .toList();
        Inference dl4j = Inference.of(graph, image, 3, Engine.DL4J);
        Map<String, INDArray> wanted = dl4j.featureMaps(images, layers);
        try (InferencePlan plan = InferencePlan.compile(graph, image, 3)) {
            Map<String, INDArray> together = plan.featureMaps(images, vertices);
            assertThat(together.keySet()).containsExactlyElementsOf(vertices);
            together.forEach((vertex, map) -> isNear(vertex, map, wanted.getOrDefault(vertex, images)));
            for (String vertex : vertices) {
                Map<String, INDArray> alone = plan.featureMaps(images, List.of(vertex));
                assertThat(alone).containsOnlyKeys(vertex);
                isNear(vertex + " alone", alone.get(vertex), wanted.getOrDefault(vertex, images));
            }
        }
    }

    private static void isNear(String name, INDArray map, INDArray wanted) {
        assertThat(map.shape()).as(name).isEqualTo(wanted.shape());
        assertThat(Pass.deviation(map, wanted)).as(name).isLessThan(1e-5);
    }

    @Test
    void namesMayComeInAnyOrderAndTwice() {
        try (InferencePlan plan = plan(3)) {
            Map<String, INDArray> maps = plan.featureMaps(CASE.images(), List.of("fc", "conv1", "fc"));
            assertThat(maps.keySet()).containsExactly("fc", "conv1");
            assertThat(maps.get("fc").shape()).containsExactly(3, 5);
            assertThat(values(plan.featureMaps(CASE.images(), List.of("conv1")).get("conv1")))
                    .isEqualTo(values(maps.get("conv1")));
        }
    }

    static Stream<Arguments> notFinite() {
        int values = Math.toIntExact(CASE.image().elements());
        return Stream.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)
                .flatMap(value ->
                        Stream.of(0, 2 * values + 70, 5 * values - 1).map(at -> Arguments.of(value, at, at / values)));
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("notFinite")
    void imageThatIsNotFiniteGivesNaNAndLeavesTheOthers(float value, int at, int broken) {
        INDArray images = images("not finite", 5);
        try (InferencePlan plan = plan(5)) {
            Map<String, INDArray> before = maps(plan, images, MAPS);
            images.data().put(at, value);
            Map<String, INDArray> after = maps(plan, images, MAPS);
            before.forEach((name, map) -> {
                for (int i = 0; i < 5; i++) {
                    List<Float> now = values(after.get(name).get(NDArrayIndex.interval(i, i + 1)));
                    if (i == broken) {
                        assertThat(now).as("%s of image %d", name, i).allMatch(v -> v.isNaN());
                    } else {
                        assertThat(now)
                                .as("%s of image %d", name, i)
                                .isEqualTo(values(map.get(NDArrayIndex.interval(i, i + 1))));
                    }
                }
            });
            INDArray alone = images.get(NDArrayIndex.interval(broken, broken + 1));
            assertThat(values(plan.output(alone))).as("alone").allMatch(v -> v.isNaN());
        }
    }

    /** The output and the maps of these vertices. */
    private static Map<String, INDArray> maps(Inference plan, INDArray images, List<String> vertices) {
        Map<String, INDArray> maps = new LinkedHashMap<>(plan.featureMaps(images, vertices));
        maps.put("output", plan.output(images));
        return maps;
    }

    static Stream<Arguments> unfit() {
        INDArray images = CASE.images();
        return Stream.of(
                Arguments.of("an image without a batch", images.slice(0), "[3, 16, 16]"),
                Arguments.of("a fifth axis", images.reshape(3, 3, 16, 16, 1), "[3, 3, 16, 16, 1]"),
                Arguments.of("no image", Nd4j.create(DataType.FLOAT, 0, 3, 16, 16), "[0, 3, 16, 16]"),
                Arguments.of("nothing", Nd4j.empty(DataType.FLOAT), "[]"),
                Arguments.of("a row too many", Nd4j.zeros(3, 3, 17, 16), "expected images of 3x16x16"),
                Arguments.of("a column too few", Nd4j.zeros(3, 3, 16, 15), "expected images of 3x16x16"),
                Arguments.of("channels last", images.permute(0, 2, 3, 1), "[3, 16, 16, 3]"),
                Arguments.of("grey images", Nd4j.zeros(3, 1, 16, 16), "[3, 1, 16, 16]"),
                Arguments.of("one more than the maximum", Nd4j.zeros(4, 3, 16, 16), "4 images; the"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfit")
    void rejectsWhatDoesNotFit(String name, INDArray images, String told) {
        try (InferencePlan plan = plan(3)) {
            for (Runnable call :
                    List.<Runnable>of(() -> plan.output(images), () -> plan.featureMaps(images, List.of("conv1")))) {
                assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(told);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.featureMaps(CASE.images(), List.of()))
                    .withMessageContaining("name at least one");
            assertThat(plan.output(CASE.images()).shape()).containsExactly(3, 5);
        }
    }

    private static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void answersManyThreadsAsOne() throws Exception {
        List<INDArray> batches = IntStream.range(0, 9)
                .mapToObj(i -> images("thread" + i, 1 + i % 5))
                .toList();
        try (InferencePlan plan = plan(5);
                InferencePlan sequential = plan(5)) {
            List<Map<String, INDArray>> wanted =
                    batches.stream().map(batch -> maps(sequential, batch, MAPS)).toList();
            CyclicBarrier start = new CyclicBarrier(8);
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                tasks.add(() -> {
                    start.await();
                    for (int round = 0; round < 25; round++) {
                        int i = (thread + round * 4) % batches.size();
                        Map<String, INDArray> maps = round % 5 == 4
                                ? maps(plan, batches.get(i), MAPS)
                                : Map.of("output", plan.output(batches.get(i)));
                        maps.forEach((name, map) -> assertThat(
                                        Pass.deviation(map, wanted.get(i).get(name)))
                                .as("%s of batch %d", name, i)
                                .isLessThan(1e-6));
                    }
                    return OpenMp.threads();
                });
            }
            assertThat(together(tasks)).as("threads of each caller's own").containsOnly(OpenMp.threads());
        }
    }

    /** Every answer is wholly that of the old parameters or of the new ones, also where it is the first of its kind. */
    @Test
    void refreshesBetweenTheAnswersOfOthers() throws Exception {
        ComputationGraph graph = CASE.graph();
        List<INDArray> parameters = List.of(graph.params().dup(), graph.params().mul(1.1));
        List<INDArray> batches =
                IntStream.range(1, 6).mapToObj(i -> images("refreshed" + i, i)).toList();
        List<List<Map<String, INDArray>>> wanted = new ArrayList<>();
        for (INDArray each : parameters) {
            graph.params().assign(each);
            try (InferencePlan plan = InferencePlan.compile(graph, CASE.image(), 5)) {
                wanted.add(
                        batches.stream().map(batch -> maps(plan, batch, MAPS)).toList());
            }
        }
        AtomicBoolean done = new AtomicBoolean();
        try (InferencePlan plan = InferencePlan.compile(graph, CASE.image(), 5)) {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                tasks.add(() -> {
                    int answers = 0;
                    for (int round = thread; !done.get(); round++) {
                        int i = round % batches.size();
                        int vertex = round % MAPS.size();
                        Map<String, INDArray> maps =
                                plan.featureMaps(batches.get(i), MAPS.subList(vertex, MAPS.size()));
                        isOneOf(List.of(wanted.get(0).get(i), wanted.get(1).get(i)), maps);
                        Map<String, INDArray> output = Map.of("output", plan.output(batches.get(i)));
                        isOneOf(List.of(wanted.get(0).get(i), wanted.get(1).get(i)), output);
                        answers++;
                    }
                    return answers;
                });
            }
            tasks.add(() -> {
                try {
                    for (int i = 0; i < 30; i++) {
                        graph.params().assign(parameters.get(i % 2));
                        plan.refresh();
                    }
                    return 30;
                } finally {
                    done.set(true);
                }
            });
            assertThat(together(tasks)).allMatch(count -> count > 0);
        }
    }

    private static void isOneOf(List<Map<String, INDArray>> answers, Map<String, INDArray> maps) {
        List<Map<String, Double>> deviations = new ArrayList<>();
        for (Map<String, INDArray> answer : answers) {
            Map<String, Double> deviation = new LinkedHashMap<>();
            maps.forEach((name, map) -> deviation.put(name, Pass.deviation(map, answer.get(name))));
            deviations.add(deviation);
        }
        assertThat(deviations).anySatisfy(deviation -> assertThat(deviation).allSatisfy(Pass.within(1e-5)));
    }

    @Test
    void closesBetweenTheAnswersOfOthers() throws Exception {
        List<INDArray> batches =
                IntStream.range(1, 6).mapToObj(i -> images("closed" + i, i)).toList();
        List<Map<String, INDArray>> wanted;
        try (InferencePlan plan = plan(5)) {
            wanted = batches.stream().map(batch -> maps(plan, batch, MAPS)).toList();
        }
        for (int times = 0; times < 6; times++) {
            InferencePlan plan = plan(5);
            CountDownLatch answered = new CountDownLatch(5);
            List<Callable<String>> tasks = new ArrayList<>();
            for (int t = 0; t < 5; t++) {
                int thread = t;
                tasks.add(() -> {
                    try {
                        for (int round = thread; ; round++) {
                            int i = round % batches.size();
                            Map<String, INDArray> maps = round % 3 == 0
                                    ? plan.featureMaps(batches.get(i), MAPS)
                                    : Map.of("output", plan.output(batches.get(i)));
                            isOneOf(List.of(wanted.get(i)), maps);
                            answered.countDown();
                        }
                    } catch (IllegalStateException closed) {
                        return closed.getMessage();
                    } finally {
                        while (answered.getCount() > 0) {
                            answered.countDown(); // never let the closing one wait for a failed assertion
                        }
                    }
                });
            }
            tasks.add(() -> {
                answered.await();
                plan.close();
                return "this plan is closed";
            });
            assertThat(together(tasks)).containsOnly("this plan is closed");
        }
    }

    @Test
    void isASnapshotUntilRefreshed() {
        ComputationGraph graph = CASE.graph();
        INDArray images = CASE.images();
        INDArray two = images("two", 2);
        ComputationGraph changed = CASE.graph();
        changed.params().muli(1.1);
        try (InferencePlan plan = InferencePlan.compile(graph, CASE.image(), 3);
                InferencePlan before = plan(3);
                InferencePlan after = InferencePlan.compile(changed, CASE.image(), 3)) {
            plan.output(images);
            graph.params().muli(1.1);
            // What is asked for the first time only now is as old as the rest.
            isOneOf(List.of(maps(before, images, MAPS)), maps(plan, images, MAPS));
            isOneOf(List.of(maps(before, two, MAPS)), maps(plan, two, MAPS));
            plan.refresh();
            isOneOf(List.of(maps(after, images, MAPS)), maps(plan, images, MAPS));
            isOneOf(List.of(maps(after, two, MAPS)), maps(plan, two, MAPS));
            assertThat(Pass.deviation(after.output(two), before.output(two))).isGreaterThan(1e-3);
        }
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change(
                        "other parameters",
                        "array of the graph's parameters",
                        TrainingPlanTest.Changeable::replaceParameters),
                change("a frozen layer", "graph was changed", graph -> graph.getVertex("conv1")
                        .setLayerAsFrozen()),
                change("closed", "graph was closed", ComputationGraph::close));
    }

    private static Arguments change(String name, String told, Consumer<TrainingPlanTest.Changeable> change) {
        return Arguments.of(name, told, change);
    }

    /** A snapshot goes on; what needs the graph says that it is gone. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void outlivesItsGraph(String name, String told, Consumer<TrainingPlanTest.Changeable> change) {
        TrainingPlanTest.Changeable graph = new TrainingPlanTest.Changeable(CASE.graph());
        try (InferencePlan plan = InferencePlan.compile(graph, CASE.image(), 5);
                InferencePlan other = plan(5)) {
            plan.featureMaps(CASE.images(), MAPS);
            change.accept(graph);
            System.gc();
            for (int size : new int[] {3, 2, 5}) {
                INDArray images = images("later", size);
                isOneOf(List.of(maps(other, images, MAPS)), maps(plan, images, MAPS));
            }
            assertThat(Bits.of(plan.featureMaps(
                            CASE.images(),
                            MAPS.stream().sorted(Comparator.reverseOrder()).toList())))
                    .as("the same vertices in another order are nothing new")
                    .isEqualTo(Bits.of(other.featureMaps(CASE.images(), MAPS)));
            for (Runnable call :
                    List.<Runnable>of(plan::refresh, () -> plan.featureMaps(CASE.images(), List.of("layer1.0.relu")))) {
                assertThatExceptionOfType(StalePlanException.class)
                        .isThrownBy(call::run)
                        .withMessageContaining(told);
            }
            assertThat(plan.report().steps()).isEqualTo(other.report().steps());
        }
    }

    @Test
    void everyMethodOfAClosedPlanSaysSo() {
        ComputationGraph graph = CASE.graph();
        InferencePlan plan = InferencePlan.compile(graph, CASE.image(), 3);
        INDArray output = plan.output(CASE.images());
        for (int times = 0; times < 2; times++) {
            plan.close();
            assertThat(List.<Runnable>of(
                            () -> plan.output(CASE.images()),
                            () -> plan.featureMaps(CASE.images(), List.of("conv1")),
                            () -> plan.profile(CASE.images(), 1),
                            plan::report,
                            plan::refresh))
                    .allSatisfy(call -> assertThatIllegalStateException()
                            .isThrownBy(call::run)
                            .withMessageContaining("closed"));
        }
        assertThat(Pass.deviation(output, graph.outputSingle(CASE.images()))).isLessThan(1e-5);
    }

    @Test
    void measuresAnyBatch() {
        try (InferencePlan plan = plan(5)) {
            assertThat(plan.profile(images("x", 5), 2).timings().stream().map(PlanProfile.Timing::step))
                    .isEqualTo(plan.report().steps());
            assertThat(plan.profile(Arrangement.FORTRAN_ORDER.of(images("x", 3)), 1)
                            .batch())
                    .as("the first piece of three")
                    .isEqualTo(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> plan.profile(CASE.images(), 0))
                    .withMessageContaining("at least 1 round is needed, got 0");
        }
    }
}
