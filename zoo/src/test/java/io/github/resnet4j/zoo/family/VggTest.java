package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VggTest {
    /** The keys of torchvision's state dicts. */
    @ParameterizedTest
    @CsvSource({
        "vgg16, 0 2 5 7 10 12 14 17 19 21 24 26 28",
        "vgg19, 0 2 5 7 10 12 14 16 19 21 23 25 28 30 32 34",
        "vgg16-bn, 0 3 7 10 14 17 20 24 27 30 34 37 40",
        "vgg19-bn, 0 3 7 10 14 17 20 23 27 30 33 36 40 43 46 49",
        "vgg16-bn-cifar, 0 3 7 10 14 17 20 24 27 30 34 37 40"
    })
    void convolutionsHaveTheirPlaceInFeatures(String name, String places) {
        assertThat(Zoo.find(name).network().nodes())
                .filteredOn(node -> node.op() instanceof Op.Convolution)
                .allSatisfy(node -> assertThat(node.slots()).hasSize(2))
                .extracting(Node::name)
                .containsExactlyElementsOf(Arrays.stream(places.split(" "))
                        .map("features."::concat)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vgg11", "vgg19-bn", "vgg16-bn-cifar"})
    void blocksEndWithTheirPooling(String name) {
        Network network = Zoo.find(name).network();
        List<String> pools = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.MaxPool)
                .map(Node::name)
                .toList();

        assertThat(network.stages()).containsExactly("block1", "block2", "block3", "block4", "block5", Network.HEAD);
        assertThat(network.stages().stream()
                        .filter(stage -> !stage.equals(Network.HEAD))
                        .map(stage -> network.lastOf(stage).name()))
                .isEqualTo(pools);
        assertThat(network.upTo("block2")).last().extracting(Node::name).isEqualTo(pools.get(1));
    }

    @Test
    void dropsBehindBothHiddenLayers() {
        List<Node> nodes = Zoo.find("vgg16").network().nodes();

        assertThat(nodes)
                .filteredOn(node -> node.op() instanceof Op.Dropout)
                .allSatisfy(node -> assertThat(node.op()).isEqualTo(new Op.Dropout(0.5)))
                .extracting(node -> node.name() + " of " + node.inputs())
                .containsExactly("classifier.2 of [classifier.1]", "classifier.5 of [classifier.4]");
        assertThat(Zoo.find("vgg16").with(Map.of("dropout", "0")).network().nodes())
                .hasSize(nodes.size() - 2)
                .noneMatch(node -> node.op() instanceof Op.Dropout);
    }

    @Test
    void namesItsOptions() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("vgg16").with(Map.of("dropout", "1")))
                .withMessage("vgg16: option dropout: \"1\" is not a number from 0.0 to 0.99");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("vgg16-bn-cifar").with(Map.of("dropout", "0.5")))
                .withMessage("vgg16-bn-cifar: unknown option \"dropout\"; this network has no options");
    }

    /** The dense layers see 7×7 places of any image. */
    @ParameterizedTest
    @ValueSource(ints = {32, 64, 224, 299})
    void takesImagesOfAnySizeFrom32(int size) {
        Network network = Zoo.find("vgg11").network(Shape.square(3, size), 1000);

        assertThat(network.parameters()).isEqualTo(132_863_336);
        assertThat(network.lastOf("block5").out().height()).isEqualTo(size / 32);
    }

    @Test
    void refusesSmallerImages() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Zoo.find("vgg11").network(Shape.square(3, 31), 10))
                .withMessageContaining("vgg11 cannot take 31x31 pixels: nothing is left at features.20")
                .withMessageContaining("use a larger input size");
    }
}
