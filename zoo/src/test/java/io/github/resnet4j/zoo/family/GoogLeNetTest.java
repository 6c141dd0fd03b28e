package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoogLeNetTest {
    @Test
    void branchesAreTorchvisions() {
        Network network = Zoo.find("googlenet").network();

        assertThat(network.nodes())
                .filteredOn(node -> node.name().startsWith("inception3a.") && node.op() instanceof Op.Convolution)
                .extracting(node -> node.name() + " " + node.out() + " " + ((Op.Convolution) node.op()).window())
                .containsExactly(
                        "inception3a.branch1.conv 64x28x28 1x1",
                        "inception3a.branch2.0.conv 96x28x28 1x1",
                        "inception3a.branch2.1.conv 128x28x28 3x3",
                        "inception3a.branch3.0.conv 16x28x28 1x1",
                        "inception3a.branch3.1.conv 32x28x28 3x3",
                        "inception3a.branch4.1.conv 32x28x28 1x1");
        assertThat(network.nodes())
                .filteredOn(node -> node.name().equals("inception3a.concat"))
                .flatExtracting(Node::inputs)
                .containsExactly(
                        "inception3a.branch1.relu",
                        "inception3a.branch2.1.relu",
                        "inception3a.branch3.1.relu",
                        "inception3a.branch4.1.relu");
        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.BatchNorm)
                .hasSize(57)
                .allSatisfy(node -> assertThat(node.op()).isEqualTo(new Op.BatchNorm(false, 1e-3, 0.9)));
    }

    @Test
    void freezesUpToStagesAndModules() {
        Network network = Zoo.find("googlenet").network();

        assertThat(network.stages())
                .containsExactly(Network.STEM, "inception3", "inception4", "inception5", Network.HEAD);
        assertThat(network.upTo("inception4")).last().extracting(Node::name).isEqualTo("maxpool4");
        assertThat(network.upTo("inception4b")).last().extracting(Node::name).isEqualTo("inception4b.concat");
    }

    /** torchvision's {@code GoogLeNet()}, whose auxiliary classifiers belong to it unless told otherwise. */
    @Test
    void auxiliaryHeadsAreTorchvisions() {
        Network network =
                Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true")).network();

        assertThat(network.parameters()).isEqualTo(13_004_888);
        assertThat(network.statistics()).isEqualTo(2 * 7536);
        assertThat((double) network.macs()).isCloseTo(1.507e9, Percentage.withPercentage(0.5));
        assertThat(network.auxiliary())
                .containsExactly(new Network.Auxiliary("aux1.fc2", 0.3), new Network.Auxiliary("aux2.fc2", 0.3));
        assertThat(network.nodes())
                .filteredOn(node -> node.name().startsWith("aux1.") && !(node.op() instanceof Op.Relu))
                .extracting(node -> node.name() + " " + node.inputs() + " " + node.out())
                .containsExactly(
                        "aux1.pool [inception4a.concat] 512x4x4",
                        "aux1.conv.conv [aux1.pool] 128x4x4",
                        "aux1.conv.bn [aux1.conv.conv] 128x4x4",
                        "aux1.fc1 [aux1.conv.relu] 1024x1x1",
                        "aux1.dropout [aux1.relu] 1024x1x1",
                        "aux1.fc2 [aux1.dropout] 1000x1x1");
        assertThat(network.nodes())
                .filteredOn(node -> node.name().equals("aux2.pool"))
                .flatExtracting(Node::inputs)
                .containsExactly("inception4d.concat");
        assertThat(network.upTo("inception5")).extracting(Node::name).noneMatch(name -> name.startsWith("aux"));
        assertThat(network.nodes()).last().extracting(Node::name).isEqualTo("fc");
        assertThat(Zoo.find("googlenet").network().auxiliary()).isEmpty();
    }

    static List<Integer> sizes() {
        return IntStream.rangeClosed(15, 80).boxed().toList();
    }

    /** {@code ceil_mode=True}: a last window may reach out, but has to begin in the map. */
    @ParameterizedTest
    @MethodSource("sizes")
    void poolingsRoundUpAsInPyTorch(int size) {
        Network network = Zoo.find("googlenet").network(new Shape(3, size, 64), 10);

        assertThat(network.nodes())
                .filteredOn(node -> node.name().matches("maxpool\\d"))
                .hasSize(4)
                .allSatisfy(node -> {
                    int kernel = ((Op.MaxPool) node.op()).window().rows().kernel();
                    int in = node.in().height() - 1; // the row of zeros
                    int out = Math.floorDiv(in - kernel + 1, 2) + 1;
                    out -= (out - 1) * 2 >= in ? 1 : 0;
                    assertThat(node.out().height()).isEqualTo(out);
                    assertThat(node.op()).isEqualTo(new Op.MaxPool(Window.square(kernel, 2, 0)));
                });
    }

    @Test
    void refusesImagesOfFewerThan15Pixels() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Zoo.find("googlenet").network(Shape.square(3, 14), 10))
                .withMessageContaining("googlenet cannot take 14x14 pixels: nothing is left at maxpool3")
                .withMessageContaining("use a larger input size");
    }
}
