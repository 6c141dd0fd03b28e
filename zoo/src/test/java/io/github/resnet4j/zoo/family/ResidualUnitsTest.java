package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResidualUnitsTest {
    private static Network network(String name, Map<String, String> options) {
        return Zoo.find(name).with(options).network();
    }

    /** The nodes of a unit with what they read. */
    private static List<String> unit(Network network, String unit) {
        return network.nodes().stream()
                .filter(node -> node.name().startsWith(unit + "."))
                .map(node -> node.name().substring(unit.length() + 1) + " " + node.inputs() + " "
                        + node.op().label())
                .toList();
    }

    static Stream<Architecture> rows() {
        return new ResidualUnits().table().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void takesBackEveryOptionItSays(Architecture row) {
        Spec spec = row.spec();

        assertThat(spec.with(spec.options())).isEqualTo(spec);
        assertThat(spec.with(Map.of())).isEqualTo(spec);
        assertThat(spec.reduced().with(spec.reduced().options())).isEqualTo(spec.reduced());
    }

    @Test
    void anyDepthOf6nAnd2IsAnOption() {
        Network network = network("resnet20-shortcut-gating-cifar", Map.of("depth", "110"));

        assertThat(network.nodes())
                .isEqualTo(network("resnet110-shortcut-gating-cifar", Map.of()).nodes());
        assertThat(network("resnet20-relu-only-cifar", Map.of("depth", "56")).parameters())
                .isEqualTo(853_018);
    }

    @ParameterizedTest
    @CsvSource({"30, 32", "28, 26", "3, 8", "-7, 8", "1203, 1202", "999999999, 1202"})
    void otherDepthsAreRefusedWithTheNearest(String depth, int nearest) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet20-relu-only-cifar").with(Map.of("depth", depth)))
                .withMessage("resnet20-relu-only-cifar: option depth: \"" + depth
                        + "\" is none of 8, 14, 20, …, 1202; the nearest is " + nearest);
    }

    @Test
    void refusesWhatAUnitCannotHave() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet110-constant-scaling-cifar")
                        .with(Map.of("depth", "deep", "shortcut-scale", "2")))
                .withMessage("resnet110-constant-scaling-cifar: option depth: \"deep\" is not a whole number from 8 to"
                        + " 1202; option shortcut-scale: \"2\" is not a number from 0.0 to 1.0");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet110-dropout-shortcut-cifar").with(Map.of("gate-bias", "-6")))
                .withMessageContaining("unknown option \"gate-bias\"");
    }

    @Test
    void gatesStartAlmostClosed() {
        Network network = Zoo.find("resnet20-exclusive-gating-cifar")
                .with(Map.of("depth", "8"))
                .network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));

        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.Convolution c && c.bias())
                .hasSize(3)
                .allSatisfy(gate -> {
                    assertThat(gate.name()).endsWith(".gate");
                    float[] biases =
                            graph.getLayer(gate.name()).getParam("b").data().asFloat();
                    assertThat(Arrays.copyOf(biases, gate.out().channels())).containsOnly(-6);
                });
        NetworkGraph.close(graph);
        assertThat(unit(network("resnet20-shortcut-gating-cifar", Map.of("gate-bias", "-1")), "layer2.0"))
                .contains("gate [layer1.2.relu] conv 1x1/2 + bias from -1.0");
    }

    /** Dropout draws otherwise in PyTorch, so that nothing but the structure can be compared. */
    @Test
    void dropoutIsOnTheShortcutAsItLeaves() {
        Network network = network("resnet20-dropout-shortcut-cifar", Map.of());

        assertThat(unit(network, "layer2.0"))
                .containsExactly(
                        "conv1 [layer1.2.relu] conv 3x3/2",
                        "bn1 [layer2.0.conv1] batch norm",
                        "relu1 [layer2.0.bn1] relu",
                        "conv2 [layer2.0.relu1] conv 3x3",
                        "bn2 [layer2.0.conv2] batch norm",
                        "shortcut [layer1.2.relu] zero pad /2",
                        "dropout [layer2.0.shortcut] dropout 0.5",
                        "add [layer2.0.bn2, layer2.0.dropout] add",
                        "relu [layer2.0.add] relu");
        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.Dropout)
                .hasSize(9);
    }
}
