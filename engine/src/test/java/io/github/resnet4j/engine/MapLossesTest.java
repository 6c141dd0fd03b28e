package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Losses of maps, by both engines and by DL4J alone, against PyTorch's. */
class MapLossesTest {
    private static final Sgd STILL = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<Arguments> casesByEngine() {
        return MapLossCase.ALL.stream()
                .flatMap(loss -> Stream.of(Arguments.of(loss, Engine.DL4J), Arguments.of(loss, Engine.ONEDNN)));
    }

    private static MapLossCase named(String name) {
        return MapLossCase.ALL.stream()
                .filter(loss -> loss.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Targets targets(MapLossCase loss) {
        return loss.output() instanceof Output.Values
                ? new Targets.Values(loss.values())
                : new Targets.ClassMaps(loss.classes(), loss.rows(), loss.columns(), loss.weights());
    }

    private static void assertClose(float[] actual, double[] expected, double factor, double bound) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i] * factor).as("value %s", i).isCloseTo(expected[i], within(bound * largest));
        }
    }

    private static float[] flat(ComputationGraph graph, String vertex) {
        ParameterLayout.Segment segment = ParameterLayout.of(graph).segments().stream()
                .filter(found -> found.vertex().equals(vertex))
                .findFirst()
                .orElseThrow();
        float[] values = new float[segment.length()];
        graph.getFlattenedGradients().data().asNioFloat().get(segment.offset(), values);
        return values;
    }

    @ParameterizedTest
    @MethodSource("casesByEngine")
    void areThoseOfPyTorch(MapLossCase loss, Engine engine) {
        Map<String, double[]> golden = loss.golden();
        ComputationGraph graph = loss.graph(DataType.FLOAT);
        try (TrainingStep step = TrainingStep.of(graph, loss.network().input(), STILL, engine)) {
            TrainingStep.Result result = step.step(loss.pictures(), targets(loss), 0);
            assertThat(step.engine()).isEqualTo(engine);
            double expected = golden.get("loss")[0];
            assertThat(result.loss()).isCloseTo(expected, within(1e-5 * expected));
            double[] counts = golden.getOrDefault("correct", new double[2]);
            assertThat(result.correct()).isEqualTo((int) counts[0]);
            assertThat(result.counted()).isEqualTo((int) counts[1]);
            assertClose(flat(graph, "head"), golden.get("head"), 1 / result.total(), 1e-5);
            if (loss.auxiliary()) {
                assertClose(flat(graph, "aux"), golden.get("aux"), 1 / result.total(), 1e-5);
            }
        }
    }

    /** DL4J divides gradients by the number of images, in its updater. */
    @ParameterizedTest
    @FieldSource("io.github.resnet4j.engine.MapLossCase#ALL")
    void dl4jAloneHasThem(MapLossCase loss) {
        Map<String, double[]> golden = loss.golden();
        ComputationGraph graph = loss.graph(DataType.DOUBLE);
        INDArray labels = loss.labels().castTo(DataType.DOUBLE);
        INDArray[] all = loss.auxiliary() ? new INDArray[] {labels, labels} : new INDArray[] {labels};
        graph.setInputs(loss.pictures().castTo(DataType.DOUBLE));
        graph.setLabels(all);
        loss.weights().ifPresent(weights -> {
            INDArray mask = labels.dup();
            for (int i = 0; i < mask.length(); i++) {
                int label = (int) labels.reshape(labels.length()).getDouble(i);
                mask.reshape(mask.length()).putScalar(i, label == Output.VOID ? 0 : weights[label]);
            }
            INDArray[] masks = new INDArray[all.length];
            Arrays.fill(masks, mask);
            graph.setLayerMaskArrays(null, masks);
        });
        graph.computeGradientAndScore();
        assertThat(graph.score()).isCloseTo(golden.get("loss")[0], within(1e-8 * golden.get("loss")[0]));
        for (String convolution : loss.auxiliary() ? List.of("head", "aux") : List.of("head")) {
            float[] gradient = graph.gradient()
                    .getGradientFor(convolution + "_W")
                    .dup('c')
                    .castTo(DataType.FLOAT)
                    .data()
                    .asFloat();
            assertClose(gradient, golden.get(convolution), 1.0 / loss.images(), 1e-6);
        }
    }

    /** Read from the graph's JSON, where its class weights are, the loss is the same. */
    @ParameterizedTest
    @FieldSource("io.github.resnet4j.engine.MapLossCase#ALL")
    void surviveJson(MapLossCase loss) {
        ComputationGraphConfiguration written = loss.graph(DataType.FLOAT).getConfiguration();
        ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(written.toJson());
        assertThat(read).isEqualTo(written);
        ComputationGraph graph = new ComputationGraph(read);
        graph.init();
        assertThat(TrainingPlan.compile(graph, loss.network().input()).report(1).steps())
                .extracting(PlanReport.Step::vertex)
                .contains(NetworkGraph.output(loss.network()));
    }

    /** A plain DL4J user's step is the engine's. */
    @ParameterizedTest
    @FieldSource("io.github.resnet4j.engine.MapLossCase#ALL")
    void dl4jFitsAsTheEngineDoes(MapLossCase loss) {
        ComputationGraph fitted = loss.graph(DataType.FLOAT);
        ComputationGraph planned = loss.graph(DataType.FLOAT);
        INDArray labels = loss.labels();
        fitted.fit(
                new INDArray[] {loss.pictures()},
                loss.auxiliary() ? new INDArray[] {labels, labels} : new INDArray[] {labels});
        Targets same = loss.output() instanceof Output.Values
                ? targets(loss)
                : new Targets.ClassMaps(loss.classes(), loss.rows(), loss.columns());
        try (TrainingPlan plan = TrainingPlan.compile(planned, loss.network().input())) {
            plan.step(loss.pictures(), same);
        }
        assertThat(planned.score()).isCloseTo(fitted.score(), within(1e-5 * fitted.score()));
        assertThat(Pass.deviation(planned.params(), fitted.params())).isLessThan(1e-5);
    }

    /** Parts with different numbers of places that have a class make one mean. */
    @ParameterizedTest
    @MethodSource("casesByEngine")
    void partsAccumulateToTheWhole(MapLossCase loss, Engine engine) {
        ComputationGraph graph = loss.graph(DataType.FLOAT);
        try (TrainingStep step = TrainingStep.of(graph, loss.network().input(), STILL, engine)) {
            float[] before = graph.params().dup().data().asFloat();
            double sum = 0;
            double total = 0;
            for (int i = 0; i < loss.images(); i++) {
                INDArray picture =
                        loss.pictures().get(NDArrayIndex.interval(i, i + 1)).dup('c');
                Targets part = part(loss, i);
                TrainingStep.Result result =
                        i < loss.images() - 1 ? step.accumulate(picture, part) : step.step(picture, part, 1);
                sum += result.loss() * result.total();
                total += result.total();
            }
            double expected = loss.golden().get("loss")[0];
            assertThat(sum / total).isCloseTo(expected, within(1e-5 * expected));
            float[] after = graph.params().dup().data().asFloat();
            int at = ParameterLayout.of(graph).segments().stream()
                    .filter(segment -> segment.vertex().equals("head"))
                    .findFirst()
                    .orElseThrow()
                    .offset();
            float[] moved = new float[loss.golden().get("head").length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = before[at + i] - after[at + i];
            }
            assertClose(moved, loss.golden().get("head"), 1, 1e-4);
        }
    }

    /** One image each, of which one may have no class at all. */
    @ParameterizedTest
    @MethodSource("casesByEngine")
    void replicasTakeTheStepOfOne(MapLossCase loss, Engine engine) throws Exception {
        ReplicaTest.Threads threads = new ReplicaTest.Threads(loss.images());
        List<ComputationGraph> graphs = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(loss.images());
        try {
            List<Future<Double>> sums = new ArrayList<>();
            for (int i = 0; i < loss.images(); i++) {
                ComputationGraph graph = loss.graph(DataType.FLOAT);
                graphs.add(graph);
                int rank = i;
                sums.add(pool.submit(() -> {
                    try (TrainingStep step = TrainingStep.of(
                            graph, loss.network().input(), 1, UpdateRule.of(STILL), engine, threads.replica(rank))) {
                        INDArray picture = loss.pictures()
                                .get(NDArrayIndex.interval(rank, rank + 1))
                                .dup('c');
                        TrainingStep.Result result = step.step(picture, part(loss, rank), 1);
                        return result.loss() * result.total();
                    }
                }));
            }
            for (Future<Double> sum : sums) {
                assertThat(sum.get()).isNotNaN();
            }
        } finally {
            pool.shutdownNow();
        }
        ComputationGraph whole = loss.graph(DataType.FLOAT);
        try (TrainingStep step = TrainingStep.of(whole, loss.network().input(), STILL, engine)) {
            step.step(loss.pictures(), targets(loss), 1);
        }
        for (ComputationGraph graph : graphs) {
            assertThat(Pass.deviation(graph.params(), whole.params())).isLessThan(1e-5);
        }
    }

    private static Targets part(MapLossCase loss, int image) {
        if (loss.output() instanceof Output.Values) {
            return new Targets.Values(
                    loss.values().get(NDArrayIndex.interval(image, image + 1)).dup('c'));
        }
        int places = loss.rows() * loss.columns();
        byte[] classes = Arrays.copyOfRange(loss.classes(), image * places, (image + 1) * places);
        return new Targets.ClassMaps(classes, loss.rows(), loss.columns(), loss.weights());
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void aBatchWithoutAnyClassMovesNothing(Engine engine) {
        MapLossCase loss = named("classes-auxiliary");
        ComputationGraph graph = loss.graph(DataType.FLOAT);
        INDArray before = graph.params().dup();
        byte[] nothing = new byte[loss.classes().length];
        Arrays.fill(nothing, (byte) Output.VOID);
        try (TrainingStep step = TrainingStep.of(graph, loss.network().input(), STILL, engine)) {
            TrainingStep.Result result =
                    step.step(loss.pictures(), new Targets.ClassMaps(nothing, loss.rows(), loss.columns()), 1);
            assertThat(result).isEqualTo(new TrainingStep.Result(0, 0, 0, 0));
        }
        assertThat(graph.params()).isEqualTo(before);
        assertThat(graph.getIterationCount()).isOne();
    }

    @ParameterizedTest
    @MethodSource("casesByEngine")
    void aValueThatIsNotFiniteShowsInTheLoss(MapLossCase loss, Engine engine) {
        for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            ComputationGraph graph = loss.graph(DataType.FLOAT);
            graph.getLayer("head").getParam("W").putScalar(new int[] {0, 0, 0, 0}, broken);
            try (TrainingStep step = TrainingStep.of(graph, loss.network().input(), STILL, engine)) {
                assertThat(step.step(loss.pictures(), targets(loss), 0).loss()).isNaN();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void refusesOtherTargets(Engine engine) {
        MapLossCase map = named("classes");
        MapLossCase values = named("l1");
        try (TrainingStep ofMap =
                        TrainingStep.of(map.graph(DataType.FLOAT), map.network().input(), STILL, engine);
                TrainingStep ofValues = TrainingStep.of(
                        values.graph(DataType.FLOAT), values.network().input(), STILL, engine)) {
            INDArray rows = Nd4j.eye(2).castTo(DataType.FLOAT);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ofMap.step(map.pictures(), rows, 0))
                    .withMessageContaining("softmax does not compare with Classes");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ofMap.step(map.pictures(), new Targets.Values(values.values()), 0));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ofValues.step(values.pictures(), targets(map), 0))
                    .withMessageContaining("values does not compare with ClassMaps");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ofValues.step(
                            values.pictures(),
                            new Targets.Values(values.pictures().slice(0)),
                            0));
            INDArray broken = values.values();
            broken.putScalar(new int[] {1, 0, 0, 0}, Float.NaN);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ofValues.step(values.pictures(), new Targets.Values(broken), 0))
                    .withMessageContaining("image 1");
            byte[] unknown = map.classes();
            unknown[map.rows() * map.columns() + map.columns() + 1] = 77;
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            ofMap.step(map.pictures(), new Targets.ClassMaps(unknown, map.rows(), map.columns()), 0))
                    .withMessageContaining("image 1 has the label 77")
                    .withMessageContaining("row 1, column 1");
        }
    }

    /** Probabilities at each place; values as they are. */
    @ParameterizedTest
    @MethodSource("casesByEngine")
    void inferenceHasNoLoss(MapLossCase loss, Engine engine) {
        ComputationGraph graph = loss.graph(DataType.FLOAT);
        INDArray expected = graph.output(loss.pictures())[0];
        try (Inference inference = Inference.of(graph, loss.network().input(), loss.images(), engine)) {
            INDArray actual = inference.output(loss.pictures());
            assertThat(actual.shape()).containsExactly(loss.images(), loss.channels(), loss.rows(), loss.columns());
            assertThat(Pass.deviation(actual, expected)).isLessThan(1e-5);
            if (loss.output() instanceof Output.ClassMap) {
                INDArray sums = actual.sum(1);
                assertThat(sums.minNumber().doubleValue()).isCloseTo(1, within(1e-5));
                assertThat(sums.maxNumber().doubleValue()).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void aGradientOfTheImagesNeedsNoLoss() {
        MapLossCase loss = named("classes");
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> GradientPlan.compile(
                        loss.graph(DataType.FLOAT), loss.network().input(), 1));
    }
}
