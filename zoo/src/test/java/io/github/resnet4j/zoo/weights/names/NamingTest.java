package io.github.resnet4j.zoo.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamingTest {
    private static final Pattern BLOCK = Pattern.compile("layer(\\d)\\.(\\d+)\\.(.+)");
    private static final Network RESNET18 = Zoo.find("resnet18").network();
    private static final Network RESNET50 = Zoo.find("resnet50").network();
    private static final Network RESNET50_KERAS = Zoo.find("resnet50-keras").network();

    /** Requires that a file with the names of {@code expected} is read as a network's, tensor by tensor. */
    private static void assertRead(String convention, Map<String, String> expected, Network network) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, Slot> slots = new LinkedHashMap<>();
        network.slots().forEach(slot -> slots.put(slot.name(), slot));
        expected.forEach((source, name) -> {
            Slot slot = slots.get(name);
            assertThat(slot).as(name).isNotNull();
            boolean keras = source.endsWith("/kernel");
            List<Long> shape = keras ? Dicts.kerasShape(slot.shape()) : slot.shape();
            tensors.put(source, Dicts.unread(shape.toArray(Long[]::new)));
        });

        Reading reading = Naming.of(Dicts.of(tensors), NameMapping.NONE).reading(network);

        assertThat(reading.convention()).isEqualTo(convention);
        Map<String, String> read = new LinkedHashMap<>();
        reading.tensors().forEach((name, tensor) -> read.put(tensor.source(), name));
        assertThat(read).containsExactlyEntriesOf(expected);
        assertThat(read.values()).containsExactlyInAnyOrderElementsOf(slots.keySet());
        assertThat(reading.tensors().values()).allSatisfy(tensor -> assertThat(tensor.torchShape())
                .isEqualTo(slots.get(tensor.name()).shape()));
    }

    private static Map<String, String> renamed(Network network, UnaryOperator<String> inFile) {
        Map<String, String> names = new LinkedHashMap<>();
        network.slots().forEach(slot -> names.put(inFile.apply(slot.name()), slot.name()));
        return names;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnet20-cifar", "resnet110-cifar"
            })
    void torchvisionsNamesAreTheZoos(String name) {
        Network network = Zoo.find(name).network();

        assertRead("torchvision and timm", renamed(network, UnaryOperator.identity()), network);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "_orig_mod.", "backbone.", "model.", "encoder.", "module._orig_mod.model."})
    void prefixesThatAllNamesHaveAreTakenOff(String prefix) {
        assertRead("torchvision and timm", renamed(RESNET18, name -> prefix + name), RESNET18);
        assertThat(Naming.of(
                                Dicts.random(Zoo.find("resnet20-cifar").network(), 1, name -> prefix + name),
                                NameMapping.NONE)
                        .notes())
                .containsExactly("removed the prefix " + prefix);
    }

    @Test
    void prefixesThatSomeNamesHaveStay() {
        Naming naming = Naming.of(
                Dicts.of(Map.of("model.conv1.weight", Dicts.unread(1L), "fc.weight", Dicts.unread(1L))),
                NameMapping.NONE);

        assertThat(naming.notes()).isEmpty();
        assertThat(naming.reading(RESNET18).tensors().keySet())
                .containsExactlyInAnyOrder("model.conv1.weight", "fc.weight");
    }

    @Test
    void akamastersClassifierIsCalledLinear() {
        Network network = Zoo.find("resnet20-cifar").network();

        assertRead("PyTorch CIFAR", renamed(network, name -> "module." + name.replace("fc.", "linear.")), network);
    }

    /** Names from the code of pytorchcv, whose units count from 1; of xternalz; and of Zagoruyko and Komodakis. */
    @Test
    void namesOfPreActivationNetworksAreKnown() {
        Map<String, Network> networks = Map.of(
                "preresnet20-cifar",
                Zoo.find("preresnet20-cifar").with(Map.of("shortcut", "b")).network(),
                "preresnet164-cifar",
                Zoo.find("preresnet164-cifar").network(),
                "wrn-28-10",
                Zoo.find("wrn-28-10").network());
        networks.forEach((name, network) -> assertRead("pytorchcv", renamed(network, NamingTest::pytorchcv), network));

        Network wide = networks.get("wrn-28-10");
        assertRead("WideResNet-pytorch", renamed(wide, NamingTest::xternalz), wide);
        assertRead("wide-residual-networks", renamed(wide, NamingTest::zagoruyko), wide);
    }

    private static String pytorchcv(String name) {
        Matcher unit = BLOCK.matcher(name);
        if (!unit.matches()) {
            return name.replace("conv1.", "features.init_block.")
                    .replaceFirst("^bn\\.", "features.post_activ.bn.")
                    .replace("fc.", "output.");
        }
        return "features.stage" + unit.group(1) + ".unit" + (1 + Integer.parseInt(unit.group(2))) + "."
                + unit.group(3)
                        .replace("downsample.0", "identity_conv")
                        .replaceFirst("^(conv|bn)(\\d)", "body.conv$2.$1");
    }

    /** Names from the code of pytorchcv: its post-activation networks. */
    @ParameterizedTest
    @ValueSource(
            strings = {"resnet20-cifar", "resnext29-32x4d", "se-resnet20-cifar", "se-resnet164-cifar", "cbam-resnet50"})
    void pytorchcvsResNetsAreKnown(String row) {
        Network network = Zoo.find(row).with(Map.of("shortcut", "b")).network();
        String stem = network.input().height() == 32 ? "features.init_block." : "features.init_block.conv.";
        assertRead("pytorchcv ResNet", renamed(network, name -> pytorchcv(stem, name)), network);
    }

    /** Names from the code of moskomule and of the authors of CBAM. */
    @Test
    void namesOfNetworksWithAttentionAreKnown() {
        Network se = Zoo.find("se-resnet50").with(Map.of("se-bias", "false")).network();
        assertRead(
                "senet.pytorch",
                renamed(se, name -> name.replace(".se.fc1", ".se.fc.0").replace(".se.fc2", ".se.fc.2")),
                se);
        Network cbam = Zoo.find("cbam-resnet18").network();
        assertRead("torchvision and timm", renamed(cbam, name -> "module." + name), cbam);
    }

    private static String pytorchcv(String stem, String name) {
        Matcher unit = BLOCK.matcher(name);
        if (!unit.matches()) {
            return name.replaceFirst("^(conv|bn)1\\.", stem + "$1.").replace("fc.", "output.");
        }
        return "features.stage" + unit.group(1) + ".unit" + (1 + Integer.parseInt(unit.group(2))) + "."
                + unit.group(3)
                        .replace("downsample.0", "identity_conv.conv")
                        .replace("downsample.1", "identity_conv.bn")
                        .replace("se.fc", "se.conv")
                        .replace("ChannelGate.mlp.1", "ch_gate.mlp.fc1")
                        .replace("ChannelGate.mlp.3", "ch_gate.mlp.fc2")
                        .replace("SpatialGate.spatial", "sp_gate.conv")
                        .replaceFirst("^(conv|bn)(\\d)", "body.conv$2.$1");
    }

    private static String xternalz(String name) {
        return name.replaceFirst("^bn\\.", "bn1.")
                .replaceFirst("^layer(\\d)\\.", "block$1.layer.")
                .replace("downsample.0", "convShortcut");
    }

    private static String zagoruyko(String name) {
        Matcher unit = BLOCK.matcher(name);
        if (!unit.matches()) {
            return name.replace("conv1.weight", "conv0");
        }
        return "group" + (Integer.parseInt(unit.group(1)) - 1) + ".block" + unit.group(2) + "."
                + unit.group(3)
                        .replace("downsample.0.weight", "convdim")
                        .replaceFirst("^conv(\\d)\\.weight", "conv$1")
                        .replace("1", "0")
                        .replace("2", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "classifier", "head", "last_linear"})
    void kuangliusShortcutsAreDownsamplings(String classifier) {
        Architecture row = Zoo.find("resnet20-cifar");
        Network network = row.with(Map.of("shortcut", "b")).network();

        assertRead(
                "PyTorch CIFAR",
                renamed(network, name -> name.replace("downsample", "shortcut").replace("fc.", classifier + ".")),
                network);
        assertRead(
                "PyTorch CIFAR",
                renamed(RESNET50, name -> name.replace("downsample", "shortcut").replace("fc.", classifier + ".")),
                RESNET50);
    }

    @Test
    void openMmLabsNames() {
        assertRead(
                "OpenMMLab",
                renamed(RESNET50, name -> name.startsWith("fc.") ? "head." + name : "backbone." + name),
                RESNET50);
    }

    static Stream<Arguments> huggingFace() {
        return Stream.of(Arguments.of("resnet18", 2), Arguments.of("resnet50", 3), Arguments.of("resnet152", 3));
    }

    @ParameterizedTest
    @MethodSource("huggingFace")
    void huggingFacesNames(String name, int convolutions) {
        Network network = Zoo.find(name).network();
        int[] blocks = blocks(network);
        Map<String, String> names = new LinkedHashMap<>();
        bn(names, "resnet.embedder.embedder.normalization", ".", "bn1");
        names.put("resnet.embedder.embedder.convolution.weight", "conv1.weight");
        for (int stage = 0; stage < 4; stage++) {
            for (int block = 0; block < blocks[stage]; block++) {
                String theirs = "resnet.encoder.stages." + stage + ".layers." + block;
                String ours = "layer" + (stage + 1) + "." + block;
                if (block == 0 && !(convolutions == 2 && stage == 0)) {
                    names.put(theirs + ".shortcut.convolution.weight", ours + ".downsample.0.weight");
                    bn(names, theirs + ".shortcut.normalization", ".", ours + ".downsample.1");
                }
                for (int i = 0; i < convolutions; i++) {
                    names.put(theirs + ".layer." + i + ".convolution.weight", ours + ".conv" + (i + 1) + ".weight");
                    bn(names, theirs + ".layer." + i + ".normalization", ".", ours + ".bn" + (i + 1));
                }
            }
        }
        names.put("classifier.1.weight", "fc.weight");
        names.put("classifier.1.bias", "fc.bias");

        assertRead("Hugging Face Transformers", names, network);
    }

    static Stream<Arguments> keras() {
        return Stream.of("resnet50-keras", "resnet101-keras", "resnet152-keras")
                .flatMap(name -> Stream.of("predictions", "probs").map(head -> Arguments.of(name, head)));
    }

    @ParameterizedTest
    @MethodSource("keras")
    void kerasApplicationsNames(String name, String head) {
        Network network = Zoo.find(name).network();
        int[] blocks = blocks(network);
        Map<String, String> names = new LinkedHashMap<>();
        layer(names, "conv1_conv", "conv1");
        bn(names, "conv1_bn", "/", "bn1");
        for (int stage = 2; stage <= 5; stage++) {
            for (int block = 1; block <= blocks[stage - 2]; block++) {
                String theirs = "conv" + stage + "_block" + block + "_";
                String ours = "layer" + (stage - 1) + "." + (block - 1) + ".";
                if (block == 1) {
                    layer(names, theirs + "0_conv", ours + "downsample.0");
                    bn(names, theirs + "0_bn", "/", ours + "downsample.1");
                }
                for (int i = 1; i <= 3; i++) {
                    layer(names, theirs + i + "_conv", ours + "conv" + i);
                    bn(names, theirs + i + "_bn", "/", ours + "bn" + i);
                }
            }
        }
        layer(names, head, "fc");

        assertRead("Keras Applications", names, network);
    }

    static Stream<Arguments> olderKeras() {
        return Stream.of(
                Arguments.of("resnet50-keras", false),
                Arguments.of("resnet101-keras", true),
                Arguments.of("resnet152-keras", true));
    }

    /** Blocks are a, b, c, … and in the deep networks' long stages a, b1, b2, … */
    @ParameterizedTest
    @MethodSource("olderKeras")
    void olderKerasNames(String name, boolean deep) {
        Network network = Zoo.find(name).network();
        int[] blocks = blocks(network);
        Map<String, String> names = new LinkedHashMap<>();
        layer(names, "conv1", "conv1");
        bn(names, "bn_conv1", "/", "bn1");
        for (int stage = 2; stage <= 5; stage++) {
            for (int block = 0; block < blocks[stage - 2]; block++) {
                boolean numbered = deep && (stage == 3 || stage == 4) && block > 0;
                String letter = numbered ? "b" + block : String.valueOf((char) ('a' + block));
                String theirs = stage + letter + "_branch";
                String ours = "layer" + (stage - 1) + "." + block + ".";
                if (block == 0) {
                    layer(names, "res" + theirs + "1", ours + "downsample.0");
                    bn(names, "bn" + theirs + "1", "/", ours + "downsample.1");
                }
                for (int i = 1; i <= 3; i++) {
                    String branch = theirs + "2" + (char) ('a' + i - 1);
                    layer(names, "res" + branch, ours + "conv" + i);
                    bn(names, "bn" + branch, "/", ours + "bn" + i);
                }
            }
        }
        layer(names, "fc1000", "fc");

        assertRead("Caffe and older Keras", names, network);
    }

    /** A model in a model lends its name to its layers; the classifier behind it is a dense layer without a name. */
    @ParameterizedTest
    @ValueSource(strings = {"dense", "dense_7", "predictions"})
    void kerasApplicationsInAnotherModel(String head) {
        Map<String, String> names = new LinkedHashMap<>();
        layer(names, "resnet50/conv1_conv", "conv1");
        bn(names, "resnet50/conv5_block1_0_bn", "/", "layer4.0.downsample.1");
        layer(names, "resnet50/conv5_block3_3_conv", "layer4.2.conv3");
        layer(names, head, "fc");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        names.keySet().forEach(name -> tensors.put(name, Dicts.unread(1L)));

        Reading reading = Naming.of(Dicts.of(tensors), NameMapping.NONE).reading(RESNET50_KERAS);

        assertThat(reading.convention()).isEqualTo("Keras Applications");
        assertThat(reading.tensors().keySet()).containsExactlyElementsOf(names.values());
    }

    @ParameterizedTest
    @CsvSource({
        "features.denseblock1.denselayer1.norm.1.weight, features.denseblock1.denselayer1.norm1.weight",
        "features.denseblock4.denselayer16.conv.2.weight, features.denseblock4.denselayer16.conv2.weight",
        "features.denseblock1.denselayer1.norm.2.running_var, features.denseblock1.denselayer1.norm2.running_var",
        "features.denseblock1.denselayer1.norm1.weight, features.denseblock1.denselayer1.norm1.weight",
        "features.conv0.weight, features.conv0.weight",
        "features.transition1.norm.weight, features.transition1.norm.weight",
        "classifier.weight, classifier.weight",
    })
    void oldDenseNetNames(String old, String name) {
        Convention convention = NameTable.LAYERS.stream()
                .filter(candidate -> candidate.title().equals("torchvision's old DenseNet"))
                .findFirst()
                .orElseThrow();

        assertThat(convention.rename(List.of(old))).containsExactly(name);
    }

    /** Names from the files and the code of A. Veit, W. Yang and pytorchcv. */
    @ParameterizedTest
    @CsvSource({
        "densenet-40-12, PyTorch CIFAR DenseNet, block$1.layer.$2, trans$1.%s1, bn1, fc",
        "densenet-bc-100-12, PyTorch CIFAR DenseNet, block$1.layer.$2, trans$1.%s1, bn1, fc",
        "densenet-bc-190-40, PyTorch CIFAR DenseNet, dense$1.$2, trans$1.%s1, bn, fc",
    })
    void denseNetsForCifarAreKnown(
            String row, String convention, String layer, String transition, String norm, String classifier) {
        Network network = Zoo.find(row).network();
        UnaryOperator<String> theirs = name -> lessOne(name)
                .replace("features.conv0.", "conv1.")
                .replaceFirst("features\\.denseblock(\\d)\\.denselayer(\\d+)", layer)
                .replaceFirst("features\\.transition(\\d)\\.norm", transition.formatted("bn"))
                .replaceFirst("features\\.transition(\\d)\\.conv", transition.formatted("conv"))
                .replace("features.norm5", norm)
                .replaceFirst("\\.norm(\\d)", ".bn$1")
                .replace("classifier", classifier);

        assertRead(convention, renamed(network, theirs), network);
    }

    /** Layers counted from 0. */
    private static String lessOne(String name) {
        return Pattern.compile("(?<=denselayer)\\d+")
                .matcher(name)
                .replaceFirst(number -> String.valueOf(Integer.parseInt(number.group()) - 1));
    }

    @Test
    void pytorchcvsDenseNetsForCifarAreKnown() {
        Network network = Zoo.find("densenet-bc-100-12").network();
        UnaryOperator<String> theirs = name -> name.replace("features.conv0.", "features.init_block.")
                .replaceFirst("denseblock(\\d)\\.denselayer(\\d+)\\.norm(\\d)", "stage$1.unit$2.conv$3.bn")
                .replaceFirst("denseblock(\\d)\\.denselayer(\\d+)\\.conv(\\d)", "stage$1.unit$2.conv$3.conv")
                .replaceFirst("transition1\\.norm", "stage2.trans2.conv.bn")
                .replaceFirst("transition1\\.conv", "stage2.trans2.conv.conv")
                .replaceFirst("transition2\\.norm", "stage3.trans3.conv.bn")
                .replaceFirst("transition2\\.conv", "stage3.trans3.conv.conv")
                .replace("norm5", "post_activ.bn")
                .replace("classifier", "output");

        assertRead("pytorchcv DenseNet", renamed(network, theirs), network);
    }

    /** Names from the code of P. Rodríguez' ResNeXt.pytorch. */
    @Test
    void resNeXtsForCifarAreKnown() {
        Network network = Zoo.find("resnext29-8x64d").network();
        UnaryOperator<String> theirs = name -> name.replaceFirst("^conv1\\.", "conv_1_3x3.")
                .replaceFirst("^bn1\\.", "bn_1.")
                .replaceFirst("^layer(\\d)\\.(\\d)", "stage_$1.stage_$1_bottleneck_$2")
                .replaceFirst("(conv|bn)1\\.(?=\\w+$)", "$1_reduce.")
                .replaceFirst("conv2\\.", "conv_conv.")
                .replaceFirst("bn2\\.", "bn.")
                .replaceFirst("(conv|bn)3\\.(?=\\w+$)", "$1_expand.")
                .replaceFirst("downsample\\.0", "shortcut.shortcut_conv")
                .replaceFirst("downsample\\.1", "shortcut.shortcut_bn")
                .replaceFirst("^fc\\.", "classifier.");

        assertRead("ResNeXt.pytorch", renamed(network, theirs), network);
    }

    @Test
    void usersRulesComeBeforeTheBuiltInOnes() {
        NameMapping map = NameMapping.parse(
                Path.of("names.map"), "theirs/(.+) -> $1\nhead_new/(.*) -> fc/$1\nextra.* -> -\nzzz -> y");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("theirs/conv2_block1_0_conv/kernel", Dicts.unread(1L, 1L, 64L, 256L));
        tensors.put("theirs/conv2_block1_0_bn/moving_variance", Dicts.unread(256L));
        tensors.put("head_new/kernel", Dicts.unread(2048L, 10L));
        tensors.put("extra/kernel", Dicts.unread(1L));

        Naming naming = Naming.of(Dicts.of(tensors), map);

        assertThat(naming.reading(RESNET50_KERAS).tensors().values())
                .extracting(Named::name, Named::torchShape)
                .containsExactly(
                        tuple("layer1.0.downsample.0.weight", List.of(256L, 64L, 1L, 1L)),
                        tuple("layer1.0.downsample.1.running_var", List.of(256L)),
                        tuple("fc.weight", List.of(10L, 2048L)));
        assertThat(naming.leftOut()).containsExactly(Map.entry("extra/kernel", "left out by line 3 of names.map"));
        assertThat(naming.notes()).containsExactly("line 4 of names.map matched no tensor");
    }

    @Test
    void prefixesAreTakenOffWhatNoRuleOfTheUserTouched() {
        NameMapping map = NameMapping.parse(Path.of("names.map"), "the_head\\.(.*) -> fc.$1");
        Naming naming = Naming.of(
                Dicts.of(Map.of("model.conv1.weight", Dicts.unread(1L), "the_head.weight", Dicts.unread(1L))), map);

        assertThat(naming.reading(RESNET18).tensors().keySet()).containsExactlyInAnyOrder("conv1.weight", "fc.weight");
    }

    @Test
    void twoTensorsOfOneNameAreNamedBoth() {
        StateDict dict = Dicts.of(Map.of("bn1/gamma", Dicts.unread(1L), "bn1.weight", Dicts.unread(1L)));

        assertThatThrownBy(() -> Naming.of(dict, NameMapping.NONE))
                .isInstanceOfSatisfying(BadWeightsException.class, bad -> assertThat(bad.fault())
                        .isEqualTo(Fault.MISMATCH))
                .hasMessageContaining("two tensors for bn1.weight")
                .hasMessageContaining("bn1/gamma");
    }

    @Test
    void aConventionThatMakesOneOfTwoDoesNotApply() {
        StateDict dict = Dicts.of(Map.of(
                "fc.weight", Dicts.unread(1L), "linear.weight", Dicts.unread(1L), "a.shortcut.0.b", Dicts.unread(1L)));

        assertThat(Naming.of(dict, NameMapping.NONE).reading(RESNET18).convention())
                .isEqualTo("torchvision and timm");
    }

    @ParameterizedTest
    @CsvSource({
        "layer1.0.se_module.fc1.weight, channel attention",
        "conv2_block1_preact_bn/gamma, pre-activation",
        "block1.unit01.conv1.weight, pre-activation",
        "blocks.0.attn.qkv.weight, transformer",
    })
    void namesBetrayNetworksThatTheZooDoesNotHave(String name, String what) {
        Naming naming = Naming.of(Dicts.of(Map.of(name, Dicts.unread(1L))), NameMapping.NONE);

        assertThat(Naming.foreign(naming.reading(RESNET18)))
                .anySatisfy(part -> assertThat(part).contains(what));
    }

    @Test
    void namesOfTheZooBetrayNothing() {
        for (Architecture row : Zoo.list()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            row.network().slots().forEach(slot -> tensors.put(slot.name(), Dicts.unread(1L)));
            assertThat(Naming.foreign(
                            Naming.of(Dicts.of(tensors), NameMapping.NONE).reading(row.network())))
                    .as(row.name())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"conv2_block0_1_conv", "conv2_block99999999999999999999_1_conv", "res4b9999_branch2a"})
    void numbersThatAreNoneStay(String layer) {
        Naming naming = Naming.of(
                Dicts.of(Map.of(layer + "/kernel", Dicts.unread(1L), "conv1_conv/bias", Dicts.unread(1L))),
                NameMapping.NONE);

        assertThat(naming.reading(RESNET50_KERAS).tensors().keySet())
                .containsExactlyInAnyOrder(layer + ".weight", "conv1.bias");
    }

    @Test
    void ofTwoDenseLayersTheLastIsTheClassifier() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name :
                List.of("conv1_conv/kernel", "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias")) {
            tensors.put(name, Dicts.unread(1L));
        }
        Naming.Reading reading = Naming.of(Dicts.of(tensors), NameMapping.NONE).reading(RESNET50_KERAS);

        assertThat(reading.tensors().keySet())
                .containsExactly("conv1.weight", "dense.weight", "dense.bias", "fc.weight", "fc.bias");
        assertThat(Naming.foreign(reading)).containsExactly("a dense layer before the classifier");
    }

    @Test
    void longNamesStayAndCostNothing() {
        String name = "layer1.".repeat(100_000) + "shortcut.0.weight";
        Naming naming = Naming.of(Dicts.of(Map.of(name, Dicts.unread(1L))), NameMapping.NONE);

        assertThat(naming.reading(RESNET18).tensors().keySet()).containsExactly(name);
    }

    private static int[] blocks(Network network) {
        int[] blocks = new int[4];
        network.nodes().forEach(node -> {
            if (node.name().matches("layer\\d\\.\\d+\\.conv1")) {
                blocks[node.name().charAt(5) - '1']++;
            }
        });
        return blocks;
    }

    private static void layer(Map<String, String> names, String theirs, String ours) {
        names.put(theirs + "/kernel", ours + ".weight");
        names.put(theirs + "/bias", ours + ".bias");
    }

    private static void bn(Map<String, String> names, String theirs, String separator, String ours) {
        List<String> tensors = separator.equals("/")
                ? List.of("gamma", "beta", "moving_mean", "moving_variance")
                : List.of("weight", "bias", "running_mean", "running_var");
        List<String> torch = new ArrayList<>(List.of("weight", "bias", "running_mean", "running_var"));
        for (int i = 0; i < 4; i++) {
            names.put(theirs + separator + tensors.get(i), ours + "." + torch.get(i));
        }
    }
}
