package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Zoo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    private static final Network RESNET18 = Zoo.find("resnet18").network();

    @Test
    void stagesAreInOrder() {
        assertThat(RESNET18.stages()).containsExactly("stem", "layer1", "layer2", "layer3", "layer4", "head");
    }

    @ParameterizedTest
    @CsvSource({"stem, maxpool", "layer1, layer1.1.relu", "layer4, layer4.1.relu", "head, fc"})
    void lastNodeOfAStageIsItsOutput(String stage, String node) {
        assertThat(RESNET18.lastOf(stage).name()).isEqualTo(node);
    }

    @Test
    void lastNodeOfNoStageIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RESNET18.lastOf("layer5"))
                .withMessageStartingWith("resnet18 has no stage, block or layer \"layer5\"; did you mean layer1?");
    }

    /** A block is what the stage numbers: {@code layer1.relu} or a node of another name is in none. */
    @Test
    void blocksAreInOrder() {
        NetworkWriter net = new NetworkWriter("toy", new Shape(4, 8, 8), Conventions.TORCHVISION);
        net.relu("layer1.0.relu", Network.INPUT);
        net.stage("layer1");
        net.relu("layer1.0.relu1", "layer1.0.relu");
        net.relu("layer1.0.downsample.1", "layer1.0.relu1");
        net.relu("layer1.10.relu", "layer1.0.downsample.1");
        net.relu("layer1.relu", "layer1.10.relu");
        net.relu("layer10.0.relu", "layer1.relu");
        net.stage("layer2");
        net.relu("layer2.0.relu", "layer10.0.relu");

        assertThat(net.finish().blocks()).containsExactly("layer1.0", "layer1.10", "layer2.0");
    }

    /** Behind what is frozen, pooling and flattening are as fixed; inside a block, its input is the last way through. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, stem, maxpool",
        "resnet18, layer2, layer2.1.relu",
        "resnet18, layer4, avgpool",
        "resnet18, layer2.0.conv1, layer1.1.relu",
        "resnet18, layer2.0.bn2, layer1.1.relu",
        "vgg16, features, avgpool",
        "googlenet, inception4a, inception4a.concat",
    })
    void whatStaysFixedEndsWhereEverythingGoesThrough(String name, String frozenUpTo, String last) {
        Network network = Zoo.find(name).network();
        assertThat(network.lastFixed(names(network, frozenUpTo)).map(Node::name))
                .hasValue(last);
    }

    /** An auxiliary head reads the image through the fourth stage; a block that may be dropped is never the same. */
    @Test
    void whatIsReadOrDroppedElsewhereIsNotFixed() {
        Network heads =
                Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true")).network();
        assertThat(heads.lastFixed(names(heads, "inception5b")).map(Node::name)).hasValue("inception4a.concat");
        Network dropping =
                Zoo.find("resnet18").with(Map.of("stochastic-depth", "0.5")).network();
        assertThat(dropping.lastFixed(names(dropping, "layer4")).map(Node::name))
                .hasValue("maxpool");
        assertThat(RESNET18.lastFixed(Set.of())).isEmpty();
    }

    private static Set<String> names(Network network, String frozenUpTo) {
        return network.upTo(frozenUpTo).stream().map(Node::name).collect(Collectors.toSet());
    }

    @Nested
    class UpTo {

        @ParameterizedTest
        @CsvSource({
            "stem, maxpool",
            "layer2, layer2.1.relu",
            "head, fc",
            "layer2.0, layer2.0.relu",
            "layer2.0.downsample, layer2.0.downsample.1",
            "layer2.0.bn1, layer2.0.bn1",
            "conv1, conv1",
            "fc, fc"
        })
        void endsWithTheLastNodeOfThePart(String part, String last) {
            List<Node> nodes = RESNET18.upTo(part);

            assertThat(nodes.get(nodes.size() - 1).name()).isEqualTo(last);
            assertThat(nodes).isEqualTo(RESNET18.nodes().subList(0, nodes.size()));
        }

        @Test
        void doesNotTakeBlockOneForBlockTen() {
            List<Node> nodes = Zoo.find("resnet110-cifar").network().upTo("layer1.1");

            assertThat(nodes.get(nodes.size() - 1).name()).isEqualTo("layer1.1.relu");
        }

        @ParameterizedTest
        @ValueSource(strings = {"layre2", "layer", "layer5", "layer1.2", "layer2.0.bn", "Stem", "input", "", "."})
        void refusesWhatTheNetworkDoesNotHave(String part) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RESNET18.upTo(part))
                    .withMessageStartingWith("resnet18 has no stage, block or layer \"" + part + "\"")
                    .withMessageEndingWith(" Its stages are stem, layer1, layer2, layer3, layer4, head.");
        }

        @Test
        void namesNoneThatIsFar() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RESNET18.upTo("transformer"))
                    .withMessage("resnet18 has no stage, block or layer \"transformer\". Its stages are stem, layer1,"
                            + " layer2, layer3, layer4, head.");
        }

        @ParameterizedTest
        @CsvSource({"layre2, layer2", "layer3.2, layer3.0", "layer2.0.bm1, layer2.0.bn1", "maxpol, maxpool"})
        void namesTheNearestPart(String part, String nearest) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RESNET18.upTo(part))
                    .withMessageContaining("\"" + part + "\"; did you mean " + nearest + "? Its stages are");
        }
    }

    @Nested
    class Slots {

        @Test
        void areTorchvisionsStateDict() {
            assertThat(RESNET18.slots())
                    .hasSize(102) // 122 tensors without the 20 num_batches_tracked
                    .extracting(slot -> slot.name() + slot.shape())
                    .startsWith(
                            "conv1.weight[64, 3, 7, 7]",
                            "bn1.weight[64]",
                            "bn1.bias[64]",
                            "bn1.running_mean[64]",
                            "bn1.running_var[64]")
                    .contains("layer2.0.downsample.0.weight[128, 64, 1, 1]")
                    .endsWith("fc.weight[1000, 512]", "fc.bias[1000]");
        }

        @Test
        void convolutionsMayHaveBiases() {
            Node conv = new Node(
                    "conv1",
                    new Op.Convolution(4, Window.square(3, 1, 1), 1, true),
                    List.of(Network.INPUT),
                    Network.STEM,
                    List.of(new Shape(3, 8, 8)));

            assertThat(conv.slots())
                    .extracting(slot -> slot.role() + " " + slot.name() + slot.shape())
                    .containsExactly("WEIGHT conv1.weight[4, 3, 3, 3]", "BIAS conv1.bias[4]");
            assertThat(conv.parameters()).isEqualTo(4 * 27 + 4);
            assertThat(conv.statistics()).isZero();
            assertThat(conv.macs()).isEqualTo(4 * 27 * 64);
        }

        @Test
        void groupsNarrowTheWeightsOfAConvolution() {
            Node conv = new Node(
                    "conv2",
                    new Op.Convolution(12, Window.square(3, 2, 1), 4, true),
                    List.of(Network.INPUT),
                    Network.STEM,
                    List.of(new Shape(8, 8, 8)));

            assertThat(conv.slots())
                    .extracting(slot -> slot.name() + slot.shape())
                    .containsExactly("conv2.weight[12, 2, 3, 3]", "conv2.bias[12]");
            assertThat(conv.parameters()).isEqualTo(12 * 2 * 9 + 12);
            assertThat(conv.macs()).isEqualTo(12 * 2 * 9 * 16);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"resnet18", "resnet50", "resnet50-keras", "resnet20-cifar", "resnet8-mlperf", "plain18"})
        void holdEveryValueOnce(String name) {
            Network network = Zoo.find(name).network();

            assertThat(network.slots()).extracting(Slot::name).doesNotHaveDuplicates();
            assertThat(network.slots().stream().mapToLong(Slot::elements).sum())
                    .isEqualTo(network.parameters() + network.statistics());
        }
    }

    @Nested
    class Writing {
        private final NetworkWriter net = new NetworkWriter("toy", new Shape(3, 2, 5), Conventions.TORCHVISION);

        @Test
        void tooSmallImagesAreRefusedWithTheirSize() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> net.maxPool("pool", Network.INPUT, 3, 2, 0))
                    .withMessage(
                            "toy cannot take 2x5 pixels: nothing is left at pool, a window of 3x3/2 does not fit into 3x2x5;"
                                    + " use a larger input size");
        }

        @Test
        void sumsNeedEqualShapes() {
            net.conv("conv1", Network.INPUT, 4, 3, 1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> net.sum("add", "conv1", Network.INPUT))
                    .withMessage("toy, add of conv1, input: a sum takes equal shapes, got 4x2x5, 3x2x5");
        }

        @ParameterizedTest
        @CsvSource({"6, 4, 4", "4, 6, 4", "4, 4, 0", "4, 4, -2"})
        void channelsDivideEvenlyIntoGroups(int in, int out, int groups) {
            net.conv("conv1", Network.INPUT, in, 3, 1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> net.groupedConv("conv2", "conv1", out, 3, 1, groups))
                    .withMessage(
                            "toy, conv2 of conv1: %d channels in and %d out do not divide evenly into %d groups",
                            in, out, groups);
        }

        @Test
        void groupedConvolutionsArePaddedAsAllOthers() {
            NetworkWriter keras = new NetworkWriter("toy", new Shape(4, 8, 8), Conventions.KERAS);
            net.conv("conv1", Network.INPUT, 4, 3, 1);
            net.groupedConv("conv2", "conv1", 8, 3, 2, 2);
            keras.groupedConv("conv1", Network.INPUT, 8, 3, 2, 2);

            assertThat(net.finish().nodes().get(1).op())
                    .isEqualTo(new Op.Convolution(8, Window.square(3, 2, 1), 2, false));
            assertThat(keras.finish().nodes())
                    .extracting(Node::op)
                    .containsExactly(
                            new Op.ZeroPad(0, 1, 0, 1), new Op.Convolution(8, Window.square(3, 2, 0), 2, true));
        }

        @Test
        void namesAreUsedOnce() {
            net.relu("relu", Network.INPUT);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> net.relu("relu", "relu"))
                    .withMessage("toy has two nodes named relu");
        }

        @ParameterizedTest
        @ValueSource(strings = {"relu_1", "_relu", "relu_"})
        void namesHaveNoUnderscores(String name) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> net.relu(name, Network.INPUT))
                    .withMessage("node name \"" + name + "\": DL4J splits keys at underscores; use another character");
        }
    }

    /** TensorFlow's rule: {@code max((ceil(n / s) - 1) * s + k - n, 0)} zeros, an odd one at the end. */
    @ParameterizedTest
    @CsvSource({
        "8, 8, 3, 2, 0 1 0 1, 0, 4x4",
        "9, 7, 3, 2, '', 1, 5x4",
        "9, 8, 3, 2, 1 1 0 1, 0, 5x4",
        "8, 9, 3, 2, 0 1 1 1, 0, 4x5",
        "8, 9, 3, 1, '', 1, 8x9",
        "1, 1, 3, 2, '', 1, 1x1",
        "2, 1, 3, 2, 0 1 1 1, 0, 1x1",
        "8, 9, 1, 2, '', 0, 4x5",
        "8, 9, 1, 1, '', 0, 8x9",
        "224, 224, 7, 2, 2 3 2 3, 0, 112x112",
        "225, 225, 7, 2, '', 3, 113x113"
    })
    void padsAsTensorFlow(int height, int width, int kernel, int stride, String pad, int padding, String size) {
        NetworkWriter net = new NetworkWriter("toy", new Shape(3, height, width), Conventions.KERAS);
        net.conv("conv1", Network.INPUT, 4, kernel, stride);
        List<Node> nodes = net.finish().nodes();

        assertThat(nodes.get(nodes.size() - 1).op())
                .isEqualTo(new Op.Convolution(4, Window.square(kernel, stride, padding), 1, true));
        assertThat(nodes.get(nodes.size() - 1).out()).hasToString("4x" + size);
        assertThat(nodes.subList(0, nodes.size() - 1))
                .extracting(node -> node.name() + " " + node.op())
                .isEqualTo(Stream.of(pad)
                        .filter(sides -> !sides.isEmpty())
                        .map(sides -> sides.split(" "))
                        .map(side -> "conv1.pad "
                                + new Op.ZeroPad(
                                        Integer.parseInt(side[0]),
                                        Integer.parseInt(side[1]),
                                        Integer.parseInt(side[2]),
                                        Integer.parseInt(side[3])))
                        .toList());
    }

    @Test
    void paddingOfAConvolutionIsPartOfIt() {
        NetworkWriter net = new NetworkWriter("toy", new Shape(3, 8, 8), Conventions.KERAS);
        net.relu("relu1", net.conv("conv1", Network.INPUT, 4, 3, 2));
        Network network = net.finish();

        assertThat(network.upTo("conv1")).extracting(Node::name).containsExactly("conv1.pad", "conv1");
        assertThatIllegalArgumentException().isThrownBy(() -> network.upTo("conv2"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1e-5, Double.NaN})
    void normalisationNeedsAnEps(double eps) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Conventions(true, eps, 0.9, Conventions.Padding.SYMMETRIC))
                .withMessage("BN's eps must be positive, got " + eps);
    }

    @Test
    void normalisationMayForgetAtOnce() {
        assertThat(new Conventions(true, 1e-5, 0, Conventions.Padding.SYMMETRIC).bnDecay())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void normalisationDecaysByPartOnly(double decay) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Conventions(true, 1e-5, decay, Conventions.Padding.SYMMETRIC))
                .withMessage("BN's decay must be in [0, 1), got " + decay);
    }

    /** Every convolution and pooling of the zoo is padded, so that no size is too small. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "resnet50-keras", "resnet20-cifar", "resnet8-mlperf"})
    void takesASinglePixel(String name) {
        Network network = Zoo.find(name).network(new Shape(1, 1, 1), 2);

        assertThat(network.nodes())
                .allSatisfy(node -> assertThat(node.out().height()).isEqualTo(1));
        assertThat(network.lastOf(Network.HEAD).out()).isEqualTo(new Shape(2, 1, 1));
    }

    @Test
    void shapesCountTheirValues() {
        assertThat(Shape.square(3, 5)).isEqualTo(new Shape(3, 5, 5));
        assertThat(new Shape(2, 3, 5).elements()).isEqualTo(30);
        assertThat(new Shape(1 << 20, 1 << 10, 1 << 10).elements()).isEqualTo(1L << 40);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0", "-3, 32, 32"})
    void rejectsEmptyShapes(int channels, int height, int width) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Shape(channels, height, width))
                .withMessage("a feature map needs at least 1 channel, row and column, got " + channels + "x" + height
                        + "x" + width);
    }

    private static boolean same(String one, Map<String, String> options, String other) {
        Shape input = Shape.square(3, 32);
        return Zoo.find(one)
                .with(options)
                .network(input, 7)
                .computesAs(Zoo.find(other).network(input, 7));
    }

    @Test
    void whatOnlyTrainingKnowsLeavesTheLogitsAlone() {
        assertThat(same("wrn-28-10", Map.of("dropout", "0.3"), "wrn-28-10")).isTrue();
        assertThat(same("resnet20-cifar", Map.of("zero-init-residual", "true"), "resnet20-cifar"))
                .isTrue();
        assertThat(same(
                        "resnet20-exclusive-gating-cifar",
                        Map.of("gate-bias", "-3"),
                        "resnet20-exclusive-gating-cifar"))
                .isTrue();
        assertThat(same("resnet20-cifar", Map.of("shortcut", "a-end"), "resnet20-dropout-shortcut-cifar"))
                .isTrue();
        assertThat(same(
                        "resnet20-cifar",
                        Map.of("stochastic-depth", "0.5", "stochastic-depth-scaling", "in-training"),
                        "resnet20-cifar"))
                .isTrue();
        assertThat(same("resnet20-cifar", Map.of("stochastic-depth", "0.5"), "resnet20-cifar"))
                .isFalse();
        for (String other : List.of("plain20-cifar", "resnet20-relu-only-cifar", "resnet20-bn-after-add-cifar")) {
            assertThat(same(other, Map.of(), "resnet20-cifar")).as(other).isFalse();
        }
    }
}
