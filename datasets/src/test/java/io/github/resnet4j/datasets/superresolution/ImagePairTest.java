package io.github.resnet4j.datasets.superresolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patches of both sizes show the same, in every symmetry. */
class ImagePairTest {
    private static Rgb8Image numbered(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            pixels[3 * i] = (byte) (i % width);
            pixels[3 * i + 1] = (byte) (i / width);
            pixels[3 * i + 2] = 7;
        }
        return new Rgb8Image(width, height, pixels);
    }

    /** Every pixel of {@code low} as a block of the same. */
    private static Rgb8Image blocks(Rgb8Image low, int factor) {
        byte[] pixels = new byte[low.pixels().length * factor * factor];
        int width = low.width() * factor;
        for (int i = 0; i < pixels.length; i++) {
            int place = i / 3;
            pixels[i] = (byte) low.at(place % width / factor, place / width / factor, i % 3);
        }
        return new Rgb8Image(width, low.height() * factor, pixels);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8})
    void partsAreOfTheSamePlace(int factor) {
        Rgb8Image low = numbered(13, 9);
        ImagePair pair = new ImagePair(low, blocks(low, factor), factor);
        Set<Integer> corners = new HashSet<>();
        for (int index = 0; index < 400; index++) {
            ImagePair patch = pair.patch(4, SampleRandom.of(1, 0, index));
            assertThat(patch.high().pixels())
                    .isEqualTo(blocks(patch.low(), factor).pixels());
            corners.add(patch.low().at(0, 0, 0) * 100 + patch.low().at(0, 0, 1));
        }
        // Each pixel of the image can be the first of a patch.
        assertThat(corners).hasSizeGreaterThan(90);
    }

    @Test
    void dependOnSeedEpochAndIndexAlone() {
        Rgb8Image low = numbered(13, 9);
        ImagePair pair = new ImagePair(low, blocks(low, 2), 2);
        byte[] once = pair.patch(4, SampleRandom.of(5, 3, 8)).high().pixels();
        assertThat(pair.patch(4, SampleRandom.of(5, 3, 8)).high().pixels()).isEqualTo(once);
        assertThat(pair.patch(4, SampleRandom.of(5, 4, 8)).high().pixels()).isNotEqualTo(once);
        assertThat(pair.patch(4, SampleRandom.of(6, 3, 8)).high().pixels()).isNotEqualTo(once);
        assertThat(pair.patch(4, SampleRandom.of(5, 3, 9)).high().pixels()).isNotEqualTo(once);
    }

    @Test
    void theEightSymmetriesAreDistinctAndHaveInverses() {
        Rgb8Image image = numbered(4, 3);
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Set<String> images = new HashSet<>();
        for (int number = 0; number < Symmetry.COUNT; number++) {
            Symmetry symmetry = Symmetry.of(number);
            Rgb8Image turned = symmetry.apply(image);
            images.add(turned.width() + Arrays.toString(turned.pixels()));
            assertThat(symmetry.inverse().apply(turned).pixels()).isEqualTo(image.pixels());
            float[] moved = symmetry.apply(values, 2, 3, 4);
            boolean upright = !symmetry.transposed();
            assertThat(symmetry.inverse().apply(moved, 2, upright ? 3 : 4, upright ? 4 : 3))
                    .isEqualTo(values);
            for (int i = 0; i < 12; i++) {
                // The values of the first channel are the numbers of the pixels.
                assertThat(moved[i]).isEqualTo(turned.pixels()[3 * i] + 4 * turned.pixels()[3 * i + 1]);
            }
        }
        assertThat(images).hasSize(8);
        assertThat(Symmetry.of(0).apply(image)).isSameAs(image);
        assertThatIllegalArgumentException().isThrownBy(() -> Symmetry.of(8));
    }

    @Test
    void refusesOtherSizes() {
        Rgb8Image low = numbered(5, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImagePair(low, numbered(11, 8), 2))
                .withMessageContaining("an image of 11x8 pixels is not 2 times one of 5x4");
        ImagePair pair = new ImagePair(low, blocks(low, 2), 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pair.patch(5, SampleRandom.of(1, 1, 1)))
                .withMessageContaining("has no part of 10x10");
    }
}
