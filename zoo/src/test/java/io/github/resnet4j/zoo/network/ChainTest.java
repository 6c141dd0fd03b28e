package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Chain.Kind;
import io.github.resnet4j.zoo.network.Chain.Residual;
import io.github.resnet4j.zoo.network.Chain.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainTest {
    private static Chain chain(String name) {
        return Chain.of(Zoo.find(name).network());
    }

    private static List<String> names(Network network) {
        return network.nodes().stream().map(Node::name).toList();
    }

    private static Unit unit(Chain chain, String name) {
        return chain.units().stream()
                .filter(unit -> unit.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Unit> of(Chain chain, Kind kind) {
        return chain.units().stream().filter(unit -> unit.kind() == kind).toList();
    }

    static Stream<Architecture> all() {
        return Zoo.list().stream().filter(row -> row.network().output() instanceof Output.Classes);
    }

    /** Nothing is lost: every node is in one unit, and the map that leaves a unit enters the next. */
    @ParameterizedTest
    @MethodSource("all")
    void unitsAreTheNetwork(Architecture row) {
        Network network = row.spec().reduced().network(row.name(), row.input(), row.classes());
        if (row.name().matches("(densenet|googlenet|spec-resnet).*")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Chain.of(network))
                    .withMessageContaining(row.name() + " has neither residual blocks");
            return;
        }
        Chain chain = Chain.of(network);
        List<String> names = new ArrayList<>();
        Shape map = network.input();
        for (Unit unit : chain.units()) {
            assertThat(unit.whole().input()).as(unit.name()).isEqualTo(map);
            names.addAll(names(unit.whole()));
            map = unit.whole().out();
            unit.without().ifPresent(rest -> {
                assertThat(rest.input()).isEqualTo(unit.whole().input());
                assertThat(rest.out()).isEqualTo(unit.whole().out());
                assertThat(names(unit.whole())).containsAll(names(rest));
            });
            unit.residual().ifPresent(parts -> {
                assertThat(parts.branch().out()).isEqualTo(parts.shortcut().out());
                assertThat(parts.tail().input()).isEqualTo(parts.branch().out());
                assertThat(parts.tail().out()).isEqualTo(unit.whole().out());
            });
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(names(network));
        assertThat(map).isEqualTo(new Shape(row.classes(), 1, 1));
        assertThat(chain.stretch(0, chain.units().size() - 1)).isEqualTo(network);
        assertThat(chain.units().stream()
                        .mapToLong(unit -> unit.whole().parameters())
                        .sum())
                .isEqualTo(network.parameters());
    }

    /** The paper counts two layers for each of 54 modules in ResNet-110, three in a bottleneck network. */
    @ParameterizedTest
    @CsvSource({
        "resnet20-cifar, 9, 2",
        "resnet110-cifar, 54, 2",
        "preresnet110-cifar, 54, 2",
        "preresnet164-cifar, 54, 3",
        "wrn-28-10, 12, 3",
        "resnet50, 16, 4",
        "resnext50-32x4d, 16, 4",
        "resnet50-keras, 16, 4",
        "resnet8-mlperf, 3, 2",
        "resnet110-exclusive-gating-cifar, 54, 2"
    })
    void findsBlocksAndThoseThatDownSample(String name, int blocks, int changing) {
        List<Unit> found = of(chain(name), Kind.BLOCK);
        assertThat(found).hasSize(blocks).allSatisfy(unit -> assertThat(unit.without())
                .isPresent());
        assertThat(found.stream().filter(unit -> !unit.keepsShape())).hasSize(changing);
    }

    @Test
    void anOriginalBlockKeepsItsReluWhenItsBranchGoes() {
        Chain chain = chain("resnet20-cifar");
        assertThat(chain.units().get(0).name()).isEqualTo("stem");
        assertThat(chain.units().get(10).name()).isEqualTo("head");
        Unit block = unit(chain, "layer1.1");
        assertThat(names(block.without().orElseThrow())).containsExactly("layer1.1.relu");
        assertThat(block.without().orElseThrow().nodes().get(0).inputs()).containsExactly(Network.INPUT);
        Residual parts = block.residual().orElseThrow();
        assertThat(names(parts.branch()))
                .containsExactly("layer1.1.conv1", "layer1.1.bn1", "layer1.1.relu1", "layer1.1.conv2", "layer1.1.bn2");
        assertThat(parts.shortcut().nodes()).isEmpty();
        assertThat(names(parts.tail())).containsExactly("layer1.1.relu");
    }

    @Test
    void aDownSamplingBlockKeepsItsShortcut() {
        assertThat(names(unit(chain("resnet20-cifar"), "layer2.0").without().orElseThrow()))
                .containsExactly("layer2.0.shortcut", "layer2.0.relu");
        assertThat(names(unit(chain("resnet50"), "layer3.0").without().orElseThrow()))
                .containsExactly("layer3.0.downsample.0", "layer3.0.downsample.1", "layer3.0.relu");
    }

    /** First blocks share their activation between branch and shortcut; of the others nothing is left. */
    @Test
    void aPreActivationBlockLeavesTheIdentity() {
        Chain chain = chain("preresnet20-cifar");
        assertThat(unit(chain, "layer1.1").without().orElseThrow().nodes()).isEmpty();
        assertThat(unit(chain, "layer1.1").residual().orElseThrow().tail().nodes())
                .isEmpty();
        Unit first = unit(chain, "layer2.0");
        assertThat(names(first.residual().orElseThrow().shortcut()))
                .containsExactly("layer2.0.bn1", "layer2.0.relu1", "layer2.0.shortcut");
        assertThat(names(first.residual().orElseThrow().branch())).startsWith("layer2.0.bn1", "layer2.0.relu1");
    }

    /** That unit has two sums; the last one is the block's. */
    @Test
    void gatesOfAShortcutAreNotTheBranch() {
        Residual parts = unit(chain("resnet20-exclusive-gating-cifar"), "layer1.1")
                .residual()
                .orElseThrow();
        assertThat(names(parts.branch())).contains("layer1.1.conv2", "layer1.1.gated");
        assertThat(names(parts.shortcut())).contains("layer1.1.gate", "layer1.1.shortcut-gated");
        assertThat(names(parts.tail())).containsExactly("layer1.1.relu");
    }

    @Test
    void normalisationBehindTheSumStays() {
        Unit block = unit(chain("resnet20-bn-after-add-cifar"), "layer1.1");
        assertThat(names(block.without().orElseThrow())).containsExactly("layer1.1.bn2", "layer1.1.relu2");
    }

    /** Of stochastic depth by the paper's rules, the branch counts as much as its probability of survival. */
    @Test
    void aBranchOfStochasticDepthIsScaled() {
        Chain chain = Chain.of(Zoo.find("resnet20-cifar")
                .with(Map.of("stochastic-depth", "0.5"))
                .network());
        Network branch = unit(chain, "layer3.2").residual().orElseThrow().branch();
        assertThat(branch.nodes().get(branch.nodes().size() - 1).op()).isEqualTo(new Op.Scale(0.5));
        assertThat(branch.nodes().get(branch.nodes().size() - 1).inputs()).containsExactly("layer3.2.bn2");
    }

    /** The branch is where the work is, in whatever order a family writes the sum. */
    @Test
    void theOrderOfASumDoesNotMatter() {
        NetworkWriter net = new NetworkWriter("swapped", Shape.square(3, 8), Conventions.TORCHVISION);
        String x = net.conv("conv1", Network.INPUT, 4, 3, 1);
        net.stage("layer1");
        x = net.sum("layer1.0.add", x, net.conv("layer1.0.conv", x, 4, 3, 1));
        net.stage(Network.HEAD);
        net.dense("fc", net.globalAvgPool("avgpool", x), 2);
        Residual parts = unit(Chain.of(net.finish()), "layer1.0").residual().orElseThrow();
        assertThat(names(parts.branch())).containsExactly("layer1.0.conv");
        assertThat(parts.shortcut().nodes()).isEmpty();
    }

    /** Layers go with their normalisation and ReLU; those that change the shape, and the classifier, stay. */
    @Test
    void aPlainNetworkIsCutIntoLayers() {
        Chain chain = chain("plain20-cifar");
        assertThat(chain.residual()).isFalse();
        List<Unit> layers = of(chain, Kind.LAYER);
        assertThat(layers).hasSize(20);
        assertThat(layers.stream().filter(unit -> unit.without().isEmpty()).map(Unit::name))
                .containsExactly("conv1", "layer2.0.conv1", "layer3.0.conv1", "fc");
        assertThat(names(unit(chain, "layer1.0.conv1").whole()))
                .containsExactly("layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu1");
        assertThat(unit(chain, "layer1.0.conv1").without().orElseThrow().nodes())
                .isEmpty();
        assertThat(unit(chain, "avgpool").kind()).isEqualTo(Kind.OTHER);
    }

    /** The logits of a classifier whose input happens to have as many values cannot be done without. */
    @Test
    void theClassifierIsNotRemoved() {
        Network network = Zoo.find("plain20-cifar").network(Shape.square(3, 32), 64);
        assertThat(unit(Chain.of(network), "fc").without()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"densenet121", "densenet-40-12"})
    void refusesDenseNets(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chain(name))
                .withMessageContaining(name + " has neither residual blocks")
                .withMessageContaining("concat reads ");
    }

    @Test
    void refusesWhatBypassesABlock() {
        NetworkWriter net = new NetworkWriter("bypassed", Shape.square(3, 8), Conventions.TORCHVISION);
        String stem = net.conv("conv1", Network.INPUT, 4, 3, 1);
        net.stage("layer1");
        String x = net.sum("layer1.0.add", net.conv("layer1.0.conv", stem, 4, 3, 1), stem);
        net.stage(Network.HEAD);
        x = net.product("gate", x, stem);
        net.dense("fc", net.globalAvgPool("avgpool", x), 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Chain.of(net.finish()))
                .withMessage("bypassed is no chain of blocks: gate reads conv1, past layer1.0.add");
    }
}
