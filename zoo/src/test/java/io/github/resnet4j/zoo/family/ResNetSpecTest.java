package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Cardinality;
import io.github.resnet4j.zoo.family.ResNetSpec.Form;
import io.github.resnet4j.zoo.family.ResNetSpec.ResidualOptions;
import io.github.resnet4j.zoo.family.ResNetSpec.Shortcut;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.Stem;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResNetSpecTest {
    private static final ResNetSpec BASIC = ResNetSpec.of(Stem.CIFAR, 16, Block.BASIC, List.of(new Stage(1, 16, 1)));
    private static final ResNetSpec BOTTLENECK =
            ResNetSpec.of(Stem.CIFAR, 16, Block.BOTTLENECK, List.of(new Stage(1, 16, 1)));

    @ParameterizedTest
    @CsvSource({"0, 16, 1", "1, 0, 1", "1, 16, 0", "-1, -1, -1"})
    void rejectsEmptyStages(int blocks, int planes, int stride) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Stage(blocks, planes, stride))
                .withMessage("a stage needs at least one block, plane and stride 1, got " + blocks + " blocks, "
                        + planes + " planes, stride " + stride);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -16})
    void rejectsStemsWithoutFilters(int width) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResNetSpec.of(
                        Stem.IMAGENET, width, Block.BASIC, BASIC.trunk().stages()))
                .withMessage("a stem needs at least 1 filter, got " + width);
    }

    @Test
    void rejectsADeepStemOfOneFilter() {
        ResNetSpec narrow =
                ResNetSpec.of(Stem.CIFAR, 1, Block.BASIC, BASIC.trunk().stages());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> narrow.withStem(Stem.DEEP))
                .withMessage("a deep stem needs at least 2 filters, got 1");
    }

    @Test
    void averagesOverNoMoreThanTwo() {
        ResNetSpec coarse = ResNetSpec.of(Stem.CIFAR, 16, Block.BASIC, List.of(new Stage(1, 16, 3)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> coarse.withShortcut(Shortcut.POOLED_PROJECTION))
                .withMessageStartingWith("shortcut d takes stages of stride 1 or 2, got ");
    }

    /** timm's indices: a stem of three convolutions, and shortcuts whose pooling is number 0 also where there is none. */
    @Test
    void deepStemsAndPooledShortcutsHaveTimmsNames() {
        assertThat(Zoo.find("resnet50d").network().slots())
                .extracting(Slot::name)
                .startsWith("conv1.0.weight", "conv1.1.weight", "conv1.1.bias")
                .contains(
                        "conv1.3.weight",
                        "conv1.4.running_var",
                        "conv1.6.weight",
                        "bn1.weight",
                        "layer1.0.downsample.1.weight",
                        "layer1.0.downsample.2.running_mean",
                        "layer4.0.downsample.1.weight")
                .noneMatch(name -> name.contains("downsample.0"));
        assertThat(Zoo.find("resnet50c").network().slots())
                .extracting(Slot::name)
                .contains("conv1.6.weight", "layer1.0.downsample.0.weight", "layer1.0.downsample.1.weight");
        assertThat(Zoo.find("resnet18d").network().nodes())
                .filteredOn(node -> node.op() instanceof Op.HalvingAvgPool)
                .extracting(Node::name)
                .containsExactly("layer2.0.downsample.0", "layer3.0.downsample.0", "layer4.0.downsample.0");
    }

    @Test
    void rejectsNetworksWithoutStages() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResNetSpec.of(Stem.CIFAR, 16, Block.BASIC, List.of()))
                .withMessage("a residual network needs at least one stage");
    }

    @Test
    void onlyBottlenecksHaveGroups() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BASIC.withGroups(2, 64))
                .withMessage("a basic block cannot have 2 groups of width 64");
        assertThatIllegalArgumentException().isThrownBy(() -> BOTTLENECK.withGroups(0, 64));
        assertThat(BASIC.options()).doesNotContainKeys("groups", "width-per-group");
    }

    @Test
    void keepsItsOwnCopyOfTheStages() {
        List<Stage> stages = new ArrayList<>(BASIC.trunk().stages());
        ResNetSpec spec = ResNetSpec.of(Stem.CIFAR, 16, Block.BASIC, stages);

        stages.clear();

        assertThat(spec).isEqualTo(BASIC);
    }

    @Test
    void saysItsOptionsInOrder() {
        assertThat(List.copyOf(Zoo.find("resnet50-keras").spec().options().entrySet()))
                .hasToString("[shortcut=b, stride-on=first-1x1, zero-init-residual=false, groups=1, width-per-group=64,"
                        + " stochastic-depth=1, stochastic-depth-scaling=at-test, stochastic-depth-per=batch, attention=none,"
                        + " output-stride=32]");
        assertThat(List.copyOf(Zoo.find("resnet20-cifar").spec().options().entrySet()))
                .hasToString(
                        "[shortcut=a, stride-on=middle-3x3, zero-init-residual=false, stochastic-depth=1,"
                                + " stochastic-depth-scaling=at-test, stochastic-depth-per=batch, attention=none, output-stride=4]");
    }

    @Test
    void takesBackEveryOptionItSays() {
        Spec other = BOTTLENECK.with(Map.of(
                "shortcut", "a-end",
                "stride-on", "first-1x1",
                "zero-init-residual", "true",
                "groups", "4",
                "width-per-group", "32",
                "form", "branches",
                "stochastic-depth", "0.5",
                "stochastic-depth-scaling", "in-training",
                "stochastic-depth-per", "image"));

        assertThat(other)
                .isEqualTo(new ResNetSpec(
                        BOTTLENECK.trunk(),
                        new Cardinality(4, 32, Form.BRANCHES),
                        new ResidualOptions(
                                Shortcut.ZERO_PAD_END,
                                ResNetSpec.StrideOn.FIRST_1X1,
                                true,
                                new StochasticDepth(0.5, Scaling.IN_TRAINING, Per.IMAGE),
                                Attention.NONE),
                        BOTTLENECK.conventions()));
        assertThat(BOTTLENECK.with(other.options())).isEqualTo(other);
        assertThat(other.with(BOTTLENECK.options())).isEqualTo(BOTTLENECK);
        assertThat(other.with(Map.of())).isEqualTo(other);
    }

    @ParameterizedTest
    @EnumSource
    void everyShortcutIsAnOption(Shortcut shortcut) {
        assertThat(BASIC.with(Map.of("shortcut", shortcut.toString()))).isEqualTo(BASIC.withShortcut(shortcut));
    }

    @Test
    void refusesAllThatIsWrongAtOnceAndSaysWhoseOptionsTheyAre() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("shortcut", "A");
        options.put("groups", "two");
        options.put("width-per-group", "0");
        options.put("zero-init-residual", "yes");
        options.put("shortcuts", "a");
        options.put("drop-rate\u001b[2J", "0.1");

        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet50").with(options))
                .withMessage("resnet50: option groups: \"two\" is not a whole number from 1 to 1024;"
                        + " option width-per-group: \"0\" is not a whole number from 1 to 4096;"
                        + " option shortcut: \"A\" is not one of none, a, a-end, b, c, d, b-nobn;"
                        + " option zero-init-residual: \"yes\" is not true or false;"
                        + " unknown option \"shortcuts\"; did you mean shortcut?;"
                        + " unknown option \"drop-rate?[2J\"; its options are groups, width-per-group, shortcut,"
                        + " stride-on, zero-init-residual, stochastic-depth, stochastic-depth-scaling, stochastic-depth-per,"
                        + " attention, output-stride")
                .satisfies(e -> assertThat(e.problems()).hasSize(6));
    }

    /** Smaller output strides cost multiply-adds, not parameters. */
    @ParameterizedTest
    @CsvSource({"32, 7", "16, 14", "8, 28", "4, 56"})
    void dilatesInsteadOfStriding(String stride, int size) {
        Network network =
                Zoo.find("resnet50").with(Map.of("output-stride", stride)).network();

        assertThat(network.lastOf("layer4").out()).isEqualTo(Shape.square(2048, size));
        assertThat(network.parameters()).isEqualTo(25_557_032);
        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.Convolution)
                .allSatisfy(node -> {
                    Op.Convolution conv = (Op.Convolution) node.op();
                    int kernel = conv.window().rows().kernel();
                    assertThat(conv.window().rows().padding())
                            .isEqualTo(conv.window().rows().dilation() * (kernel / 2));
                });
    }

    @Test
    void refusesOtherOutputStrides() {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet18").with(Map.of("output-stride", "64")))
                .withMessage("resnet18: option output-stride: \"64\" is not one of 4, 8, 16, 32");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet50d").with(Map.of("output-stride", "8")))
                .withMessage("resnet50d: option output-stride: \"8\" is not 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BASIC.withOutputStride(3))
                .withMessage("the output stride of these stages is one of [1], got 3");
    }

    /** Equal complexity (Xie et al. 2017, table 2): the number of groups against their width, on ResNet-50. */
    @ParameterizedTest
    @CsvSource({"1, 64, 25557032", "2, 40, 25425000", "4, 24, 25292968", "8, 14, 25603016", "32, 4, 25028904"})
    void countsTheSeriesOfEqualComplexity(String groups, String width, long parameters) {
        Architecture row = Zoo.find("resnet50").with(Map.of("groups", groups, "width-per-group", width));

        assertThat(row.network().parameters()).isEqualTo(parameters);
    }

    @Test
    void groupsAreOfTheMiddleConvolution() {
        Network network = BOTTLENECK.withGroups(4, 32).network("grouped", Shape.square(3, 8), 2);

        assertThat(network.nodes())
                .filteredOn(node -> node.op() instanceof Op.Convolution)
                .filteredOn(node -> node.name().startsWith("layer1.0.conv"))
                .extracting(node -> (Op.Convolution) node.op())
                .extracting(Op.Convolution::outChannels, Op.Convolution::groups)
                .hasToString("[(32, 1), (32, 4), (64, 1)]");
    }

    /** Xie et al. 2017, figure 3: a sum of paths, a concatenation of paths, a grouped convolution. */
    @Test
    void allFormsOfGroupsCountTheSame() {
        Network grouped = Zoo.find("resnext29-32x4d").network();
        Network early = Zoo.find("resnext29-32x4d")
                .with(Map.of("form", "early-concatenation"))
                .network();
        Network branches =
                Zoo.find("resnext29-32x4d").with(Map.of("form", "branches")).network();

        assertThat(List.of(early, branches)).allSatisfy(network -> {
            assertThat(network.parameters()).isEqualTo(grouped.parameters());
            assertThat(network.statistics()).isEqualTo(grouped.statistics());
            assertThat(network.macs()).isEqualTo(grouped.macs());
            assertThat(network.stages()).isEqualTo(grouped.stages());
            assertThat(network.blocks()).isEqualTo(grouped.blocks());
        });
        assertThat(early.nodes())
                .filteredOn(node -> node.op() instanceof Op.Concat)
                .hasSize(9)
                .allSatisfy(node -> assertThat(node.inputs()).hasSize(32));
        assertThat(branches.nodes())
                .filteredOn(node -> node.name().equals("layer2.0.paths"))
                .allSatisfy(node -> assertThat(node.inputs())
                        .hasSize(32)
                        .startsWith("layer2.0.conv3.0", "layer2.0.conv3.1")
                        .endsWith("layer2.0.conv3.31"));
    }

    @Test
    void oneGroupHasOneForm() {
        ResNetSpec branches = BOTTLENECK.with(Map.of("groups", "2", "form", "branches"));

        assertThat(branches.cardinality().form()).isEqualTo(Form.BRANCHES);
        assertThat(branches.with(Map.of("groups", "1"))).isEqualTo(BOTTLENECK);
        assertThat(branches.withGroups(1, 64)).isEqualTo(BOTTLENECK);
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnet50").with(Map.of("form", "branches")))
                .withMessageContaining("unknown option \"form\"");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("resnext50-32x4d").with(Map.of("form", "b")))
                .withMessage(
                        "resnext50-32x4d: option form: \"b\" is not one of grouped, early-concatenation, branches");
    }

    /** Linear decay over all blocks (Huang et al. 2016, equation 4), and nothing else changes. */
    @ParameterizedTest
    @CsvSource({
        "resnet20-cifar, 9",
        "resnet50, 16",
        "preresnet20-cifar, 9",
        "preresnet50, 16",
        "wrn-16-4, 6",
        "resnet20-constant-scaling-cifar, 9",
        "resnet20-exclusive-gating-cifar, 9",
        "resnet20-relu-only-cifar, 9"
    })
    void laterBlocksSurviveLessOften(String name, int blocks) {
        Architecture row = Zoo.find(name);
        Network network = row.with(Map.of("stochastic-depth", "0.5", "stochastic-depth-per", "image"))
                .network();

        List<Op.StochasticSum> sums = network.nodes().stream()
                .map(Node::op)
                .filter(Op.StochasticSum.class::isInstance)
                .map(Op.StochasticSum.class::cast)
                .toList();
        assertThat(sums).hasSize(blocks);
        for (int l = 1; l <= blocks; l++) {
            assertThat(sums.get(l - 1).survival()).isCloseTo(1 - 0.5 * l / blocks, within(1e-15));
        }
        assertThat(sums).allMatch(sum -> sum.scaling() == Scaling.AT_TEST && sum.per() == Per.IMAGE);
        assertThat(network.nodes().stream().map(Node::name))
                .containsExactlyElementsOf(
                        row.network().nodes().stream().map(Node::name).toList());
        assertThat(network.parameters()).isEqualTo(row.network().parameters());
        assertThat(row.with(Map.of("stochastic-depth", "1", "stochastic-depth-per", "image"))
                        .network())
                .isEqualTo(row.network());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0.5", "1.01", "NaN", "half", "1e-9"})
    void refusesSurvivalThatIsNoProbability(String survival) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> BASIC.with(Map.of("stochastic-depth", survival)))
                .withMessage("option stochastic-depth: \"" + survival + "\" is not a number from 0.001 to 1.0");
    }

    @Test
    void plainNetworksCannotDropBlocks() {
        ResNetSpec dropping = BASIC.with(Map.of("stochastic-depth", "0.5"));

        assertThat(dropping.with(Map.of("shortcut", "none"))).isEqualTo(BASIC.withShortcut(Shortcut.NONE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dropping.withShortcut(Shortcut.NONE))
                .withMessage("a plain network cannot drop blocks: they have no shortcuts");
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> Zoo.find("plain20-cifar").with(Map.of("stochastic-depth", "0.5")))
                .withMessageContaining("unknown option \"stochastic-depth\"");
    }

    @Test
    void rowsThatDifferInSizeReduceToTheSame() {
        assertThat(Zoo.find("resnet34").spec().reduced())
                .isEqualTo(Zoo.find("resnet18").spec().reduced());
        assertThat(Zoo.find("resnet152").spec().reduced())
                .isEqualTo(Zoo.find("resnet50").spec().reduced())
                .isNotEqualTo(Zoo.find("resnet50-keras").spec().reduced());
    }
}
