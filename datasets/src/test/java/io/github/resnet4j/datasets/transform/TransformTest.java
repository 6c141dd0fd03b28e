package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.RandomResizedCrop.Box;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TransformTest {
    private static final Rgb8Image IMAGE = PatternImage.of(7, 5);

    private static SampleRandom sample(int index) {
        return SampleRandom.of(3, 0, index);
    }

    @Test
    void padCropShowsEveryShiftAndBlackBeyondTheEdge() {
        Set<List<Integer>> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Rgb8Image out = new PadCrop(2).apply(IMAGE, sample(i));
            SampleRandom same = sample(i);
            int top = same.nextInt(5) - 2;
            int left = same.nextInt(5) - 2;
            seen.add(List.of(left, top));
            assertThat(out.width()).isEqualTo(7);
            assertThat(out.height()).isEqualTo(5);
            for (int y = 0; y < 5; y++) {
                for (int x = 0; x < 7; x++) {
                    boolean inside = x + left >= 0 && x + left < 7 && y + top >= 0 && y + top < 5;
                    assertThat(out.at(x, y, 1)).isEqualTo(inside ? IMAGE.at(x + left, y + top, 1) : 0);
                }
            }
        }
        assertThat(seen).hasSize(25);
    }

    @Test
    void padCropLargerThanTheImageMayBeAllBlack() {
        Rgb8Image pixel = new Rgb8Image(1, 1, new byte[] {1, 2, 3});
        for (int i = 0; i < 200; i++) {
            assertThat(new PadCrop(3).apply(pixel, sample(i)).pixels()).isIn(pixel.pixels(), new byte[3]);
        }
    }

    @Test
    void flipMirrorsColumnsAndTwiceIsTheSame() {
        HorizontalFlip always = new HorizontalFlip(1);
        Rgb8Image mirrored = always.apply(IMAGE, sample(0));
        for (int x = 0; x < 7; x++) {
            for (int c = 0; c < 3; c++) {
                assertThat(mirrored.at(x, 3, c)).isEqualTo(IMAGE.at(6 - x, 3, c));
            }
        }
        assertThat(always.apply(mirrored, sample(0)).pixels()).isEqualTo(IMAGE.pixels());
    }

    @Test
    void verticalFlipMirrorsRowsAndTwiceIsTheSame() {
        VerticalFlip always = new VerticalFlip(1);
        Rgb8Image mirrored = always.apply(IMAGE, sample(0));
        int bottom = IMAGE.height() - 1;
        for (int y = 0; y <= bottom; y++) {
            for (int c = 0; c < 3; c++) {
                assertThat(mirrored.at(2, y, c)).isEqualTo(IMAGE.at(2, bottom - y, c));
            }
        }
        assertThat(always.apply(mirrored, sample(0)).pixels()).isEqualTo(IMAGE.pixels());
    }

    @Test
    void flipHappensAsOftenAsAsked() {
        for (DoubleFunction<Transform> flip :
                List.<DoubleFunction<Transform>>of(HorizontalFlip::new, VerticalFlip::new)) {
            assertThat(flips(flip.apply(0))).isZero();
            assertThat(flips(flip.apply(1))).isEqualTo(10_000);
            assertThat(flips(flip.apply(0.5))).isBetween(4750, 5250);
            assertThat(flips(flip.apply(0.1))).isBetween(850, 1150);
        }
    }

    @Test
    void twoEpochsOfAlternatingFlipsShowBothSidesOfEveryImage() {
        AlternatingFlip flip = new AlternatingFlip();
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            boolean flipped = flip.apply(IMAGE, SampleRandom.of(3, 0, i)) != IMAGE;
            first += flipped ? 1 : 0;
            for (int epoch = 1; epoch < 5; epoch++) {
                Rgb8Image out = flip.apply(IMAGE, SampleRandom.of(3, epoch, i));
                assertThat(out != IMAGE).isEqualTo(flipped == (epoch % 2 == 0));
            }
        }
        assertThat(first).isBetween(4750, 5250);
        assertThat(flip.apply(IMAGE, flipping()).pixels())
                .isEqualTo(new HorizontalFlip(1).apply(IMAGE, sample(0)).pixels());
    }

    /** The first sample that alternating flips mirror in the first epoch. */
    private static SampleRandom flipping() {
        int index = 0;
        while (new AlternatingFlip().apply(IMAGE, sample(index)) == IMAGE) {
            index++;
        }
        return sample(index);
    }

    private static int flips(Transform flip) {
        int count = 0;
        for (int i = 0; i < 10_000; i++) {
            count += flip.apply(IMAGE, sample(i)) == IMAGE ? 0 : 1;
        }
        return count;
    }

    static Stream<Transform> steps() {
        return Stream.of(
                new Resize(9, Interpolation.BICUBIC),
                new CenterCrop(3),
                new CenterCrop(11),
                new RandomResizedCrop(4),
                new PadCrop(4),
                new HorizontalFlip(1),
                new AlternatingFlip(),
                new VerticalFlip(1));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void neverWritesToItsInputAndRepeatsItself(Transform step) {
        Rgb8Image image = PatternImage.of(7, 5);
        byte[] before = image.pixels().clone();
        byte[] out = step.apply(image, sample(4)).pixels();
        assertThat(image.pixels()).isEqualTo(before);
        assertThat(step.apply(image, sample(4)).pixels()).isEqualTo(out);
    }

    @Test
    void randomResizedCropOfTheWholeImageIsAResize() {
        RandomResizedCrop whole = new RandomResizedCrop(24, 1, 1, 1, 1, Interpolation.BILINEAR);
        Rgb8Image square = PatternImage.of(40, 40);
        assertThat(whole.apply(square, sample(0)).pixels())
                .isEqualTo(new Resize(24, Interpolation.BILINEAR)
                        .apply(square, sample(0))
                        .pixels());
    }

    @Test
    void randomResizedCropFallsBackToTheMiddle() {
        RandomResizedCrop whole = new RandomResizedCrop(24, 1, 1, 3.0 / 4, 4.0 / 3, Interpolation.BILINEAR);
        assertThat(whole.draw(100, 10, sample(0))).isEqualTo(new Box(43, 0, 13, 10));
        assertThat(whole.draw(10, 101, sample(0))).isEqualTo(new Box(0, 44, 10, 13));
        RandomResizedCrop narrow = new RandomResizedCrop(24, 0.01, 0.01, 3, 5, Interpolation.BILINEAR);
        assertThat(narrow.draw(1, 1, sample(0))).isEqualTo(new Box(0, 0, 1, 1));
    }

    @Test
    void resizeRefusesToExhaustMemory() {
        Rgb8Image thread = new Rgb8Image(60_000, 1, new byte[180_000]);
        assertThatThrownBy(() -> new Resize(256, Interpolation.BILINEAR).apply(thread, sample(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resize to 256 would make 256x15360000 pixels of an image of 60000x1; at most 89478485");
    }

    static Stream<Arguments> wrongParameters() {
        return Stream.of(
                wrong(() -> new Resize(0, Interpolation.BILINEAR), "resize needs a size of 1 to 65535, got 0"),
                wrong(() -> new Resize(70_000, Interpolation.BILINEAR), "resize needs a size of 1 to 65535, got 70000"),
                wrong(() -> new CenterCrop(-1), "center-crop needs a size of 1 to 65535, got -1"),
                wrong(() -> new RandomResizedCrop(0), "random-resized-crop needs a size of 1 to 65535, got 0"),
                wrong(() -> crop(0, 1, 1, 1), "random-resized-crop needs 0 < least <= greatest <= 1.0 of scale"),
                wrong(
                        () -> new RandomResizedCrop(8, 0.1, 1, 1, 1, Interpolation.BILINEAR, Optional.of(0.5)),
                        "random-resized-crop needs a reducing-gap of 1 to 100, got 0.5; 2 is usual"),
                wrong(() -> crop(0.5, 0.4, 1, 1), "of scale, got 0.5 and 0.4"),
                wrong(() -> crop(0.5, 1.1, 1, 1), "of scale, got 0.5 and 1.1"),
                wrong(() -> crop(Double.NaN, 1, 1, 1), "of scale, got NaN and 1.0"),
                wrong(() -> crop(1, 1, 0, 1), "random-resized-crop needs 0 < least <= greatest of ratio, got 0.0"),
                wrong(() -> crop(1, 1, 1, Double.POSITIVE_INFINITY), "of ratio, got 1.0 and Infinity"),
                wrong(() -> new PadCrop(-1), "pad-crop needs a padding of 0 to 1024, got -1"),
                wrong(() -> new HorizontalFlip(1.5), "horizontal-flip needs a probability of 0 to 1, got 1.5"),
                wrong(() -> new HorizontalFlip(Double.NaN), "horizontal-flip needs a probability of 0 to 1, got NaN"),
                wrong(() -> new VerticalFlip(-0.1), "vertical-flip needs a probability of 0 to 1, got -0.1"),
                wrong(() -> new Normalize(new float[2], new float[3]), "for red, green and blue, got [0.0, 0.0]"),
                wrong(() -> new Normalize(new float[3], new float[3]), "a std above 0, got [0.0, 0.0, 0.0]"));
    }

    private static Arguments wrong(ThrowingCallable construction, String says) {
        return Arguments.of(construction, says);
    }

    private static RandomResizedCrop crop(double minScale, double maxScale, double minRatio, double maxRatio) {
        return new RandomResizedCrop(8, minScale, maxScale, minRatio, maxRatio, Interpolation.BILINEAR);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongParameters")
    void refusesWrongParameters(ThrowingCallable construction, String says) {
        assertThatThrownBy(construction)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }
}
