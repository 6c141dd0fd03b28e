package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HighwayTest {
    static Stream<Architecture> rows() {
        return new Highway().table().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void takesBackEveryOptionItSays(Architecture row) {
        Spec spec = row.spec();

        assertThat(spec.with(spec.options())).isEqualTo(spec);
        assertThat(spec.with(Map.of())).isEqualTo(spec);
        assertThat(spec.reduced().with(spec.reduced().options())).isEqualTo(spec.reduced());
    }

    /** What a layer reads and computes. */
    @ParameterizedTest
    @CsvSource({
        "highway-19-cifar, layer2.3, layer2.2.add, conv 3x3 + bias",
        "highway-mlp-10, layer1.4, layer1.3.add, dense"
    })
    void layersAddTheirOpenPart(String name, String layer, String in, String op) {
        assertThat(Zoo.find(name).network().nodes())
                .filteredOn(node -> node.name().startsWith(layer + "."))
                .extracting(node -> node.name().substring(layer.length() + 1) + " " + node.inputs() + " "
                        + node.op().label())
                .containsExactly(
                        "transform [" + in + "] " + op,
                        "relu [" + layer + ".transform] relu",
                        "gate [" + in + "] " + op + (op.equals("dense") ? ", bias" : "") + " from -2.0",
                        "open [" + layer + ".gate] sigmoid",
                        "negated [" + in + "] scale -1.0",
                        "change [" + layer + ".relu, " + layer + ".negated] add",
                        "gated [" + layer + ".change, " + layer + ".open] multiply",
                        "add [" + layer + ".gated, " + in + "] add");
    }

    /** Where the authors' networks drop, and how much. */
    @ParameterizedTest
    @CsvSource({
        "highway-19-cifar, 'input 0.2, layer2.maxpool 0.2, layer3.maxpool 0.2, avgpool 0.2'",
        "highway-32-cifar, 'input 0.2, layer2.maxpool 0.2, layer3.maxpool 0.2, avgpool 0.2'",
        "highway-10-mnist, 'input 0.2, layer2.maxpool 0.3, layer3.maxpool 0.4, head.maxpool 0.5'"
    })
    void dropsWhereTheAuthorsDo(String name, String places) {
        Architecture row = Zoo.find(name);

        assertThat(row.network().nodes())
                .filteredOn(node -> node.op() instanceof Op.Dropout)
                .extracting(node -> node.inputs().get(0) + " " + ((Op.Dropout) node.op()).probability())
                .containsExactly(places.split(", "));
        assertThat(row.with(Map.of("dropout", "false")).network().nodes())
                .noneMatch(node -> node.op() instanceof Op.Dropout)
                .extracting(Node::name)
                .containsExactlyElementsOf(row.network().nodes().stream()
                        .filter(node -> !(node.op() instanceof Op.Dropout))
                        .map(Node::name)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"highway-19-cifar, 14, -2", "highway-10-mnist, 8, -1", "highway-mlp-10, 9, -2", "highway-mlp-10, 9, -10"
    })
    void gatesStartAlmostClosed(String name, int layers, float bias) {
        Network network =
                Zoo.find(name).with(Map.of("gate-bias", String.valueOf(bias))).network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        List<String> biased = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Convolution || node.op() instanceof Op.Dense)
                .map(Node::name)
                .toList();

        assertThat(biased).filteredOn(node -> node.endsWith(".gate")).hasSize(layers);
        assertThat(biased).allSatisfy(node -> assertThat(
                        graph.getLayer(node).getParam("b").dup().data().asFloat())
                .containsOnly(node.endsWith(".gate") ? bias : 0));
        NetworkGraph.close(graph);
    }

    /** The layers that the names count: all that have weights, but for fully connected networks the classifier. */
    @ParameterizedTest
    @CsvSource({
        "highway-19-cifar, 19",
        "highway-32-cifar, 32",
        "highway-10-mnist, 10",
        "highway-mlp-10, 11",
        "highway-mlp-100, 101"
    })
    void areAsDeepAsTheirNames(String name, int layers) {
        assertThat(Zoo.find(name).network().nodes())
                .filteredOn(node -> node.parameters() > 0 && !node.name().endsWith(".gate"))
                .hasSize(layers);
    }

    @Test
    void countsForOtherClassesAsPublished() {
        Architecture row = Zoo.find("highway-19-cifar");

        assertThat(row.network(row.input(), 100).parameters()).isEqualTo(2_265_928);
    }

    /** Caffe's pooling: 24, 12, 6, 3 rows of 28. */
    @ParameterizedTest
    @CsvSource({"28, 28, 24x24 12x12 6x6", "27, 8, 23x4 11x2 5x1"})
    void poolingRoundsUp(int height, int width, String maps) {
        Network network = Zoo.find("highway-10-mnist").network(new Shape(1, height, width), 10);

        assertThat(Stream.of("layer1", "layer2", "layer3")
                        .map(stage -> network.lastOf(stage).out())
                        .map(map -> map.height() + "x" + map.width()))
                .containsExactly(maps.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-20.1", "21", "closed"})
    void refusesOtherBiases(String bias) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("highway-mlp-10").with(Map.of("gate-bias", bias, "dropout", "true")))
                .withMessageContaining("option gate-bias: \"" + bias + "\" is not a number from -20.0 to 20.0")
                .withMessageContaining("unknown option \"dropout\"");
    }

    @Test
    void takesTwoClassesAtLeast() {
        assertThat(rows()).allSatisfy(row -> assertThatIllegalArgumentException()
                .isThrownBy(() -> row.network(row.input(), 1))
                .withMessage("a classifier needs at least 2 classes, got 1"));
    }
}
