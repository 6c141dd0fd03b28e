package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Form;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.Stem;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The three forms of a ResNeXt (Xie et al. 2017, figure 3) compute the same of the same weights. */
class GroupFormsTest {
    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<Arguments> forms() {
        ResNetSpec three = ResNetSpec.of(
                        Stem.CIFAR, 6, Block.BOTTLENECK, List.of(new Stage(1, 4, 1), new Stage(2, 8, 2)))
                .withGroups(3, 128);
        ResNetSpec many = ResNetSpec.of(Stem.CIFAR, 8, Block.BOTTLENECK, List.of(new Stage(1, 64, 1)))
                .withGroups(32, 4);
        return Stream.of(Form.EARLY_CONCATENATION, Form.BRANCHES).flatMap(form -> Stream.of(Engine.DL4J, Engine.ONEDNN)
                .flatMap(engine -> Stream.of(
                        Arguments.of(form, engine, three, new Shape(3, 9, 7)),
                        Arguments.of(form, engine, many, Shape.square(3, 8)))));
    }

    @ParameterizedTest(name = "{0}, {1}, {3}")
    @MethodSource("forms")
    void computesAsTheGroupedForm(Form form, Engine engine, ResNetSpec spec, Shape image) {
        ParityCase grouped = new ParityCase("forms", spec.network("forms", image, 7), 4);
        ParityCase paths = new ParityCase(
                "forms", spec.with(Map.of("form", form.toString())).network("forms", image, 7), 4);
        ComputationGraph graph = grouped.graph();
        Conditioning.apply(grouped.network(), graph, grouped.images());
        ComputationGraph other = rearranged(graph, grouped.network(), paths.network());

        assertThat(Pass.deviation(output(paths, other, engine), output(grouped, graph, engine)))
                .isLessThan(1e-5);
        Pass pass = pass(paths, other, engine);
        Pass reference = rearranged(pass(grouped, graph, engine), grouped, paths.network());
        assertThat(pass.lossDeviation(reference)).isLessThan(1e-5);
        assertThat(pass.gradientDeviations(reference)).allSatisfy(Pass.within(1e-4));
        assertThat(pass.statisticsDeviations(reference)).allSatisfy(Pass.within(1e-5));
    }

    /** The graph of {@code paths} with the weights of a grouped one, as a file of them is loaded. */
    private static ComputationGraph rearranged(ComputationGraph graph, Network grouped, Network paths) {
        return GraphWeights.load(
                        GraphWeights.stateDict(graph, grouped),
                        paths,
                        NetworkGraph.Options.seeded(1),
                        LoadOptions.STRICT)
                .graph();
    }

    /** The same gradients and statistics, which are rearranged as the weights are. */
    private static Pass rearranged(Pass pass, ParityCase grouped, Network paths) {
        ComputationGraph graph = grouped.graph();
        FloatBuffer values = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            Map<String, float[]> found = segment.kind().trained() ? pass.gradients() : pass.statistics();
            values.put(segment.offset(), found.get(segment.vertex() + "_" + segment.key()));
        }
        ComputationGraph other = rearranged(graph, grouped.network(), paths);
        FloatBuffer rearranged = Seeded.copyOfParameters(other);
        Pass result = new Pass(pass.loss(), new TreeMap<>(), new TreeMap<>());
        for (ParameterLayout.Segment segment : ParameterLayout.of(other).segments()) {
            float[] tensor = new float[segment.length()];
            rearranged.get(segment.offset(), tensor);
            (segment.kind().trained() ? result.gradients() : result.statistics())
                    .put(segment.vertex() + "_" + segment.key(), tensor);
        }
        return result;
    }

    private static INDArray output(ParityCase parity, ComputationGraph graph, Engine engine) {
        if (engine == Engine.DL4J) {
            return graph.outputSingle(parity.images());
        }
        try (InferencePlan plan = InferencePlan.compile(graph, parity.image(), parity.batch())) {
            return plan.output(parity.images());
        }
    }

    private static Pass pass(ParityCase parity, ComputationGraph graph, Engine engine) {
        if (engine == Engine.DL4J) {
            return Pass.byDl4j(graph, parity.images(), parity.labels());
        }
        try (TrainingPlan plan = TrainingPlan.compile(graph, parity.image(), Sgd.paper())) {
            return Pass.byPlan(plan, graph, parity.images(), parity.labels());
        }
    }
}
