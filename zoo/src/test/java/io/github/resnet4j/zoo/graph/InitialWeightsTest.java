package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph.Options;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InitialWeightsTest {
    private static final Architecture RESNET20 = Zoo.find("resnet20-cifar");

    @Test
    void weightsAreDrawnAsTorchvisionDraws() {
        Network network = Zoo.find("resnet18").network();
        ComputationGraph graph = NetworkGraph.create(network, Options.seeded(3));

        List<Node> convolutions = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Convolution)
                .toList();
        assertThat(convolutions).hasSize(20).allSatisfy(node -> {
            Op.Convolution conv = (Op.Convolution) node.op();
            double std = Math.sqrt(2.0 / (conv.window().taps() * conv.outChannels()));
            INDArray weights = graph.getParam(node.name() + "_W");
            assertThat(weights.shape())
                    .containsExactly(
                            conv.outChannels(),
                            node.in().channels(),
                            conv.window().rows().kernel(),
                            conv.window().columns().kernel());
            assertThat(weights.stdNumber().doubleValue()).as(node.name()).isCloseTo(std, Percentage.withPercentage(5));
            assertThat(weights.meanNumber().doubleValue()).as(node.name()).isCloseTo(0, within(0.05 * std));
        });

        double bound = 1 / Math.sqrt(512);
        INDArray classifier = graph.getParam("fc_W");
        assertThat(classifier.maxNumber().doubleValue()).isCloseTo(bound, within(0.01 * bound));
        assertThat(classifier.minNumber().doubleValue()).isCloseTo(-bound, within(0.01 * bound));
        assertThat(classifier.stdNumber().doubleValue()).isCloseTo(bound / Math.sqrt(3), Percentage.withPercentage(5));
    }

    @Test
    void biasesStartAtZero() {
        Network network = Zoo.find("resnet8-mlperf").network();
        Map<String, INDArray> parameters =
                NetworkGraph.create(network, Options.seeded(1)).paramTable();

        List<Slot> biases = network.slots().stream()
                .filter(slot -> slot.role() == Slot.Role.BIAS)
                .toList();
        assertThat(biases).hasSize(10).allSatisfy(slot -> {
            INDArray values = parameters.get(slot.node().name() + "_b");
            assertThat(values.length()).isEqualTo(slot.elements());
            assertThat(values.amaxNumber().doubleValue()).isZero();
        });
    }

    /** Constants that no other test would tell apart. */
    @ParameterizedTest
    @CsvSource({"resnet50, 1e-5, 0.9", "resnet50-keras, 1.001e-5, 0.99", "resnet8-mlperf, 1e-3, 0.99"})
    void normalisesWithTheConstantsOfItsFramework(String name, double eps, double decay) {
        Network network = Zoo.find(name).network();
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(network, Options.seeded(1));

        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.BatchNorm)
                .isNotEmpty()
                .allSatisfy(node -> {
                    LayerVertex vertex =
                            (LayerVertex) configuration.getVertices().get(node.name());
                    BatchNormalization bn =
                            (BatchNormalization) vertex.getLayerConf().getLayer();
                    assertThat(bn.getEps()).isEqualTo(eps);
                    assertThat(bn.getDecay()).isEqualTo(decay);
                });
    }

    @Test
    void sameSeedSameWeights() {
        Network network = RESNET20.network();
        float[] first = NetworkGraph.create(network, Options.seeded(1)).params().toFloatVector();

        assertThat(NetworkGraph.create(network, Options.seeded(1)).params().toFloatVector())
                .isEqualTo(first);
        assertThat(NetworkGraph.create(network, Options.seeded(2)).params().toFloatVector())
                .isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zeroInitSetsOnlyTheLastBnOfEveryBlock(boolean zero) {
        Network network = RESNET20.with(Map.of("zero-init-residual", String.valueOf(zero)))
                .network();
        Map<String, INDArray> parameters =
                NetworkGraph.create(network, Options.seeded(1)).paramTable();

        List<Node> norms = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm)
                .toList();
        assertThat(norms).hasSize(19).allSatisfy(node -> {
            double gamma = zero && node.name().endsWith(".bn2") ? 0 : 1;
            long channels = node.in().channels();
            assertThat(sumOf(parameters, node, "gamma")).as(node.name()).isEqualTo(gamma * channels);
            assertThat(sumOf(parameters, node, "beta")).as(node.name()).isZero();
            assertThat(sumOf(parameters, node, "mean")).as(node.name()).isZero();
            assertThat(sumOf(parameters, node, "var")).as(node.name()).isEqualTo(channels);
        });
    }

    @Test
    void zeroInitStartsBlocksAsTheIdentity() {
        Network network = RESNET20.with(Map.of("zero-init-residual", "true")).network(Shape.square(3, 8), 10);
        ComputationGraph graph = NetworkGraph.create(network, Options.seeded(1));
        Nd4j.getRandom().setSeed(2);

        Map<String, INDArray> maps = graph.feedForward(Nd4j.randn(DataType.FLOAT, 1, 3, 8, 8), false);

        assertThat(maps.get("relu1").maxNumber().doubleValue()).isPositive();
        assertThat(maps.get("layer1.2.relu")).isEqualTo(maps.get("relu1"));
        assertThat(maps.get("layer3.2.relu")).isEqualTo(maps.get("layer3.0.relu"));
    }

    /** DL4J alone would read BN's {@code useLogStd(false)} back as true. */
    @ParameterizedTest
    @ValueSource(strings = {"", "stem", "layer2.0.bn1"})
    void jsonKeepsHowTheVarianceIsStored(String frozenUpTo) {
        Network network = RESNET20.network();
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(
                network, Options.seeded(1).frozenUpTo(Optional.of(frozenUpTo).filter(part -> !part.isEmpty())));

        ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration.toJson()));
        graph.init();

        assertThat(graph.paramTable().keySet())
                .filteredOn(name -> name.endsWith("_var"))
                .hasSize(19);
    }

    private static double sumOf(Map<String, INDArray> parameters, Node node, String name) {
        return parameters.get(node.name() + "_" + name).sumNumber().doubleValue();
    }
}
