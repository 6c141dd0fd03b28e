package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreActSpecTest {
    private static Network network(String name, Map<String, String> options) {
        return Zoo.find(name).with(options).network();
    }

    /** What a node reads, joined by spaces. */
    private static String inputs(Network network, String name) {
        return network.nodes().stream()
                .filter(node -> node.name().equals(name))
                .map(node -> String.join(" ", node.inputs()))
                .findFirst()
                .orElseThrow();
    }

    /** As pytorchcv asserts. */
    @ParameterizedTest
    @CsvSource({"preresnet20-cifar, 272282", "preresnet56-cifar, 855578", "preresnet110-cifar, 1730522"})
    void countsOptionB(String name, long parameters) {
        assertThat(network(name, Map.of("shortcut", "b")).parameters()).isEqualTo(parameters);
    }

    /** With 100 classes, as the papers and pytorchcv count. */
    @ParameterizedTest
    @CsvSource({
        "preresnet164-cifar, 1726388",
        "preresnet1001-cifar, 10350836",
        "wrn-16-8, 11007540",
        "wrn-22-8, 17204276",
        "wrn-28-10, 36536884",
        "wrn-40-4, 8972340"
    })
    void countsCifar100(String name, long parameters) {
        Architecture row = Zoo.find(name);

        assertThat(row.network(row.input(), 100).parameters()).isEqualTo(parameters);
    }

    /** Kinds of first blocks: without a change of shape in the first stage, with one in the second. */
    @ParameterizedTest
    @CsvSource({
        "first-blocks, layer1.0.relu1, layer2.0.relu1",
        "changes, conv1, layer2.0.relu1",
        "none, conv1, layer1.2.add"
    })
    void shortcutsBeginWhereTheOptionSays(String activated, String first, String second) {
        Network network = network("preresnet20-cifar", Map.of("activated-shortcuts", activated));

        assertThat(inputs(network, "layer1.0.add")).isEqualTo("layer1.0.conv2 " + first);
        assertThat(inputs(network, "layer1.1.add")).isEqualTo("layer1.1.conv2 layer1.0.add");
        assertThat(inputs(network, "layer2.0.shortcut")).isEqualTo(second);
        assertThat(inputs(network, "layer2.1.add")).isEqualTo("layer2.1.conv2 layer2.0.add");
        assertThat(inputs(network, "bn")).isEqualTo("layer3.2.add");
    }

    @Test
    void theFirstBlockForImageNetIsActivatedByTheStem() {
        Network network = network("preresnet50", Map.of());

        assertThat(inputs(network, "layer1.0.conv1")).isEqualTo("maxpool");
        assertThat(inputs(network, "layer1.0.downsample.0")).isEqualTo("maxpool");
        assertThat(inputs(network, "layer1.1.conv1")).isEqualTo("layer1.1.relu1");
        assertThat(inputs(network, "layer2.0.downsample.0")).isEqualTo("layer2.0.relu1");
    }

    @Test
    void dropoutStandsBeforeTheLastConvolutionAndOnlyIfThereIsSome() {
        Network network = network("wrn-16-4", Map.of("dropout", "0.3"));

        assertThat(inputs(network, "layer1.0.conv2")).isEqualTo("layer1.0.dropout");
        assertThat(inputs(network, "layer1.0.dropout")).isEqualTo("layer1.0.relu2");
        assertThat(network.nodes())
                .filteredOn(node -> node.op().equals(new Op.Dropout(0.3)))
                .hasSize(6);
        assertThat(network("wrn-16-4", Map.of()).nodes()).noneMatch(node -> node.op() instanceof Op.Dropout);
    }

    @ParameterizedTest
    @CsvSource({"preresnet110-cifar", "preresnet164-cifar", "preresnet200", "wrn-28-10"})
    void takesBackEveryOptionItSays(String name) {
        Spec spec = Zoo.find(name).spec();

        assertThat(spec.with(spec.options())).isEqualTo(spec);
        spec.lookalikes().forEach(other -> {
            assertThat(spec.with(other)).isNotEqualTo(spec);
            assertThat(spec.with(other).with(spec.options())).isEqualTo(spec);
        });
        assertThat(spec.options())
                .containsKey(name.equals("preresnet110-cifar") || name.startsWith("wrn") ? "dropout" : "stride-on");
    }

    @Test
    void refusesWhatABlockCannotHave() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("wrn-16-4").with(Map.of("dropout", "1", "shortcut", "c")))
                .withMessage("wrn-16-4: option shortcut: \"c\" is not one of a, a-end, b;"
                        + " option dropout: \"1\" is not a number from 0.0 to 0.99");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("preresnet164-cifar").with(Map.of("dropout", "0.3")))
                .withMessageContaining("unknown option \"dropout\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PreActSpec.of(PreActSpec.Stem.CIFAR, 16, ResNetSpec.Block.BASIC, List.of()))
                .withMessage("a residual network needs at least one stage");
    }

    /** A Wide ResNet's first stage changes the width, and so does that of what stands for it in tests. */
    @Test
    void rowsThatDifferInSizeReduceToTheSame() {
        assertThat(Zoo.find("wrn-40-10").spec().reduced())
                .isEqualTo(Zoo.find("wrn-16-4").spec().reduced())
                .isNotEqualTo(Zoo.find("preresnet20-cifar")
                        .with(Map.of("shortcut", "b", "activated-shortcuts", "changes"))
                        .spec()
                        .reduced());
        assertThat(Zoo.find("preresnet110-cifar").spec().reduced())
                .isEqualTo(Zoo.find("preresnet20-cifar").spec().reduced());
    }
}
