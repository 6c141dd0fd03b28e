package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients along single paths: PyTorch's, and together the usual one. */
class PathGradientsTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static final Shape IMAGE = Shape.square(3, 8);

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static INDArray array(Tensor tensor) {
        return Nd4j.create(
                tensor.floats(), tensor.shape().stream().mapToLong(size -> size).toArray(), 'c');
    }

    private static void requireClose(INDArray actual, INDArray expected, double bound) {
        double size = expected.norm2Number().doubleValue();
        assertThat(actual.sub(expected).norm2Number().doubleValue()).isLessThan(bound * size);
    }

    private static boolean[] path(int number, int blocks) {
        boolean[] path = new boolean[blocks];
        for (int i = 0; i < blocks; i++) {
            path[i] = (number >> i & 1) == 1;
        }
        return path;
    }

    /** {@code lesions.py} has the files: b for a branch, s for a shortcut, block by block. */
    @ParameterizedTest
    @CsvSource({"original, resnet20-cifar, a", "preact, preresnet20-cifar, b"})
    void everyPathIsPyTorchs(String name, String row, String shortcut) {
        Spec spec = Zoo.find(row).with(Map.of("shortcut", shortcut)).spec().reduced();
        Network network = spec.network(row, IMAGE, 5);
        ComputationGraph graph = GraphWeights.load(
                        WeightFile.open(GOLDEN.resolve("paths-" + name + ".pth")),
                        network,
                        NetworkGraph.Options.seeded(1),
                        LoadOptions.STRICT)
                .graph();
        StateDict golden = WeightFile.open(GOLDEN.resolve("paths-" + name + ".npz"));
        int[] labels = array(golden.tensors().get("labels")).toIntVector();
        try (PathGradients gradients = new PathGradients(Chain.of(network), graph, labels.length)) {
            assertThat(gradients.forward(array(golden.tensors().get("images")), labels))
                    .isTrue();
            for (int number = 0; number < 8; number++) {
                StringBuilder key = new StringBuilder();
                boolean[] path = path(number, 3);
                for (boolean branch : path) {
                    key.append(branch ? 'b' : 's');
                }
                requireClose(gradients.along(path), array(golden.tensors().get(key.toString())), 1e-4);
            }
            requireClose(gradients.alongAll(), array(golden.tensors().get("all")), 1e-4);
        }
    }

    static Stream<Network> networks() {
        Stream<Network> rows = Stream.of(
                        "resnet20-cifar",
                        "preresnet20-cifar",
                        "preresnet164-cifar",
                        "wrn-16-4",
                        "resnet50",
                        "resnext50-32x4d",
                        "resnet20-exclusive-gating-cifar",
                        "resnet20-constant-scaling-cifar",
                        "resnet20-bn-after-add-cifar",
                        "resnet20-relu-only-cifar")
                .map(row -> Zoo.find(row).spec().reduced().network(row, Shape.square(3, 16), 4));
        Network stochastic = Zoo.find("resnet20-cifar")
                .with(Map.of("stochastic-depth", "0.5"))
                .spec()
                .reduced()
                .network("stochastic", IMAGE, 4);
        return Stream.concat(rows, Stream.of(linear(10), stochastic));
    }

    /** Branches of two convolutions and batch normalisation, and nothing that is not linear. */
    private static Network linear(int blocks) {
        NetworkWriter net = new NetworkWriter("linear", IMAGE, Conventions.TORCHVISION);
        String x = net.conv("conv1", Network.INPUT, 4, 3, 1);
        net.stage("layer1");
        for (int block = 0; block < blocks; block++) {
            String name = "layer1." + block;
            String branch = net.bn(name + ".bn1", net.conv(name + ".conv1", x, 4, 3, 1));
            x = net.sum(name + ".add", net.conv(name + ".conv2", branch, 4, 3, 1), x);
        }
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("avgpool", x), 3);
        return net.finish();
    }

    /** For a network of n blocks, the gradients along all of its 2^n paths add up to the gradient of the whole. */
    @ParameterizedTest
    @MethodSource("networks")
    void allPathsTogetherAreTheGradient(Network network) {
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(7));
        Nd4j.getRandom().setSeed(5);
        INDArray images = Nd4j.randn(
                DataType.FLOAT, 2, 3, network.input().height(), network.input().width());
        Chain chain = Chain.of(network);
        int blocks = (int) chain.units().stream()
                .filter(unit -> unit.kind() == Chain.Kind.BLOCK)
                .count();
        try (PathGradients gradients = new PathGradients(chain, graph, 2)) {
            gradients.forward(images, new int[] {1, 2});
            INDArray sum = Nd4j.zeros(DataType.FLOAT, images.shape());
            for (int number = 0; number < 1 << blocks; number++) {
                sum.addi(gradients.along(path(number, blocks)));
            }
            requireClose(sum, gradients.alongAll(), 1e-4);
            assertThat(PathGradients.norm(sum)).isPositive();
        }
    }

    @Test
    void theNormIsThatOfAnImage() {
        INDArray gradient = Nd4j.zeros(DataType.FLOAT, 4, 1, 1, 2);
        gradient.assign(3);
        assertThat(PathGradients.norm(gradient)).isCloseTo(Math.sqrt(18), within(1e-6));
    }
}
