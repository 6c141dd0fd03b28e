package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.Attention.Gate;
import io.github.resnet4j.zoo.family.Attention.Kind;
import io.github.resnet4j.zoo.family.Attention.Placement;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {
    private static Network network(String name, Map<String, String> options) {
        return Zoo.find(name).with(options).network();
    }

    private static Node node(Network network, String name) {
        return network.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String inputs(Network network, String name) {
        return String.join(" ", node(network, name).inputs());
    }

    /** Names and shapes of what a block has for its attention, as in the published state dicts. */
    private static List<String> tensors(String row, String part) {
        return Zoo.find(row).network().slots().stream()
                .filter(slot -> slot.name().startsWith(part))
                .map(slot -> slot.name().substring(part.length()) + " " + slot.shape())
                .toList();
    }

    @Test
    void squeezeAndExcitationHasTimmsTensors() {
        assertThat(tensors("se-resnet50", "layer1.0.se."))
                .containsExactly(
                        "fc1.weight [16, 256, 1, 1]", "fc1.bias [16]", "fc2.weight [256, 16, 1, 1]", "fc2.bias [256]");
    }

    @Test
    void cbamHasItsAuthorsTensors() {
        assertThat(tensors("cbam-resnet18", "layer1.0.cbam."))
                .containsExactly(
                        "ChannelGate.mlp.1.weight [4, 64, 1, 1]",
                        "ChannelGate.mlp.1.bias [4]",
                        "ChannelGate.mlp.3.weight [64, 4, 1, 1]",
                        "ChannelGate.mlp.3.bias [64]",
                        "SpatialGate.spatial.conv.weight [1, 2, 7, 7]",
                        "SpatialGate.spatial.bn.weight [1]",
                        "SpatialGate.spatial.bn.bias [1]",
                        "SpatialGate.spatial.bn.running_mean [1]",
                        "SpatialGate.spatial.bn.running_var [1]");
    }

    @Test
    void cbamsSpatialGateStartsAtOneHalfAndLooksAtMaximaFirst() {
        Network network = Zoo.find("cbam-resnet18").network();
        String gate = "layer1.0.cbam.SpatialGate";

        assertThat(node(network, gate + ".spatial.bn").op()).isEqualTo(new Op.BatchNorm(true, 1e-5, 0.99));
        assertThat(inputs(network, gate + ".compress")).isEqualTo(gate + ".maxpool " + gate + ".avgpool");
        assertThat(node(network, gate + ".maxpool").op()).isEqualTo(new Op.SpatialPool(Op.Pooling.MAX));
    }

    /** Table 14: what the branch, the sum and the next block read. */
    @ParameterizedTest
    @CsvSource({
        "se-resnet18, standard, maxpool, layer1.0.se.scale maxpool, layer1.0.relu, layer1.0.bn2",
        "se-resnet18, pre, layer1.0.se.scale, layer1.0.bn2 maxpool, layer1.0.relu, maxpool",
        "se-resnet18, post, maxpool, layer1.0.bn2 maxpool, layer1.0.se.scale, layer1.0.relu",
        "se-resnet18, identity, maxpool, layer1.0.bn2 layer1.0.se.scale, layer1.0.relu, maxpool",
        "se-preresnet110-cifar, standard, layer1.0.relu1, layer1.0.se.scale layer1.0.relu1, layer1.0.add, layer1.0.conv2",
        "se-preresnet110-cifar, pre, layer1.0.se.scale, layer1.0.conv2 layer1.0.relu1, layer1.0.add, layer1.0.relu1",
        "se-preresnet110-cifar, post, layer1.0.relu1, layer1.0.conv2 layer1.0.relu1, layer1.0.se.scale, layer1.0.add",
        "se-preresnet110-cifar, identity, layer1.0.relu1, layer1.0.conv2 layer1.0.se.scale, layer1.0.add, layer1.0.relu1"
    })
    void standsWhereThePlacementSays(
            String row, String placement, String branch, String sum, String next, String scaled) {
        Network network = network(row, Map.of("se-placement", placement));
        String second = row.equals("se-resnet18") ? "layer1.1.add" : "layer1.1.bn1";

        assertThat(inputs(network, "layer1.0.conv1")).isEqualTo(branch);
        assertThat(inputs(network, "layer1.0.add")).isEqualTo(sum);
        assertThat(node(network, second).inputs())
                .endsWith(placement.equals("identity") && row.equals("se-resnet18") ? "layer1.1.se.scale" : next);
        assertThat(inputs(network, "layer1.0.se.scale")).isEqualTo(scaled + " layer1.0.se.gate");
        assertThat(inputs(network, "layer1.0.se.pool")).isEqualTo(scaled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"se-resnet50", "se-preresnet164-cifar", "cbam-resnet34"})
    void everyBlockHasOne(String row) {
        Network network = Zoo.find(row).network();

        assertThat(network.blocks()).allSatisfy(block -> assertThat(network.nodes())
                .filteredOn(node -> node.name().startsWith(block + "."))
                .filteredOn(
                        node -> node.name().endsWith(".se.scale") || node.name().endsWith("SpatialGate.scale"))
                .hasSize(1));
    }

    /** The shortcut has none, and stochastic depth drops the branch with it. */
    @Test
    void stochasticDepthDropsTheBranchWithItsAttention() {
        Network network = network("se-resnet18", Map.of("stochastic-depth", "0.5"));

        assertThat(inputs(network, "layer2.0.add")).isEqualTo("layer2.0.se.scale layer2.0.downsample.1");
        assertThat(node(network, "layer2.0.add").op()).isInstanceOf(Op.StochasticSum.class);
    }

    @Test
    void blocksStartAsIdentitiesBeforeTheirAttention() {
        Network network = network("se-resnet50", Map.of("zero-init-residual", "true"));

        assertThat(inputs(network, "layer1.0.se.pool")).isEqualTo("layer1.0.bn3");
        assertThat(node(network, "layer1.0.bn3").op()).isEqualTo(new Op.BatchNorm(true, 1e-5, 0.9));
    }

    /** Without biases: senet.pytorch; timm rounds the widths of the first stage, 4, up to 8. */
    @ParameterizedTest
    @CsvSource({
        "se-resnet18, se-bias, false, 11776552",
        "se-resnet34, se-bias, false, 21954856",
        "se-resnet50, se-bias, false, 28071976",
        "se-resnet101, se-bias, false, 49292328",
        "se-resnet152, se-bias, false, 66770984",
        "se-resnet18, se-divisor, 8, 11779624",
        "se-resnet34, se-divisor, 8, 21960416",
        "se-resnet50, se-divisor, 8, 28088024",
        "resnet50, attention, se, 28088024",
        "resnet50, attention, cbam, 28089624",
        "se-resnet50, attention, none, 25557032",
        "se-preresnet110-cifar, shortcut, b, 1744760"
    })
    void countsPublishedVariants(String row, String option, String value, long parameters) {
        assertThat(network(row, Map.of(option, value)).parameters()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "4, 16", "16, 4", "48, 1", "64, 1"})
    void widthsAreRoundedDown(int ratio, int width) {
        Network network = network("se-resnet18", Map.of("attention-ratio", String.valueOf(ratio)));

        assertThat(node(network, "layer1.0.se.fc1").out()).isEqualTo(new Shape(width, 1, 1));
    }

    @ParameterizedTest
    @EnumSource
    void everyGateIsAnOption(Gate gate) {
        Network network = network("se-resnet18", Map.of("se-gate", gate.toString()));

        assertThat(node(network, "layer1.0.se.gate").op().label()).isEqualTo(gate.toString());
    }

    @Test
    void refusesRatiosThatLeaveNoChannelAndNamesTheNearest() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("se-preresnet110-cifar").with(Map.of("attention-ratio", "17")))
                .withMessage("se-preresnet110-cifar: option attention-ratio: \"17\" leaves none of 16 channels;"
                        + " the nearest that does not is 16");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("cbam-resnet50").with(Map.of("attention-ratio", "257")))
                .withMessageContaining("leaves none of 256 channels");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("se-resnet50")
                        .with(Map.of("attention-ratio", "65", "se-placement", "pre", "se-gate", "softmax")))
                .withMessageContaining("\"65\" leaves none of 64 channels")
                .withMessageContaining("option se-gate: \"softmax\" is not one of sigmoid, relu, tanh");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("se-resnet50").with(Map.of("attention-ratio", "0")))
                .withMessageContaining("\"0\" is not a whole number from 1 to 256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PreActResNet.basicSpec(20)
                        .withAttention(new Attention(Kind.SE, 32, 1, true, Placement.STANDARD, Gate.SIGMOID)))
                .withMessage(
                        "attention with a ratio of 32 leaves none of 16 channels; the nearest that does not is 16");
        assertThat(network("se-preresnet110-cifar", Map.of("attention-ratio", "64", "se-divisor", "4"))
                        .parameters())
                .isPositive();
    }

    @Test
    void onlyWhatHasAttentionHasItsOptions() {
        assertThat(Zoo.find("resnet50").spec().options()).containsEntry("attention", "none");
        assertThat(Zoo.find("resnet50").spec().options().keySet())
                .noneMatch(key -> key.startsWith("se-") || key.equals("attention-ratio"));
        assertThat(List.copyOf(Zoo.find("se-resnet50").spec().options().entrySet())
                        .toString())
                .endsWith("attention=se, attention-ratio=16, se-divisor=1, se-bias=true, se-placement=standard,"
                        + " se-gate=sigmoid, output-stride=32]");
        assertThat(List.copyOf(Zoo.find("cbam-resnet50").spec().options().entrySet())
                        .toString())
                .endsWith("attention=cbam, attention-ratio=16, output-stride=32]");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet50").with(Map.of("attention-ratio", "8")))
                .withMessageContaining("unknown option \"attention-ratio\"");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("cbam-resnet50").with(Map.of("se-gate", "tanh")))
                .withMessageContaining("unknown option \"se-gate\"");
    }

    @Test
    void plainNetworksHaveNone() {
        assertThat(Zoo.find("se-resnet18").with(Map.of("shortcut", "none")).spec())
                .isEqualTo(Zoo.find("plain18").spec());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResNet.spec(ResNetSpec.Block.BASIC, 1)
                        .withShortcut(ResNetSpec.Shortcut.NONE)
                        .withAttention(Attention.SE))
                .withMessage("a plain network cannot have attention: it is one of residual branches");
    }

    @ParameterizedTest
    @ValueSource(strings = {"se-resnet18", "se-preresnet164-cifar", "cbam-resnet50"})
    void takesBackEveryOptionItSays(String name) {
        Spec spec = Zoo.find(name).spec();

        assertThat(spec.with(spec.options())).isEqualTo(spec);
        for (String other : List.of("none", "se", "cbam")) {
            Spec changed = spec.with(Map.of("attention", other));
            assertThat(changed.with(changed.options())).isEqualTo(changed);
            assertThat(changed.with(spec.options())).isEqualTo(spec);
        }
        Spec all = Zoo.find("se-resnet18")
                .spec()
                .with(Map.of(
                        "attention-ratio", "4",
                        "se-divisor", "8",
                        "se-bias", "false",
                        "se-placement", "post",
                        "se-gate", "tanh"));
        assertThat(((ResNetSpec) all).residual().attention())
                .isEqualTo(new Attention(Kind.SE, 4, 8, false, Placement.POST, Gate.TANH));
        assertThat(all.with(all.options())).isEqualTo(all);
    }

    @Test
    void refusesWhatItCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attention(Kind.SE, 0, 1, true, Placement.STANDARD, Gate.SIGMOID));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attention(Kind.SE, 16, 0, true, Placement.STANDARD, Gate.SIGMOID));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attention(Kind.CBAM, 16, 1, true, Placement.POST, Gate.SIGMOID));
    }

    /** Rows of the zoo that differ in nothing but attention have the same other tensors. */
    @ParameterizedTest
    @CsvSource({
        "se-resnet50, resnet50",
        "se-resnext50-32x4d, resnext50-32x4d",
        "se-preresnet164-cifar, preresnet164-cifar",
        "se-wrn-16-8, wrn-16-8",
        "cbam-resnet101, resnet101"
    })
    void nothingElseChanges(String name, String without) {
        Architecture row = Zoo.find(name);

        assertThat(row.network().slots().stream()
                        .map(Slot::name)
                        .filter(slot -> !slot.contains(".se.") && !slot.contains(".cbam.")))
                .containsExactlyElementsOf(Zoo.find(without).network().slots().stream()
                        .map(Slot::name)
                        .toList());
        assertThat(row.with(Map.of("attention", "none")).spec())
                .isEqualTo(Zoo.find(without).spec());
    }
}
