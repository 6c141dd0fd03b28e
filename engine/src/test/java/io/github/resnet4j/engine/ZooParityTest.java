package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every network of the zoo, in its full depth and width, runs as a plan as it runs in DL4J. */
class ZooParityTest {
    private static final int BATCH = 8;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** Networks of more operations or multiply-adds repeat what shallower and narrower rows of their family show. */
    private static final int DEEP = 200;

    private static final long WIDE = 1_000_000_000;

    /** Those of more parameters take gigabytes of DL4J's and of arrays to compare. */
    private static final long LARGE = 100_000_000;

    static List<ParityCase> rows() {
        return Zoo.list().stream()
                .filter(row -> !(row.network().output() instanceof Output.Values))
                .map(ZooParityTest::parity)
                .filter(row -> row.ofClasses() && !deep(row))
                .toList();
    }

    static List<ParityCase> deepRows() {
        return Zoo.list().stream()
                .filter(row -> !(row.network().output() instanceof Output.Values))
                .map(ZooParityTest::parity)
                .filter(row -> row.ofClasses() && deep(row))
                .toList();
    }

    private static boolean deep(ParityCase row) {
        return row.network().nodes().size() > DEEP
                || row.network().macs() > WIDE
                || row.network().parameters() > LARGE;
    }

    /** Small images, of which the last normalisation still sees at least 2×2 places. */
    private static ParityCase parity(Architecture row) {
        Network published = row.network();
        boolean pooled = published.nodes().stream().anyMatch(node -> node.op() instanceof Op.MaxPool);
        int size =
                pooled ? Math.min(64, row.input().height()) : published.nodes().size() > 2000 ? 8 : 16;
        return new ParityCase(row.name(), row.network(Shape.square(3, size), 7), BATCH);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithDl4j(ParityCase parity) {
        requireAgreement(parity, graph -> graph.outputSingle(parity.images()));
    }

    /**
     * Only in the release's build: ResNet-101 and deeper, WRN-28-10 and wider. There DL4J's own rounding would take up the
     * bound, so that in inference the reference computes in double precision.
     */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("deepRows")
    void deepRowsAgreeWithDl4j(ParityCase parity) {
        requireAgreement(parity, graph -> Agreement.exact(parity, FreezePlan.NOTHING, graph)
                .outputSingle(parity.images().castTo(DataType.DOUBLE)));
    }

    private static void requireAgreement(ParityCase parity, Function<ComputationGraph, INDArray> inference) {
        ComputationGraph graph = parity.graph();
        INDArray images = parity.images();
        Conditioning.apply(parity.network(), graph, images);
        Pass reference = Pass.byDl4j(graph, images, parity.labels());
        graph.getFlattenedGradients().assign(0);
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            // One thread: between a thousand small layers, two would mostly wait for each other.
            Pass pass = OpenMp.alone(() -> Pass.byPlan(plan, graph, images, parity.labels()));
            if (!parity.random()) {
                Agreement.require(parity, FreezePlan.NOTHING, graph, pass, reference, 0);
            }
        }
        putStatistics(graph, reference);
        INDArray output = inference.apply(graph);
        try (InferencePlan plan = InferencePlan.compile(graph, parity.image(), BATCH)) {
            double rounding = Pass.deviation(graph.outputSingle(images), output);
            assertThat(Pass.deviation(plan.output(images), output))
                    .isLessThan(Math.max(1e-5, Agreement.ALLOWED * rounding));
        }
    }

    /** Parameters of a seed and few images, so that rounding decides on which side of a ReLU's kink some values are. */
    static List<ParityCase> illConditioned() {
        ParityCase plain = ParityCase.full("plain20-cifar", 4, 32);
        return List.of(
                ParityCase.full("resnet50", 2, 64),
                plain,
                new ParityCase("plain20-cifar again", plain.network(), plain.batch()));
    }

    @ParameterizedTest
    @MethodSource("illConditioned")
    void isNotMuchFurtherFromDoublePrecisionThanDl4j(ParityCase parity) {
        ComputationGraph graph = parity.graph();
        Pass reference =
                Pass.byDl4j(Agreement.exact(parity, FreezePlan.NOTHING, graph), parity.images(), parity.labels());
        double dl4j = mean(Pass.byDl4j(graph, parity.images(), parity.labels()), reference);
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            double engine = mean(Pass.byPlan(plan, graph, parity.images(), parity.labels()), reference);
            assertThat(engine).isLessThan(2 * dl4j);
        }
    }

    private static double mean(Pass pass, Pass reference) {
        return pass.gradientDeviations(reference).values().stream()
                .mapToDouble(part -> part)
                .average()
                .orElseThrow();
    }

    /** Makes the batch's statistics the running ones: with those of a seed, deep networks grow out of all bounds. */
    private static void putStatistics(ComputationGraph graph, Pass pass) {
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (!segment.kind().trained()) {
                double decay = ((BatchNormalization)
                                graph.getLayer(segment.vertex()).conf().getLayer())
                        .getDecay();
                float[] after = pass.statistics().get(segment.vertex() + "_" + segment.key());
                for (int i = 0; i < after.length; i++) {
                    float before = parameters.get(segment.offset() + i);
                    parameters.put(segment.offset() + i, (float) (before + (after[i] - before) / (1 - decay)));
                }
            }
        }
    }
}
