package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** From PyTorch's ONNX files to the logits of the same network here (make_onnx.py). */
class OnnxWeightsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/onnx");
    private static final Network NETWORK =
            network(List.of(new ResNetSpec.Stage(1, 2, 1), new ResNetSpec.Stage(2, 3, 2)));
    private static final int NORMS = 12;

    private static Network network(List<ResNetSpec.Stage> stages) {
        return ResNetSpec.of(ResNetSpec.Stem.CIFAR, 4, ResNetSpec.Block.BOTTLENECK, stages)
                .withShortcut(ResNetSpec.Shortcut.PROJECTION)
                .network("little", new Shape(3, 8, 8), 5);
    }

    private static Map<String, float[]> state() throws IOException {
        Map<String, float[]> state = new HashMap<>();
        for (String line : Files.readAllLines(GOLDEN.resolve("state.txt"))) {
            String[] words = line.split(" ");
            float[] values = new float[words.length - 2];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.parseFloat(words[i + 2]);
            }
            state.put(words[0], values);
        }
        return state;
    }

    private static INDArray picture() {
        float[] values = new float[3 * 8 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 11 / 5f - 1;
        }
        return Nd4j.create(values, new long[] {1, 3, 8, 8}, 'c');
    }

    @ParameterizedTest
    @CsvSource({
        "named.onnx, torchvision and timm, 0, 1e-6",
        "beside.onnx, torchvision and timm, 0, 1e-6",
        "folded.onnx, torchvision and timm, 12, 1e-6",
        "bare.onnx, 'ONNX, matched by the graph', 12, 1e-6",
        "halves.onnx, 'ONNX, matched by the graph', 12, 1e-3",
    })
    void givesPyTorchsLogits(String file, String convention, int folded, float tolerance) throws IOException {
        GraphWeights.Loaded loaded = GraphWeights.load(
                WeightFile.open(GOLDEN.resolve(file)), NETWORK, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);

        LoadReport report = loaded.report();
        assertThat(report.complete()).as(report.text()).isTrue();
        assertThat(report.convention()).isEqualTo(convention);
        assertThat(report.entries(Status.CONVERTED).stream()
                        .filter(entry -> entry.detail().contains("for a folded batch normalisation")))
                .hasSize(4 * folded);
        assertThat(report.notes().stream()
                        .filter(note -> note.startsWith("12 batch normalisations are folded"))
                        .count())
                .isEqualTo(folded / NORMS);
        float[] logits = loaded.graph()
                .feedForward(picture(), false)
                .get("fc")
                .dup('c')
                .data()
                .asFloat();
        assertThat(logits).containsExactly(state().get("logits"), within(tolerance));
    }

    @Test
    void namesKeepTheirNumbers() throws IOException {
        Map<String, float[]> state = state();
        StateDict named = WeightFile.open(GOLDEN.resolve("named.onnx"));

        assertThat(named.tensors()).hasSize(state.size() - 1);
        named.tensors()
                .forEach((name, tensor) -> assertThat(tensor.floats()).as(name).containsExactly(state.get(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "bare.onnx, convolutions: the file has 12 such layers",
        "folded.onnx, 'missing (layer1.1.conv1.weight'",
        "named.onnx, missing",
        "layers.onnx, convolutions: the file has 1 such layers",
    })
    void anotherNetworkIsRefused(String file, String problem) {
        Network other = network(List.of(new ResNetSpec.Stage(2, 2, 1), new ResNetSpec.Stage(2, 3, 2)));
        StateDict dict = WeightFile.open(GOLDEN.resolve(file));

        assertThat(Hostile.rejected(Fault.MISMATCH, 1 << 20, () -> Matching.of(dict, other, LoadOptions.STRICT)
                        .orThrow()))
                .hasMessageContaining(problem);
    }

    /** The same tensors fit, but the file computes something else with them. */
    @ParameterizedTest
    @CsvSource({
        "strides, 'the layer of layer2.0.conv2.weight has strides 2×2 where the network has 1×1'",
        "epsilon, 'the layer of bn1.weight has epsilon 0.00001 where the network has 0.001'",
        "LeakyRelu, 'it has LeakyRelu, which the network lacks'",
        "plain, 'it has no Add for the shortcuts of the network'",
        "Sigmoid, ''", // behind the classifier
        "'', ''",
    })
    void saysIfTheGraphComputesSomethingElse(String change, String difference) {
        StateDict file = WeightFile.open(GOLDEN.resolve("named.onnx"));
        List<StateDict.Operation> graph = new ArrayList<>(file.graph());
        if (change.equals("plain")) {
            graph.removeIf(operation -> operation.name().equals("Add"));
        } else if (!change.isEmpty()) {
            graph.add(
                    change.equals("LeakyRelu") ? 1 : graph.size(),
                    new StateDict.Operation(StateDict.Operation.Kind.OTHER, List.of(), Map.of(), change, Map.of()));
        }
        Network network =
                switch (change) {
                    case "strides" -> network(List.of(new ResNetSpec.Stage(1, 2, 1), new ResNetSpec.Stage(2, 3, 1)));
                    case "epsilon" -> withEpsilon(1e-3);
                    default -> NETWORK;
                };

        Optional<String> warning = OtherComputation.of(
                new StateDict(file.file(), file.format(), file.tensors(), file.metadata(), file.notes(), graph),
                network,
                Matching.of(file, network, LoadOptions.STRICT).assigned());

        assertThat(warning.orElse(""))
                .isEqualTo(
                        difference.isEmpty()
                                ? ""
                                : "warning: the file's graph computes something else than little: " + difference
                                        + "; its results here are not those of the file");
    }

    private static Network withEpsilon(double epsilon) {
        UnaryOperator<Op> changed =
                op -> op instanceof Op.BatchNorm norm ? new Op.BatchNorm(norm.zeroInit(), epsilon, norm.decay()) : op;
        return new Network(
                NETWORK.name(),
                NETWORK.input(),
                NETWORK.classes(),
                NETWORK.nodes().stream()
                        .map(node -> new Node(
                                node.name(), changed.apply(node.op()), node.inputs(), node.stage(), node.inputShapes()))
                        .toList());
    }
}
