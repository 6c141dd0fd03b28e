package io.github.resnet4j.finetune.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code activation_maps.py} has the expected maps. */
class ClassActivationMapsTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static INDArray array(StateDict file, String name) {
        Tensor tensor = file.tensors().get(name);
        return Nd4j.create(
                tensor.floats(), tensor.shape().stream().mapToLong(size -> size).toArray(), 'c');
    }

    private static ComputationGraph graph(Network network, String file) {
        return GraphWeights.load(
                        WeightFile.open(GOLDEN.resolve(file)),
                        network,
                        NetworkGraph.Options.seeded(1),
                        LoadOptions.STRICT)
                .graph();
    }

    /** @param expected N×classes×h×w */
    private static void requireMaps(ClassActivationMaps maps, INDArray images, INDArray expected) {
        int count = Math.toIntExact(images.size(0));
        for (int label = 0; label < expected.size(1); label++) {
            int[] labels = new int[count];
            Arrays.fill(labels, label);
            List<ActivationMap> found = maps.of(images.dup(), labels);
            for (int image = 0; image < count; image++) {
                float[] values =
                        expected.slice(image).slice(label).dup('c').data().asFloat();
                assertThat(found.get(image).height()).isEqualTo((int) expected.size(2));
                assertThat(found.get(image).width()).isEqualTo((int) expected.size(3));
                assertThat(found.get(image).values())
                        .as("image %d, class %d", image, label)
                        .containsExactly(values, within(1e-4f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void behindGlobalAveragePoolingTheyArePyTorchs(Engine engine) {
        Network network = Zoo.find("resnet20-cifar")
                .with(Map.of("shortcut", "a"))
                .spec()
                .reduced()
                .network("small", Shape.square(3, 8), 5);
        ComputationGraph graph = graph(network, "paths-original.pth");
        INDArray images = array(WeightFile.open(GOLDEN.resolve("paths-original.npz")), "images");
        INDArray expected = array(WeightFile.open(GOLDEN.resolve("cam.npz")), "maps");
        try (Inference inference = Inference.of(graph, network.input(), 3, engine);
                ClassActivationMaps maps =
                        ClassActivationMaps.of(network, graph, inference).orElseThrow()) {
            assertThat(maps.exact()).isTrue();
            requireMaps(maps, images, expected);
        }
    }

    private static Network pooled() {
        NetworkWriter net = new NetworkWriter("pooled", Shape.square(3, 12), Conventions.KERAS);
        String x = net.relu("relu1", net.conv("conv1", Network.INPUT, 6, 3, 1));
        x = net.relu("relu2", net.conv("conv2", net.maxPool("pool1", x, 2, 2, 0), 8, 3, 1));
        net.stage(Network.HEAD);
        x = net.relu("relu3", net.dense("fc1", net.maxPool("pool2", x, 2, 2, 0), 10));
        net.dense("fc2", x, 4);
        return net.finish();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"ONEDNN", "DL4J"})
    void elsewhereTheyArePyTorchsGradCam(Engine engine) {
        Network network = pooled();
        ComputationGraph graph = graph(network, "grad-cam.pth");
        StateDict golden = WeightFile.open(GOLDEN.resolve("grad-cam.npz"));
        try (Inference inference = Inference.of(graph, network.input(), 3, engine);
                ClassActivationMaps maps =
                        ClassActivationMaps.of(network, graph, inference).orElseThrow()) {
            assertThat(maps.exact()).isFalse();
            requireMaps(maps, array(golden, "images"), array(golden, "maps"));
        }
    }

    /** Each image of a batch has the map of its own class. */
    @Test
    void imagesOfABatchAskForDifferentClasses() {
        Network network = pooled();
        ComputationGraph graph = graph(network, "grad-cam.pth");
        StateDict golden = WeightFile.open(GOLDEN.resolve("grad-cam.npz"));
        INDArray expected = array(golden, "maps");
        try (Inference inference = Inference.of(graph, network.input(), 3, Engine.AUTO);
                ClassActivationMaps maps =
                        ClassActivationMaps.of(network, graph, inference).orElseThrow()) {
            List<ActivationMap> found = maps.of(array(golden, "images"), 2, 0, 3);
            int[] labels = {2, 0, 3};
            for (int image = 0; image < labels.length; image++) {
                assertThat(found.get(image).values())
                        .containsExactly(
                                expected.slice(image)
                                        .slice(labels[image])
                                        .dup('c')
                                        .data()
                                        .asFloat(),
                                within(1e-4f));
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> maps.of(array(golden, "images"), 1, 2))
                    .withMessage("2 classes for 3 images");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> maps.of(array(golden, "images"), 0, 1, 4))
                    .withMessage("no class 4: the network has 4");
        }
    }

    /** Every kind of network that the zoo has, the smallest of its family: the mean of an exact map is the logit. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet18",
                "preresnet20-cifar",
                "wrn-16-4",
                "densenet121",
                "vgg16-bn-cifar",
                "googlenet",
                "alexnet",
                "vgg11",
                "resnet8-mlperf",
                "plain20-cifar"
            })
    void everyConvolutionalFamilyHasMaps(String row) {
        Architecture architecture = Zoo.find(row);
        Network network = architecture.spec().reduced().network(row, architecture.input(), 3);
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(2));
        Nd4j.getRandom().setSeed(1);
        Shape in = network.input();
        INDArray images = Nd4j.randn(DataType.FLOAT, 2, in.channels(), in.height(), in.width());
        try (Inference inference = Inference.of(graph, in, 2, Engine.AUTO);
                ClassActivationMaps maps =
                        ClassActivationMaps.of(network, graph, inference).orElseThrow()) {
            List<ActivationMap> both = maps.of(images.dup(), 1, 2);
            assertThat(both).hasSize(2).allSatisfy(map -> {
                for (float value : map.values()) {
                    assertThat(value).isFinite();
                }
            });
            if (maps.exact()) {
                INDArray logits = inference
                        .featureMaps(images.dup(), List.of(last(network)))
                        .get(last(network));
                INDArray bias = graph.getLayer(last(network)).paramTable().get("b");
                for (int i = 0; i < 2; i++) {
                    double mean = 0;
                    for (float value : both.get(i).values()) {
                        mean += value / both.get(i).values().length;
                    }
                    double logit = logits.getDouble(i, i + 1) - (bias == null ? 0 : bias.getDouble(i + 1));
                    assertThat(mean).isCloseTo(logit, within(1e-3 * Math.max(1, Math.abs(logit))));
                }
            }
        } finally {
            NetworkGraph.close(graph);
        }
    }

    private static String last(Network network) {
        return network.nodes().get(network.nodes().size() - 1).name();
    }

    @Test
    void aNetworkOfDenseLayersHasNone() {
        Network network = Zoo.find("highway-mlp-10").network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        try (Inference inference = Inference.of(graph, network.input(), 1, Engine.AUTO)) {
            Optional<ClassActivationMaps> maps = ClassActivationMaps.of(network, graph, inference);
            assertThat(maps).isEmpty();
        } finally {
            NetworkGraph.close(graph);
        }
    }
}
