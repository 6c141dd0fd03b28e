package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.layers.Golden;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.GroupedBottleneck;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** A network with a grouped convolution, from PyTorch's file to its logits. */
class GroupedBottleneckTest {
    private static final Network NETWORK = GroupedBottleneck.network(Conventions.TORCHVISION);
    private static final Golden GOLDEN = Golden.read("grouped/bottleneck").get(0);
    private static final NetworkGraph.Options OPTIONS = NetworkGraph.Options.seeded(1);

    private static StateDict file() throws URISyntaxException {
        return WeightFile.open(Path.of(GroupedBottleneckTest.class
                .getResource("/golden/grouped/bottleneck.pth")
                .toURI()));
    }

    private static ComputationGraph load(NetworkGraph.Options options) throws URISyntaxException {
        GraphWeights.Loaded loaded = GraphWeights.load(file(), NETWORK, options, LoadOptions.STRICT);
        assertThat(loaded.report().complete()).isTrue();
        return loaded.graph();
    }

    private static INDArray images() {
        return GOLDEN.tensor("pictures").castTo(DataType.FLOAT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "layer1.0.conv2", "layer1"})
    void givesPyTorchsLogits(String frozenUpTo) throws URISyntaxException {
        ComputationGraph graph = load(OPTIONS.frozenUpTo(Optional.of(frozenUpTo).filter(part -> !part.isEmpty())));

        INDArray logits = graph.feedForward(images(), false).get("fc");
        assertThat(logits.dup('c').data().asFloat())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(
                        GOLDEN.tensor("logits").castTo(DataType.FLOAT).data().asFloat());
    }

    @Test
    void putsOutTheWeightsOfPyTorchsFile() throws URISyntaxException {
        StateDict file = file();

        GraphWeights.stateDict(load(OPTIONS), NETWORK).tensors().forEach((name, tensor) -> {
            assertThat(tensor.shape())
                    .as(name)
                    .isEqualTo(file.tensors().get(name).shape());
            assertThat(tensor.floats())
                    .as(name)
                    .containsExactly(file.tensors().get(name).floats());
        });
    }

    @Test
    void groupsOnlyWhereTheNetworkDoes() {
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(NETWORK, OPTIONS);

        assertThat(layer(configuration, "layer1.0.conv1")).isInstanceOf(ConvolutionLayer.class);
        assertThat(layer(configuration, "layer1.0.conv2")).isInstanceOfSatisfying(GroupedConvolution.class, conv -> {
            assertThat(conv.getGroups()).isEqualTo(2);
            assertThat(conv.getStride()).containsExactly(2, 2);
            assertThat(conv.getPadding()).containsExactly(1, 1);
            assertThat(conv.hasBias()).isFalse();
        });
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        assertThat(graph.numParams()).isEqualTo(NETWORK.parameters() + NETWORK.statistics());
    }

    private static Layer layer(ComputationGraphConfiguration configuration, String vertex) {
        return ((LayerVertex) configuration.getVertices().get(vertex))
                .getLayerConf()
                .getLayer();
    }

    /** With biases, and zeros at the bottom and at the right only. */
    @Test
    void backpropEqualsDifferences() {
        NetworkWriter net = new NetworkWriter("toy", new Shape(4, 6, 6), Conventions.KERAS);
        net.relu("relu", net.bn("bn", net.groupedConv("conv", Network.INPUT, 6, 3, 2, 2)));
        net.dense("fc", net.globalAvgPool("avgpool", "relu"), 3);
        ComputationGraph graph = NetworkGraph.create(
                net.finish(),
                NetworkGraph.Options.seeded(3).dataType(DataType.DOUBLE).updater(new NoOp()));
        Nd4j.getRandom().setSeed(5);

        GradientCheck.check(graph, Nd4j.randn(DataType.DOUBLE, 4, 4, 6, 6), 3, 1e-4);
    }

    /** As torchvision's ResNeXt: PyTorch's fan-out is that of all groups together. */
    @Test
    void weightsAreDrawnForTheFanOutOfAllGroups() {
        NetworkWriter net = new NetworkWriter("wide", new Shape(64, 3, 3), Conventions.TORCHVISION);
        net.groupedConv("conv", Network.INPUT, 128, 3, 1, 4);
        net.dense("fc", net.globalAvgPool("avgpool", "conv"), 2);

        INDArray weights = NetworkGraph.create(net.finish(), OPTIONS).getParam("conv_W");

        assertThat(weights.shape()).containsExactly(128, 16, 3, 3);
        assertThat(weights.stdNumber().doubleValue())
                .isCloseTo(Math.sqrt(2.0 / (9 * 128)), Percentage.withPercentage(2));
    }

    @Test
    void isCopiedIntoFrozenGraphs() throws URISyntaxException {
        ComputationGraph from = load(OPTIONS);
        ComputationGraph to =
                NetworkGraph.create(NETWORK, NetworkGraph.Options.seeded(2).frozenUpTo(Optional.of("layer1")));

        ModelArchive.copyMatching(NETWORK, from, to, true);

        assertThat(to.params().toFloatVector()).containsExactly(from.params().toFloatVector());
    }

    /** DL4J's own archive, for DL4J's users. */
    @Test
    void goesThroughDl4jsSerializer(@TempDir Path folder) throws IOException, URISyntaxException {
        ComputationGraph graph = load(OPTIONS);
        graph.fit(new DataSet(images(), Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}})));
        Path file = folder.resolve("dl4j.zip");

        ModelSerializer.writeModel(graph, file.toFile(), true);
        ComputationGraph again = ModelSerializer.restoreComputationGraph(file.toFile());

        assertThat(again.getConfiguration()).isEqualTo(graph.getConfiguration());
        assertThat(again.params().toFloatVector())
                .containsExactly(graph.params().toFloatVector());
        assertThat(again.outputSingle(images()).dup('c').data().asFloat())
                .containsExactly(graph.outputSingle(images()).dup('c').data().asFloat());
    }
}
