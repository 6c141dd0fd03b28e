package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    @Test
    void writesPlanesOfRedGreenAndBlueFromTheOffset() {
        Rgb8Image image = new Rgb8Image(2, 1, new byte[] {0, 51, (byte) 255, 102, (byte) 153, (byte) 204});
        float[] out = new float[9];
        Normalize halves = new Normalize(new float[] {0, 0.5f, 1}, new float[] {1, 2, 0.5f});
        new Pipeline(List.of(), halves).write(image, UNUSED, out, 2);
        assertThat(out).containsExactly(0, 0, 0, 0.4f, (0.2f - 0.5f) / 2, (0.6f - 0.5f) / 2, 0, (0.8f - 1) / 0.5f, 0);
    }

    @Test
    void previewsWhatItWrites() {
        Rgb8Image image = PatternImage.of(32, 32);
        Pipeline pipeline = new Pipeline(List.of(new PadCrop(4), new HorizontalFlip(0.5)), Normalize.NONE);
        for (int i = 0; i < 50; i++) {
            float[] out = new float[3 * 32 * 32];
            pipeline.write(image, SampleRandom.of(5, 1, i), out, 0);
            Rgb8Image transformed = pipeline.image(image, SampleRandom.of(5, 1, i));
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    for (int c = 0; c < 3; c++) {
                        assertThat(out[(c * 32 + y) * 32 + x]).isEqualTo(transformed.at(x, y, c) / 255f);
                    }
                }
            }
        }
    }

    @Test
    void refusesImagesOfAnotherSizeThanTheNetworks() {
        Pipeline pipeline = new Pipeline(List.of(new Resize(32, Interpolation.BILINEAR)), Normalize.NONE);
        Rgb8Image image = PatternImage.of(60, 40);
        assertThat(pipeline.image(image, UNUSED).width()).isEqualTo(48);
        assertThatThrownBy(() -> pipeline.producing(32, 32).image(image, UNUSED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("make 32x48 (height x width) of an image of 40x60, but the network takes 32x32");
        assertThat(pipeline.producing(32, 48).image(image, UNUSED).height()).isEqualTo(32);
    }

    @Test
    void refusesAnArrayWithoutRoomBeforeWritingToIt() {
        float[] out = new float[3 * 4 * 4];
        Pipeline pipeline = new Pipeline(List.of(), Normalize.IMAGENET);
        assertThatThrownBy(() -> pipeline.write(PatternImage.of(4, 4), UNUSED, out, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(out).containsOnly(0);
    }

    @Test
    void normalisationIsAValue() {
        float[] mean = {0.485f, 0.456f, 0.406f};
        Normalize normalize = new Normalize(mean, new float[] {0.229f, 0.224f, 0.225f});
        mean[0] = 9;
        normalize.mean()[1] = 9;
        assertThat(normalize).isEqualTo(Normalize.IMAGENET).hasSameHashCodeAs(Normalize.IMAGENET);
        assertThat(normalize).isNotEqualTo(Normalize.CIFAR10);
        assertThat(normalize).hasToString("Normalize[mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]]");
    }
}
