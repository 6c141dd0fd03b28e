package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Native memory goes when its plan does, and does not grow with use. Arenas and prepared parameters are JavaCPP's
 * memory, which it counts; arrays and what oneDNN takes show in the resident set only.
 */
@Tag("threads")
class PlanMemoryTest {
    private static final int BATCH = 16;
    private static final int TIMES = 320;
    private static final long MIB = 1 << 20;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Sgd SGD = new Sgd(0.9, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());

    /** Few operations on large maps; those above {@code low} need the most. */
    private static final UserGraph USER =
            UserGraph.upTo("relu", "memory", new Shape(3, 64, 64), builder -> builder.addLayer(
                            "low", convolution(1, 2).build(), "in")
                    .addLayer("conv", convolution(3, 8).build(), "low")
                    .addLayer("bn", new BatchNormalization.Builder().build(), "conv")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "bn"));

    private static final long BATCH_BYTES = Float.BYTES * BATCH * USER.image().elements();

    private static ConvolutionLayer.Builder convolution(int kernel, int filters) {
        return new ConvolutionLayer.Builder(kernel, kernel).nOut(filters);
    }

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static boolean becomesTrue(BooleanSupplier condition) {
        for (int tries = 0; tries < 50; tries++) {
            System.gc();
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (condition.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** JavaCPP's bytes once nothing of other tests is left to be reclaimed. */
    private static long settled() {
        long[] last = {-1, -2};
        becomesTrue(() -> {
            last[1] = last[0];
            last[0] = Pointer.totalBytes();
            return last[0] == last[1];
        });
        return Pointer.totalBytes();
    }

    static Stream<Arguments> plans() {
        ComputationGraph graph = USER.graph();
        graph.initGradientsView();
        Function<ComputationGraph, AutoCloseable> training = g -> {
            TrainingPlan plan = TrainingPlan.compile(g, USER.image(), SGD);
            IntStream.of(BATCH, 3, 5, BATCH).forEach(size -> plan.gradients(USER.images(size), USER.labels(size)));
            return plan;
        };
        Function<ComputationGraph, AutoCloseable> inference = g -> {
            InferencePlan plan = InferencePlan.compile(g, USER.image(), BATCH);
            IntStream.of(BATCH, 3, 7).forEach(size -> plan.output(USER.images(size)));
            plan.featureMaps(USER.images(BATCH), List.of("low", "relu"));
            IntStream.range(0, 8).parallel().forEach(i -> plan.output(USER.images(1 + i)));
            return plan;
        };
        return Stream.of(Arguments.of("training", graph, training), Arguments.of("inference", graph, inference));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plans")
    void closingAPlanFreesIt(String name, ComputationGraph graph, Function<ComputationGraph, AutoCloseable> use)
            throws Exception {
        use.apply(graph).close();
        long before = settled();
        AutoCloseable plan = use.apply(graph);
        assertThat(Pointer.totalBytes() - before).as("bytes of an open plan").isGreaterThan(2 * BATCH_BYTES);
        plan.close();
        assertThat(Pointer.totalBytes() - before).as("bytes of a closed plan").isLessThan(MIB / 8);
        Reference.reachabilityFence(plan); // so that JavaCPP had no reason to free anything
    }

    /** JavaCPP frees its own memory once nobody knows it; what oneDNN has is left to the plan. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("plans")
    void forgottenPlanIsClosed(String name, ComputationGraph graph, Function<ComputationGraph, AutoCloseable> use)
            throws ReflectiveOperationException {
        Object side = nativeSide(use.apply(graph));
        Field closed = side.getClass().getDeclaredField("closed");
        closed.setAccessible(true);
        assertThat(closed.getBoolean(side)).isFalse();
        assertThat(becomesTrue(() -> isTrue(closed, side))).isTrue();
    }

    private static Object nativeSide(AutoCloseable plan) throws ReflectiveOperationException {
        Field compiled = plan.getClass().getDeclaredField("compiled");
        compiled.setAccessible(true);
        return compiled.get(plan);
    }

    private static boolean isTrue(Field field, Object owner) {
        try {
            return field.getBoolean(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void batchThatDoesNotFitSaysSoAndLeavesNothing() {
        ComputationGraph graph = USER.graph();
        int batch = Math.toIntExact(Pointer.maxBytes() / (BATCH_BYTES / BATCH));
        try (TrainingPlan plan = TrainingPlan.compile(graph, USER.image(), SGD)) {
            TrainingStep.Result result = plan.gradients(USER.images(2), USER.labels(2));
            long before = settled();
            assertThatExceptionOfType(BatchMemoryError.class)
                    .isThrownBy(() -> plan.report(batch))
                    .withMessageContaining("a batch of " + batch + " needs ")
                    .withMessageContaining("use a smaller batch")
                    .withMessageContaining("org.bytedeco.javacpp.maxbytes");
            assertThat(settled() - before).isLessThan(MIB / 8);
            assertThat(plan.gradients(USER.images(2), USER.labels(2))).isEqualTo(result);
        }
    }

    @Test
    void whatABatchThatDoesNotFitSaysToFitDoes() {
        ComputationGraph graph = USER.graph();
        int batch = Math.toIntExact(Pointer.maxBytes() / (BATCH_BYTES / BATCH));
        try (TrainingPlan plan = TrainingPlan.compile(graph, USER.image(), SGD)) {
            BatchMemoryError error = catchThrowableOfType(BatchMemoryError.class, () -> plan.report(batch));
            int fits = error.fits();
            assertThat(error.batch()).isEqualTo(batch);
            assertThat(error.facts()).endsWith(": there is room for about " + fits);
            assertThat(plan.report(fits).steps()).isNotEmpty();
            assertThatExceptionOfType(BatchMemoryError.class).isThrownBy(() -> plan.report(2 * fits));
        }
    }

    /** All that is compiled for one core shares its memory; parameters alone are prepared anew. */
    @Test
    void mapsOfEveryVertexNeedLessThanOneMapMore() {
        ComputationGraph graph = USER.graph();
        INDArray images = USER.images(BATCH);
        long map = Float.BYTES * BATCH * 8L * 62 * 62;
        try (InferencePlan plan = InferencePlan.compile(graph, USER.image(), BATCH)) {
            plan.featureMaps(images, List.of("low", "conv", "bn", "relu")); // the most that any of them needs
            long before = settled();
            for (String vertex : List.of("low", "conv", "bn", "relu", "pool", "out")) {
                plan.featureMaps(images, List.of(vertex));
                plan.featureMaps(images, List.of(vertex, "low"));
            }
            assertThat(settled() - before).isLessThan(map / 8);
        }
    }

    @Test
    void batchesOfAllSizesShareTheMemoryOfTheLargest() {
        ComputationGraph graph = USER.graph();
        try (TrainingPlan plan = TrainingPlan.compile(graph, USER.image(), BATCH, UpdateRule.of(SGD))) {
            long before = settled();
            for (int size = 1; size <= BATCH; size++) {
                plan.gradients(USER.images(size), USER.labels(size));
            }
            assertThat(settled() - before).isLessThan(MIB / 8);
        }
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect() {
        becomesTrue(() -> true);
    }

    /** Something that is done again and again. */
    private record Use(Runnable once, Runnable close) {
        /** By one thread: on cores that others use too, several would wait for each other most of the time. */
        void times(int count) {
            OpenMp.alone(() -> {
                for (int i = 0; i < count; i++) {
                    once.run();
                    if (i % 16 == 0) {
                        System.gc(); // arrays of ND4J are freed when they are collected
                    }
                }
                return null;
            });
        }
    }

    private static Arguments use(String name, Supplier<Use> open) {
        return Arguments.of(name, open);
    }

    static Stream<Arguments> uses() {
        ComputationGraph graph = USER.graph();
        INDArray images = Arrangement.MIDDLE_OF_A_LARGER_BATCH.of(USER.images(BATCH));
        INDArray labels = Arrangement.MIDDLE_OF_A_LARGER_BATCH.of(USER.labels(BATCH));
        return Stream.of(
                use("steps", () -> {
                    TrainingPlan plan = TrainingPlan.compile(graph, USER.image(), SGD);
                    return new Use(() -> plan.step(images, labels, 1e-3), plan::close);
                }),
                use("steps of the graph's own updater", () -> {
                    TrainingPlan plan = TrainingPlan.compile(graph, USER.image());
                    return new Use(() -> plan.step(images, labels), plan::close);
                }),
                use("answers", () -> {
                    InferencePlan plan = InferencePlan.compile(graph, USER.image(), BATCH);
                    return new Use(() -> plan.output(images), plan::close);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uses")
    void residentSetDoesNotGrow(String name, Supplier<Use> open) {
        assumeTrue(Files.exists(STATUS), "the resident set is read from " + STATUS + ", which Linux has");
        Use use = open.get();
        use.times(TIMES / 4);
        collect();
        long before = resident();
        use.times(TIMES);
        long bound = TIMES * BATCH_BYTES / 3;
        assertThat(becomesTrue(() -> resident() - before < bound))
                .as("%d MiB more than before", (resident() - before) / MIB)
                .isTrue();
        use.close().run();
    }
}
