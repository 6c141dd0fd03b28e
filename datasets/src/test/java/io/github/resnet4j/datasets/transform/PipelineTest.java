package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    static List<String> jpegs() {
        return Golden.names("image", ".jpg", "rgb8.png");
    }

    /** What is decoded and computed in part has the values of what is decoded as a whole and changed step by step. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("jpegs")
    void aPartHasTheValuesOfTheWhole(String file) {
        Rgb8Image whole = ImageDecoder.decode(Golden.file("image/" + file));
        for (List<Transform> steps : List.<List<Transform>>of(
                List.of(new RandomResizedCrop(16), new HorizontalFlip(0.5)),
                List.of(new Resize(20, Interpolation.BILINEAR), new CenterCrop(16)),
                List.of(new Resize(50, Interpolation.BICUBIC), new CenterCrop(11), new VerticalFlip(1)),
                List.of(new Resize(9, Interpolation.BILINEAR), new CenterCrop(12)),
                List.of(new CenterCrop(7), new Resize(5, Interpolation.BILINEAR)),
                List.<Transform>of())) {
            Pipeline pipeline = new Pipeline(steps, Normalize.IMAGENET);
            for (int sample = 0; sample < 8; sample++) {
                SampleRandom random = SampleRandom.of(3, 0, sample);
                Rgb8Image expected = whole;
                for (Transform step : steps) {
                    expected = step.apply(expected, random);
                }
                Rgb8Image made = pipeline.image(
                        ImageDecoder.open(Golden.file("image/" + file), 10_000), SampleRandom.of(3, 0, sample));
                assertThat(made.width()).isEqualTo(expected.width());
                assertThat(made.pixels()).as(steps.toString()).isEqualTo(expected.pixels());
            }
        }
    }

    /** Large parts are taken of a smaller image, as long as they stay twice as large as the result. */
    @Test
    void aReducingGapDecodesNoMoreThanItNeeds() {
        Path file = Golden.file("image/420.jpg");
        LazyImage image = ImageDecoder.open(file, 10_000);
        int[][] sizesAndReductions = {{2, 8}, {3, 4}, {4, 4}, {5, 2}, {8, 2}, {9, 1}, {20, 1}};
        for (int[] row : sizesAndReductions) {
            // No square is as large as the image, so the largest in the middle is taken.
            RandomResizedCrop square =
                    new RandomResizedCrop(row[0], 1, 1, 1, 1, Interpolation.BILINEAR, Optional.of(2.0));
            LazyImage reduced = image.reduced(row[1]);
            int side = row[1] == 1 ? 35 : (int) Math.rint(35.0 * reduced.width() / image.width());
            int left = (int) (5.0 * reduced.width() / image.width());
            int height = Math.min(side, (int) Math.rint(35.0 * reduced.height() / image.height()));
            Rgb8Image expected = Interpolation.BILINEAR.resize(reduced.part(left, 0, side, height), row[0], row[0]);
            assertThat(square.apply(image, SampleRandom.of(1, 0, 0)).pixels())
                    .as("%d pixels", row[0])
                    .isEqualTo(expected.pixels());
        }
    }

    /** Only JPEGs are reduced. */
    @Test
    void aReducingGapLeavesOtherImagesAlone() {
        LazyImage image = ImageDecoder.open(Golden.file("image/rgb8.png"), 10_000);
        RandomResizedCrop with =
                new RandomResizedCrop(2, 0.08, 1, 0.75, 1.33, Interpolation.BILINEAR, Optional.of(1.0));
        RandomResizedCrop without = new RandomResizedCrop(2, 0.08, 1, 0.75, 1.33, Interpolation.BILINEAR);
        for (int sample = 0; sample < 20; sample++) {
            assertThat(with.apply(image, SampleRandom.of(1, 0, sample)).pixels())
                    .isEqualTo(
                            without.apply(image, SampleRandom.of(1, 0, sample)).pixels());
        }
    }
}
