package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DenseNetTest {
    /** Section 4.2: behind every convolution but the first. */
    @ParameterizedTest
    @ValueSource(strings = {"densenet-40-12", "densenet-bc-100-12", "densenet121"})
    void dropsBehindEveryConvolutionButTheFirst(String name) {
        Network network = Zoo.find(name).with(Map.of("dropout", "0.2")).network();
        List<String> convolutions = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Convolution)
                .map(Node::name)
                .toList();

        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.Dropout)
                .allSatisfy(node -> assertThat(node.op()).isEqualTo(new Op.Dropout(0.2)))
                .flatExtracting(Node::inputs)
                .containsExactlyElementsOf(convolutions.subList(1, convolutions.size()));
        assertThat(network.parameters()).isEqualTo(Zoo.find(name).network().parameters());
        assertThat(Zoo.find(name).network().nodes()).noneMatch(node -> node.op() instanceof Op.Dropout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-0.1", "half"})
    void refusesOtherProbabilities(String dropout) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("densenet121").with(Map.of("dropout", dropout)))
                .withMessage("densenet121: option dropout: \"" + dropout + "\" is not a number from 0.0 to 0.99");
    }

    /** The concatenation is of old and new, as in torchvision; other implementations put the new channels first. */
    @Test
    void newChannelsComeLast() {
        assertThat(Zoo.find("densenet121").network().nodes())
                .filteredOn(node -> node.name().equals("features.denseblock1.denselayer2.concat"))
                .flatExtracting(Node::inputs)
                .containsExactly("features.denseblock1.denselayer1.concat", "features.denseblock1.denselayer2.conv2");
    }

    /** {@code nn.AvgPool2d(2)} leaves out an odd row or column. */
    @ParameterizedTest
    @CsvSource({"densenet121, 75, 67, 2, 2", "densenet121, 29, 32, 1, 1", "densenet-bc-40-12, 33, 31, 8, 7"})
    void transitionsRoundDown(String name, int height, int width, int lastHeight, int lastWidth) {
        Network network = Zoo.find(name).network(new Shape(3, height, width), 10);
        List<String> stages = List.copyOf(network.stages());
        Shape last = network.lastOf(stages.get(stages.size() - 2)).out();

        assertThat(List.of(last.height(), last.width())).containsExactly(lastHeight, lastWidth);
    }

    /** Plain networks begin with 16 channels, others with twice their growth rate. */
    @ParameterizedTest
    @CsvSource({"densenet-100-24, 16", "densenet-bc-100-12, 24", "densenet-bc-190-40, 80", "densenet161, 96"})
    void beginsWith(String name, int channels) {
        assertThat(Zoo.find(name).network().nodes().get(0).out().channels()).isEqualTo(channels);
    }

    @Test
    void blocksAreDenseLayers() {
        assertThat(Zoo.find("densenet-bc-40-12").network().blocks())
                .hasSize(18)
                .startsWith("features.denseblock1.denselayer1", "features.denseblock1.denselayer2")
                .endsWith("features.denseblock3.denselayer6");
    }
}
