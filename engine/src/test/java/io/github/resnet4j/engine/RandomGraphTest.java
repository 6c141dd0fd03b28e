package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.OperationKinds;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.layers.ClassMapLoss;
import io.github.resnet4j.zoo.layers.ResizingVertex;
import io.github.resnet4j.zoo.layers.ValueLoss;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is put together from what the engine knows computes what DL4J computes in double precision. Every build tries
 * the short run, and {@code -Dfuzz.long=true} (the profile {@code fuzz}) the long one; {@code -Dfuzz.seed=1
 * -Dfuzz.first=4711 -Dfuzz.inputs=1} is one graph again.
 */
class RandomGraphTest {
    private static final long SHORT_RUN = 50;
    private static final long LONG_RUN = 5_000;

    static Stream<RandomGraph> graphs() {
        long seed = Long.getLong("fuzz.seed", 1);
        long first = Long.getLong("fuzz.first", 0);
        long count = Long.getLong("fuzz.inputs", Boolean.getBoolean("fuzz.long") ? LONG_RUN : SHORT_RUN);
        return LongStream.range(first, first + count).mapToObj(index -> RandomGraph.of(seed, index));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    @Tag("fuzz")
    void agreesWithDl4j(RandomGraph graph) {
        try {
            compare(graph);
        } catch (AssertionError | RuntimeException e) {
            RandomGraph smallest = graph.smallest(RandomGraphTest::fails);
            throw new AssertionError(e.getMessage() + "\n\nThe smallest part that fails:\n" + smallest.lines(), e);
        }
    }

    private static void compare(RandomGraph graph) {
        graph.graph().agreesWithDl4jButForRounding(graph.batch(), graph.labels());
    }

    private static boolean fails(RandomGraph graph) {
        try {
            compare(graph);
            return false;
        } catch (AssertionError | RuntimeException e) {
            return true;
        }
    }

    @Test
    void leavesLittleBesideWhatFails() {
        Predicate<RandomGraph> fails = graph -> graph.lines().contains("MaxPool");
        RandomGraph large = LongStream.range(0, SHORT_RUN)
                .mapToObj(index -> RandomGraph.of(1, index))
                .filter(graph -> graph.parts().size() > 10 && fails.test(graph))
                .findFirst()
                .orElseThrow();
        RandomGraph smallest = large.smallest(fails);
        assertThat(smallest).matches(fails);
        assertThat(smallest.parts()).hasSizeLessThan(4);
    }

    /** The short run leaves nothing out. */
    @Nested
    class Coverage {
        private static final List<Sample> SAMPLES = LongStream.range(0, SHORT_RUN)
                .mapToObj(index -> Sample.of(RandomGraph.of(1, index)))
                .toList();

        /** Each class that a table of the reader names: the JSON of a configuration says what it is made of. */
        @Test
        void everyClassThatIsReadOccurs() {
            Set<String> tables = Set.of("Layers", "Vertices", "Preprocessors", "Activations");
            Set<String> read = new ClassFileImporter()
                    .importPackages(GraphReader.class.getPackageName()).stream()
                            .filter(type -> tables.contains(type.getSimpleName()))
                            .flatMap(type -> type.getReferencedClassObjects().stream())
                            .map(ReferencedClassObject::getRawType)
                            .map(JavaClass::getName)
                            .collect(Collectors.toSet());
            // MapLossesTest's and PyramidParityTest's
            read.removeAll(
                    Set.of(ValueLoss.class.getName(), ClassMapLoss.class.getName(), ResizingVertex.class.getName()));
            assertThat(read).hasSizeGreaterThan(20);
            String all = SAMPLES.stream().map(Sample::json).collect(Collectors.joining());
            assertThat(read).allSatisfy(type -> assertThat(all).contains('"' + type + '"'));
        }

        /**
         * But dropout that draws: no two draw the same. Outside training, a stochastic sum is another. Losses of maps are {@code
         * MapLossesTest}'s.
         */
        @Test
        void everyOperationOccursThereAndBack() {
            Set<Class<?>> expected = OperationKinds.allBut(
                    Operation.Dropout.class,
                    Operation.StochasticSum.class,
                    Operation.PlaceCrossEntropy.class,
                    Operation.Distance.class);
            assertThat(operations(sample -> sample.inference().nodes().stream()))
                    .isEqualTo(expected);
            expected.add(Operation.StochasticSum.class);
            expected.remove(Operation.Input.class);
            assertThat(operations(sample -> sample.back().stream())).isEqualTo(expected);
        }

        private static Set<Class<?>> operations(Function<Sample, Stream<ProgramNode>> nodes) {
            return SAMPLES.stream()
                    .flatMap(nodes)
                    .map(node -> node.op().getClass())
                    .collect(Collectors.toSet());
        }

        /** Elsewhere the bounds are those that hold for every graph. */
        @Test
        void roundingSeldomDecides() {
            assertThat(SAMPLES).filteredOn(Sample::isIllConditioned).hasSizeLessThan(8);
        }

        @ParameterizedTest
        @MethodSource("traits")
        void occursMoreThanOnce(String trait, Predicate<Sample> has) {
            assertThat(SAMPLES).as(trait).filteredOn(has).hasSizeGreaterThan(1);
        }

        static Stream<Arguments> traits() {
            Stream<Arguments> batches = IntStream.rangeClosed(1, 5)
                    .mapToObj(size ->
                            trait("batch " + size, sample -> sample.graph().batch() == size));
            return Stream.concat(
                    batches,
                    Stream.of(
                            trait("soft labels", sample -> sample.graph().smoothing() > 0),
                            trait("a frozen prefix", sample -> sample.json().contains("misc.FrozenLayer\"")),
                            trait("frozen above what is trained", sample -> sample.back().stream()
                                    .anyMatch(node -> node.frozen() && node.op() instanceof Operation.Convolution)),
                            trait("frozen norm above what is trained", sample -> sample.back().stream()
                                    .anyMatch(node -> node.frozen() && node.op() instanceof Operation.BatchNorm)),
                            node("class weights", Operation.SoftmaxCrossEntropy.class, op -> !op.classWeights()
                                    .isEmpty()),
                            node("groups", Operation.Convolution.class, op -> op.groups() > 1),
                            node(
                                    "filters of one channel",
                                    Operation.Convolution.class,
                                    op -> op.groups() > 1
                                            && op.weight().length()
                                                    == op.outChannels()
                                                            * op.window().kernelHeight()
                                                            * op.window().kernelWidth()),
                            node("bias", Operation.Convolution.class, op -> op.bias()
                                    .isPresent()),
                            node("no bias", Operation.Convolution.class, op -> op.bias()
                                    .isEmpty()),
                            node(
                                    "filters that fill no block",
                                    Operation.Convolution.class,
                                    op -> op.outChannels() % 8 != 0),
                            node(
                                    "dilation",
                                    Operation.Convolution.class,
                                    op -> op.window().dilationHeight() > 1),
                            node(
                                    "oblong kernels",
                                    Operation.Convolution.class,
                                    op -> op.window().kernelHeight()
                                            != op.window().kernelWidth()),
                            node(
                                    "uneven strides",
                                    Operation.Convolution.class,
                                    op -> op.window().strideHeight()
                                            != op.window().strideWidth()),
                            node(
                                    "strides beyond the kernel",
                                    Operation.Convolution.class,
                                    op -> op.window().strideHeight()
                                            > op.window().kernelHeight()),
                            node("one-sided padding", Operation.Convolution.class, op -> isOneSided(op.window())),
                            node(
                                    "one-sided padding of a pooling",
                                    Operation.MaxPool.class,
                                    op -> isOneSided(op.window())),
                            node(
                                    "padding in means",
                                    Operation.AvgPool.class,
                                    op -> op.paddingCounts()
                                            && !op.window().padding().equals(Window.Padding.NONE)),
                            node(
                                    "padding beside means",
                                    Operation.AvgPool.class,
                                    op -> !op.paddingCounts()
                                            && !op.window().padding().equals(Window.Padding.NONE)),
                            node("draws by image", Operation.StochasticSum.class, Operation.StochasticSum::perImage),
                            node("draws by batch", Operation.StochasticSum.class, op -> !op.perImage()),
                            node("slope", Operation.Activation.class, op -> op.slope() > 0),
                            node(
                                    "logarithms",
                                    Operation.BatchNorm.class,
                                    op -> op.logDeviation() && op.batchStatistics()),
                            node(
                                    "variances",
                                    Operation.BatchNorm.class,
                                    op -> !op.logDeviation() && op.batchStatistics()),
                            trait(
                                    "images that several read",
                                    sample -> sample.readers().get(0) > 1),
                            trait("a value that several read", sample -> sample.readers().stream()
                                    .anyMatch(count -> count > 2)),
                            fused(
                                    "a norm in a convolution",
                                    node -> node.op() instanceof Operation.Convolution c
                                            && c.norm().isPresent()),
                            fused("a sum in a convolution", node -> node.epilogue()
                                    .addsLastInput()),
                            fused(
                                    "an activation in a convolution",
                                    node -> node.op() instanceof Operation.Convolution
                                            && node.epilogue().activation().isPresent())));
        }

        private static Arguments trait(String name, Predicate<Sample> has) {
            return Arguments.of(name, has);
        }

        /** Of a node as it is read. */
        private static <T extends Operation> Arguments node(String name, Class<T> kind, Predicate<T> has) {
            return trait(name, sample -> sample.read().nodes().stream()
                    .map(ProgramNode::op)
                    .anyMatch(op -> kind.isInstance(op) && has.test(kind.cast(op))));
        }

        private static Arguments fused(String name, Predicate<ProgramNode> has) {
            return trait(name, sample -> sample.inference().nodes().stream().anyMatch(has));
        }

        private static boolean isOneSided(Window window) {
            Window.Padding padding = window.padding();
            return padding.top() != padding.bottom() || padding.left() != padding.right();
        }
    }

    private record Sample(RandomGraph graph, String json, Program read, Program training, Program inference) {
        static Sample of(RandomGraph graph) {
            ComputationGraph built = graph.graph().graph();
            Program read = GraphReader.training(built, graph.graph().extent());
            Program inference =
                    GraphReader.inference(built, List.of(), graph.graph().extent());
            return new Sample(
                    graph, built.getConfiguration().toJson(), read, Passes.optimise(read), Passes.optimise(inference));
        }

        boolean isIllConditioned() {
            return graph.graph().rounding(graph.batch(), graph.labels()).gradients().values().stream()
                    .anyMatch(allowed -> allowed > 1e-4);
        }

        @Override
        public String toString() {
            return graph.toString();
        }

        /** What gradients go through. */
        List<ProgramNode> back() {
            boolean[] backward = training.backward();
            return IntStream.range(0, backward.length)
                    .filter(i -> backward[i])
                    .mapToObj(training.nodes()::get)
                    .toList();
        }

        /** How often each value is read. */
        List<Integer> readers() {
            return read.readers().stream().map(List::size).toList();
        }
    }
}
