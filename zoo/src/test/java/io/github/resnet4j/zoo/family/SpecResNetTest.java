package io.github.resnet4j.zoo.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpecResNetTest {
    private static final Map<String, String> STRIDE = Map.of("blocks", "stride");

    static Stream<Architecture> rows() {
        return new SpecResNet().table().stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void takesBackEveryOptionItSays(Architecture row) {
        Spec spec = row.spec();
        assertThat(spec.options()).containsEntry("blocks", "pool").containsEntry("dropout", "0.5");
        assertThat(spec.with(spec.options())).isEqualTo(spec);
        assertThat(spec.with(STRIDE).options()).containsEntry("blocks", "stride");
        assertThat(spec.reduced().with(spec.reduced().options())).isEqualTo(spec.reduced());
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> spec.with(Map.of("blocks", "strides")))
                .withMessageContaining("is not one of pool, stride");
    }

    /** The norm that the authors' code computes first and throws away is not there: both convolutions read the sum before. */
    @Test
    void aBlockIsThatOfTheAuthors() {
        assertThat(Zoo.find("spec-resnet-stft").network().nodes())
                .filteredOn(node -> node.stage().equals("block3"))
                .extracting(node ->
                        node.name() + " " + node.inputs() + " " + node.op().label())
                .containsExactly(
                        "block3.conv1 [block1.maxpool] conv 3x3 + bias",
                        "block3.bn1 [block3.conv1] batch norm",
                        "block3.lrelu [block3.bn1] leaky relu 0.01",
                        "block3.dropout [block3.lrelu] dropout 0.5",
                        "block3.conv2 [block3.dropout] conv 3x3 + bias",
                        "block3.conv11 [block1.maxpool] conv 3x3 + bias",
                        "block3.add [block3.conv2, block3.conv11] add",
                        "block3.maxpool [block3.add] max pool 3x3/3");
    }

    @Test
    void theHeadIsThatOfTheAuthors() {
        assertThat(Zoo.find("spec-resnet-mfcc").network().part(Network.HEAD))
                .extracting(node -> node.name() + " " + node.op().label())
                .containsExactly(
                        "bn batch norm",
                        "lrelu leaky relu 0.01",
                        "maxpool max pool 3x3/3",
                        "dropout dropout 0.5",
                        "fc1 dense",
                        "fc1.lrelu leaky relu 0.01",
                        "fc2 dense");
    }

    /** Which blocks run, the maps behind them, and what the first dense layer reads. */
    @ParameterizedTest
    @CsvSource({
        "spec-resnet-stft, pool, 'block1 342x42, block3 114x14, block5 38x5, block7 13x2, block9 5x1, block11 5x1', 64",
        "spec-resnet-stft, stride, 'block1 342x42, block3 114x14, block5 38x5, block7 13x2, block9 5x1, block11 2x1', 64",
        "spec-resnet-mfcc, pool, 'block1 72x126, block2 72x126, block3 24x42, block4 24x42, block5 24x42, block6 8x14,"
                + " block7 8x14, block8 8x14, block9 8x14', 480",
        "spec-resnet-mfcc, stride, 'block1 24x42, block2 8x14, block3 1x2, block4 1x1, block5 1x1, block6 1x1, block7 1x1,"
                + " block8 1x1, block9 1x1', 32",
        "spec-resnet-cqcc, pool, 'block1 90x469, block3 30x157, block5 10x53, block7 4x18, block9 2x6, block11 2x6', 64",
        "spec-resnet-cqcc, stride, 'block1 30x157, block3 4x18, block5 1x2, block7 1x1, block9 1x1, block11 1x1', 32"
    })
    void mapsShrinkAsInThatForm(String name, String form, String maps, long features) {
        Network network = Zoo.find(name).with(Map.of("blocks", form)).network();
        List<String> blocks = network.stages().stream()
                .filter(stage -> stage.startsWith("block"))
                .toList();
        assertThat(blocks)
                .extracting(block -> {
                    Shape out = network.lastOf(block).out();
                    return block + " " + out.height() + "x" + out.width();
                })
                .containsExactly(maps.split(", *"));
        assertThat(node(network, "fc1").in().elements()).isEqualTo(features);
        Window.Axis rows =
                ((Op.Convolution) node(network, "block1.conv11").op()).window().rows();
        assertThat(rows.stride()).isEqualTo(form.equals("pool") ? 1 : 3);
    }

    private static Node node(Network network, String name) {
        return network.part(name).get(0);
    }

    /** Exactly: 4.055 and 1.675 thousand millions for the spectrogram's two forms. */
    @Test
    void stridesAreCheaper() {
        Architecture row = Zoo.find("spec-resnet-stft");
        assertThat(Math.round(row.network().macs() / 1e6)).isEqualTo(4055);
        assertThat(Math.round(row.with(STRIDE).network().macs() / 1e6)).isEqualTo(1675);
        assertThat(row.with(STRIDE).network().parameters())
                .isEqualTo(row.network().parameters());
    }

    @Test
    void onlyTheSpectrogramsFormsHaveTheSameTensors() {
        assertThat(Zoo.find("spec-resnet-stft").spec().lookalikes()).containsExactly(STRIDE);
        assertThat(Zoo.find("spec-resnet-stft").with(STRIDE).spec().lookalikes())
                .containsExactly(Map.of("blocks", "pool"));
        assertThat(Zoo.find("spec-resnet-mfcc").spec().lookalikes()).isEmpty();
        assertThat(rows().filter(row -> row.spec().guessable()).map(Architecture::name))
                .containsExactly("spec-resnet-stft", "spec-resnet-mfcc");
    }

    @Test
    void withoutDropoutThereIsNone() {
        Network network =
                Zoo.find("spec-resnet-stft").with(Map.of("dropout", "0")).network();
        assertThat(network.nodes()).noneMatch(node -> node.op() instanceof Op.Dropout);
    }

    @Test
    void oneClassIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Zoo.find("spec-resnet-stft").network(new Shape(1, 64, 64), 1))
                .withMessage("a classifier needs at least 2 classes, got 1");
    }
}
