package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reduced MSRNs of every scale against PyTorch's: {@code make_msrn.py}. */
class MsrnTest {
    private static final Path GOLDENS = Path.of("src/test/resources/golden/msrn/msrn.txt");
    private static final Sgd STILL = new Sgd(0, false, 0, Sgd.DecayOn.ALL, OptionalDouble.empty());
    private static final int BATCH = 2;
    private static final int PROJECTIONS = 3;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<Arguments> networks() {
        return Stream.of("msrn-x2", "msrn-x3", "msrn-x4", "msrn-x8", "msrn-y-x2", "msrn-y-x3", "msrn-y-x4", "msrn-y-x8")
                .flatMap(name -> Stream.of(Arguments.of(name, Engine.DL4J), Arguments.of(name, Engine.ONEDNN)));
    }

    private static Network network(String name) {
        Architecture row = Zoo.find(name);
        int channels = row.input().channels();
        return row.spec().reduced().network(name, new Shape(channels, 7, 5), channels);
    }

    private static Map<String, double[]> golden(String name) {
        return Golden.text(GOLDENS, name);
    }

    /** What the authors call a tensor of the zoo. */
    private static String authors(String name, String tensor) {
        String underscored = tensor.replaceAll("conv-(\\d)-(\\d)", "conv_$1_$2");
        if (name.startsWith("msrn-x")) {
            return underscored;
        }
        String old = underscored
                .replace("head.0.", "conv_input.")
                .replace("tail.0.", "bottle.")
                .replace("tail.1.", "conv.")
                .replace("tail.2.", "conv_output.");
        for (int i = 0; i < 2; i++) {
            old = old.replace("body." + i + ".", "residual" + (i + 1) + ".0.");
        }
        return old;
    }

    private static ComputationGraph graph(String name) {
        ComputationGraph graph = NetworkGraph.create(network(name), NetworkGraph.Options.seeded(1));
        Map<String, double[]> golden = golden(name);
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            String tensor = authors(name, Seeded.torchName(segment));
            assertThat(golden).containsKey(tensor);
            assertThat((double) segment.length()).as(tensor).isEqualTo(golden.get(tensor)[0]);
            long outputs = graph.getLayer(segment.vertex()).getParam("b").length();
            double bound = segment.key().equals("b") ? 0.2 : Math.sqrt(3.0 * outputs / segment.length());
            parameters.put(segment.offset(), Seeded.uniform(name + "/" + tensor, segment.length(), -bound, bound));
        }
        return graph;
    }

    private static INDArray drawn(String name, Shape shape) {
        int size = Math.toIntExact(BATCH * shape.elements());
        return Nd4j.createFromArray(Seeded.uniform(name, size, 0, 255))
                .reshape(BATCH, shape.channels(), shape.height(), shape.width());
    }

    /** @param expected number of values, norm, and products with drawn tensors */
    private static void assertAlike(String name, String tensor, float[] actual, double factor, double[] expected) {
        assertThat((double) actual.length).as(tensor).isEqualTo(expected[0]);
        double norm = expected[1];
        assertThat(Golden.norm(actual) * factor).as(tensor).isCloseTo(norm, within(2e-5 * norm));
        for (int i = 0; i < PROJECTIONS; i++) {
            float[] along = Seeded.uniform(name + "/project/" + tensor + "/" + i, actual.length, -1, 1);
            double product = 0;
            for (int j = 0; j < actual.length; j++) {
                product += (double) actual[j] * along[j];
            }
            assertThat(product * factor).as(tensor + " " + i).isCloseTo(expected[2 + i], within(2e-5 * norm));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void computesWhatPyTorchDoes(String name, Engine engine) {
        Network network = network(name);
        Map<String, double[]> golden = golden(name);
        ComputationGraph graph = graph(name);
        INDArray images = drawn(name + "/pictures", network.input());
        try (Inference inference = Inference.of(graph, network.input(), BATCH, engine)) {
            assertAlike(name, "output", inference.output(images).dup('c').data().asFloat(), 1, golden.get("output"));
        }
        try (TrainingStep step = TrainingStep.of(graph, network.input(), STILL, engine)) {
            TrainingStep.Result result =
                    step.step(images, new Targets.Values(drawn(name + "/wanted", network.out())), 0);
            assertThat(step.engine()).isEqualTo(engine);
            double expected = golden.get("loss")[1];
            assertThat(result.loss()).isCloseTo(expected, within(1e-5 * expected));
            FloatBuffer gradients = graph.getFlattenedGradients().data().asNioFloat();
            int compared = 2;
            for (ParameterLayout.Segment segment : step.layout().segments()) {
                float[] gradient = new float[segment.length()];
                gradients.get(segment.offset(), gradient);
                String tensor = authors(name, Seeded.torchName(segment));
                assertAlike(name, tensor, gradient, 1 / result.total(), golden.get(tensor));
                compared++;
            }
            assertThat(compared).isEqualTo(golden.size());
        }
    }

    /** The published networks run by oneDNN for both, whatever the size of the image. */
    @ParameterizedTest
    @ValueSource(strings = {"msrn-x2", "msrn-x3", "msrn-x4", "msrn-x8", "msrn-y-x2"})
    void oneDnnRunsAnySize(String name) {
        Network network = network(name);
        ComputationGraph graph = graph(name);
        int factor = network.out().height() / network.input().height();
        Shape other = new Shape(network.input().channels(), 5, 11);
        INDArray images = drawn(name + "/others", other);
        INDArray expected = graph.output(images)[0];
        assertThat(expected.shape()).containsExactly(BATCH, other.channels(), 5L * factor, 11L * factor);
        try (InferencePlan plan = InferencePlan.compile(graph, other, BATCH);
                TrainingPlan training = TrainingPlan.compile(graph, other, STILL)) {
            assertThat(Pass.deviation(plan.output(images), expected)).isLessThan(1e-5);
            assertThat(training.report(BATCH).steps()).isNotEmpty();
        }
    }
}
