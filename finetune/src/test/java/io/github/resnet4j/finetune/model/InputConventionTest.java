package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.ModelRequest.Preparation;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputConventionTest {
    private static InputConvention of(String architecture, Preparation given, Map<String, String> metadata) {
        return InputConvention.of(given, Optional.empty(), metadata, Zoo.find(architecture));
    }

    private static InputConvention of(String architecture) {
        return of(architecture, Preparation.NONE, Map.of());
    }

    /** Keras' preprocess_input of mode "caffe": BGR, minus (103.939, 116.779, 123.68), no scaling. */
    @Test
    void weightsOfKerasGetKerasPreprocessing() {
        InputConvention keras = of("resnet50-keras");
        assertThat(keras.channelOrder()).isEqualTo(ChannelOrder.BGR);
        assertThat(keras.preprocessing().mean()).containsExactly(123.68 / 255, 116.779 / 255, 103.939 / 255);
        assertThat(keras.preprocessing().std()).containsExactly(1 / 255.0, 1 / 255.0, 1 / 255.0);
        assertThat(keras.assumed()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("preprocessing assumed, that of resnet50-keras.imagenet: resize 256, crop 224")
                .endsWith("channel order bgr"));
        InputConvention mlperf = of("resnet8-mlperf");
        assertThat(mlperf.channelOrder()).isEqualTo(ChannelOrder.RGB);
        assertThat(mlperf.preprocessing().mean()).containsExactly(0.0, 0.0, 0.0);
        assertThat(mlperf.preprocessing().std()).containsExactly(1 / 255.0, 1 / 255.0, 1 / 255.0);
    }

    @ParameterizedTest
    @CsvSource({"resnet18, 256, 224", "resnet50, 256, 224", "plain18, 256, 224", "resnet20-cifar, , "})
    void othersGetTorchvisions(String architecture, Integer resize, Integer crop) {
        InputConvention torchvision = of(architecture);
        assertThat(torchvision.channelOrder()).isEqualTo(ChannelOrder.RGB);
        assertThat(torchvision.preprocessing())
                .isEqualTo(new Preprocessing(
                        resize == null ? OptionalInt.empty() : OptionalInt.of(resize),
                        crop == null ? OptionalInt.empty() : OptionalInt.of(crop),
                        "bilinear",
                        List.of(0.485, 0.456, 0.406),
                        List.of(0.229, 0.224, 0.225)));
        assertThat(torchvision.assumed()).isPresent();
    }

    @Test
    void whatTheUserSaysIsNotAssumed() {
        Preparation all = new Preparation(
                OptionalInt.of(40),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(List.of(0.5, 0.5, 0.5)),
                Optional.of(List.of(0.5, 0.5, 0.5)),
                Optional.of(ChannelOrder.RGB));
        InputConvention said = of("resnet50-keras", all, Map.of());
        assertThat(said.channelOrder()).isEqualTo(ChannelOrder.RGB);
        assertThat(said.preprocessing())
                .hasToString("resize 40, crop 224, bilinear, mean [0.5, 0.5, 0.5], std [0.5, 0.5, 0.5]");
        assertThat(said.assumed()).isEmpty();
        assertThat(of("resnet18", Preparation.of(Optional.of(ChannelOrder.BGR)), Map.of()))
                .satisfies(bgr -> assertThat(bgr.channelOrder()).isEqualTo(ChannelOrder.BGR))
                .satisfies(bgr -> assertThat(bgr.assumed())
                        .hasValueSatisfying(text -> assertThat(text).endsWith("channel order bgr")));
    }

    @Test
    void whatTheFileSaysIsNotAssumed() {
        Preprocessing own = new Preprocessing(
                OptionalInt.of(50), OptionalInt.empty(), "bicubic", List.of(0.1, 0.2, 1 / 3.0), List.of(0.4, 0.5, 0.6));
        InputConvention told = of("resnet50-keras", Preparation.NONE, own.asMetadata());
        assertThat(told.preprocessing()).isEqualTo(own);
        assertThat(told.channelOrder()).as("reversed when it was written").isEqualTo(ChannelOrder.RGB);
        assertThat(told.assumed()).isEmpty();
        assertThat(of("resnet50-keras", Preparation.NONE, Map.of("architecture", "resnet50-keras"))
                        .channelOrder())
                .as("as earlier versions wrote it")
                .isEqualTo(ChannelOrder.RGB);
    }

    @Test
    void whatIsPublishedIsNotAssumed() {
        PretrainedWeights row = Pretrained.find("resnet50-keras.imagenet");
        InputConvention published =
                InputConvention.of(Preparation.NONE, Optional.of(row), Map.of(), Zoo.find("resnet50-keras"));
        assertThat(published).isEqualTo(new InputConvention(row.preprocessing(), ChannelOrder.BGR, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "123.675,116.28,103.53 | 58.395,57.12,57.375 | mean 0.485,0.456,0.406 and std 0.229,0.224,0.225",
                "123.675,116.28,103.53 | - | divided by 255 they are mean 0.485,0.456,0.406",
                "127.5,127.5,127.5 | 127.5,127.5,127.5 | mean 0.5,0.5,0.5 and std 0.5,0.5,0.5",
                "0.485,0.456,0.406 | 58.395,57.12,57.375 | mean 0.485,0.456,0.406 and std 0.229,0.224,0.225",
                "0,0,0 | 255,255,255 | mean 0.0,0.0,0.0 and std 1.0,1.0,1.0",
                "-0.5,0.5,0.5 | - | must be for pixels in [0, 1], got mean -0.5,0.5,0.5"
            })
    void meansOfPixelsUpTo255AreRefusedWithTheRightOnes(String mean, String std, String message) {
        Preparation given = new Preparation(
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(numbers(mean)),
                Optional.ofNullable(std).map(InputConventionTest::numbers),
                Optional.empty());
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> of("resnet18", given, Map.of()))
                .withMessageContaining(message);
    }

    private static List<Double> numbers(String text) {
        return List.of(text.split(",")).stream().map(Double::valueOf).toList();
    }
}
