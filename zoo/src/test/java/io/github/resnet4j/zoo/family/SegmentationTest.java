package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.Fit;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.Matching;
import io.github.resnet4j.zoo.weights.names.Dicts;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentationTest {
    private static Network network(String name, Map<String, String> options) {
        return Zoo.find(name).with(options).network();
    }

    /** torchvision's counts, those of its metadata with the auxiliary head. */
    @ParameterizedTest
    @CsvSource({
        "fcn-resnet50, 35322218, 54656, 152.717e9",
        "fcn-resnet101, 54314346, 106880, 232.738e9",
        "deeplabv3-resnet50, 42004074, 57216, 178.722e9",
        "deeplabv3-resnet101, 60996202, 109440, 258.743e9"
    })
    void countsAsPublishedWithAuxiliaryHeads(String name, long parameters, long statistics, double macs) {
        Network network = network(name, Map.of("auxiliary-heads", "true"));

        assertThat(network.parameters()).isEqualTo(parameters);
        assertThat(network.statistics()).isEqualTo(statistics);
        assertThat((double) network.macs()).isCloseTo(macs, Percentage.withPercentage(0.1));
        assertThat(network.auxiliary()).containsExactly(new Network.Auxiliary("aux", 0.5));
        assertThat(network.heads()).extracting(Node::name).containsExactly("classifier.4", "aux-classifier.4");
    }

    @Test
    void lastStagesDilateAsTorchvisions() {
        assertThat(network("fcn-resnet50", Map.of()).nodes())
                .filteredOn(node -> node.name().matches("layer[234]\\.[012]\\.(conv2|downsample\\.0)"))
                .extracting(node -> node.name() + " " + ((Op.Convolution) node.op()).window())
                .containsExactly(
                        "layer2.0.conv2 3x3/2",
                        "layer2.0.downsample.0 1x1/2",
                        "layer2.1.conv2 3x3",
                        "layer2.2.conv2 3x3",
                        "layer3.0.conv2 3x3",
                        "layer3.0.downsample.0 1x1",
                        "layer3.1.conv2 3x3 dilated 2",
                        "layer3.2.conv2 3x3 dilated 2",
                        "layer4.0.conv2 3x3 dilated 2",
                        "layer4.0.downsample.0 1x1",
                        "layer4.1.conv2 3x3 dilated 4",
                        "layer4.2.conv2 3x3 dilated 4");
    }

    @Test
    void atrousSpatialPyramidPoolingIsTorchvisions() {
        assertThat(network("deeplabv3-resnet50", Map.of()).part("classifier").stream()
                        .filter(node -> !(node.op() instanceof Op.BatchNorm || node.op() instanceof Op.Relu)))
                .extracting(node -> node.name() + " " + node.op().label() + " " + node.out())
                .containsExactly(
                        "classifier.0.convs.0.0 conv 1x1 256x65x65",
                        "classifier.0.convs.1.0 conv 3x3 dilated 12 256x65x65",
                        "classifier.0.convs.2.0 conv 3x3 dilated 24 256x65x65",
                        "classifier.0.convs.3.0 conv 3x3 dilated 36 256x65x65",
                        "classifier.0.convs.4.0 channel avg pool 2048x1x1",
                        "classifier.0.convs.4.1 conv 1x1 256x1x1",
                        "classifier.0.convs.4.resized resize, bilinear 256x65x65",
                        "classifier.0.concat concat 1280x65x65",
                        "classifier.0.project.0 conv 1x1 256x65x65",
                        "classifier.0.project.3 dropout 0.5 256x65x65",
                        "classifier.1 conv 3x3 256x65x65",
                        "classifier.4 conv 1x1 + bias 21x65x65");
    }

    @Test
    void namesAreThoseOfTheClassifiersBody() {
        Network body = Zoo.find("resnet50").network();
        Network network = network("fcn-resnet50", Map.of());

        assertThat(network.slots())
                .extracting(Slot::name)
                .containsAll(body.slots().stream()
                        .map(Slot::name)
                        .filter(name -> !name.startsWith("fc."))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"520, 520", "65, 83", "1, 1", "33, 500"})
    void logitsAreAsLargeAsTheImage(int height, int width) {
        Network network = Zoo.find("deeplabv3-resnet101").network(new Shape(3, height, width), 7);

        assertThat(network.out()).isEqualTo(new Shape(7, height, width));
        assertThat(network.classes()).isEqualTo(7);
    }

    @Test
    void outputStridesAreAnOption() {
        assertThat(network("fcn-resnet50", Map.of("output-stride", "16"))
                        .lastOf("layer4")
                        .out())
                .isEqualTo(Shape.square(2048, 33));
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> network("fcn-resnet50", Map.of("output-stride", "12")))
                .withMessage("fcn-resnet50: option output-stride: \"12\" is not one of 4, 8, 16, 32");
    }

    /** What torchvision calls them, and whether the file is read with the auxiliary head or without. */
    @ParameterizedTest
    @CsvSource({"fcn-resnet50, true", "fcn-resnet50, false", "deeplabv3-resnet101, true", "deeplabv3-resnet101, false"})
    void torchvisionsFilesAreKnownAndFit(String name, boolean auxiliary) {
        Network network = network(name, Map.of("auxiliary-heads", String.valueOf(auxiliary)));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        network.slots().forEach(slot -> {
            String own = slot.name().replace("aux-classifier", "aux_classifier");
            boolean head = own.contains("classifier");
            Long[] shape = slot.shape().toArray(Long[]::new);
            tensors.put((head ? "" : "backbone.") + own, Dicts.unread(shape));
        });
        StateDict file = Dicts.of(tensors);

        for (boolean newHead : new boolean[] {false, true}) {
            Fit.Inferred inferred = Fit.infer(file, NameMapping.NONE, newHead, Map.of());
            assertThat(inferred.fit().architecture().name()).isEqualTo(name);
            assertThat(inferred.fit().classes()).isEqualTo(21);
        }
        assertThat(Matching.of(file, network, LoadOptions.STRICT).report().complete())
                .isTrue();
        assertThat(Matching.of(file, network(name, Map.of()), LoadOptions.STRICT)
                        .report()
                        .complete())
                .isTrue();
        assertThat(Matching.of(file, Zoo.find("resnet50").network(), new LoadOptions(NameMapping.NONE, true))
                        .report()
                        .complete())
                .isEqualTo(name.endsWith("50"));
    }
}
