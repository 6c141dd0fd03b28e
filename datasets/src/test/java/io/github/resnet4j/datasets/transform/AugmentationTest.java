package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of colour, place and sharpness against torchvision's on Pillow's images, to the last bit. */
class AugmentationTest {
    private static final Rgb8Image IMAGE = PatternImage.of(53, 41);

    private static SampleRandom sample(int index) {
        return SampleRandom.of(5, 1, index);
    }

    static List<String[]> operations() {
        return Golden.table("transform/augmentations.csv");
    }

    @ParameterizedTest(name = "{0} {1} of {2}x{3}")
    @MethodSource("operations")
    void changesAsTorchvision(String op, double magnitude, int width, int height, String sha) {
        Rgb8Image source = PatternImage.of(width, height);
        if (op.endsWith("-dark")) {
            byte[] dark = source.pixels().clone();
            for (int i = 0; i < dark.length; i++) {
                dark[i] = (byte) ((dark[i] & 0xff) / 3 + 40);
            }
            source = new Rgb8Image(width, height, dark);
        }
        Rgb8Image changed = op.equals("Hue")
                ? PixelOps.hue(source, magnitude)
                : op(op.replace("-dark", "")).apply(source, magnitude);

        assertThat(changed.width()).isEqualTo(width);
        assertThat(changed.height()).isEqualTo(height);
        assertThat(Golden.sha(changed.pixels())).isEqualTo(sha);
    }

    private static AugmentOp op(String name) {
        return Arrays.stream(AugmentOp.values())
                .filter(op -> op.name().replace("_", "").equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow();
    }

    static List<String[]> magnitudes() {
        return Golden.table("transform/magnitudes.csv");
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("magnitudes")
    void goesAsFarAsTorchvision(String reach, String name, boolean signed, String values) {
        AugmentOp op = op(name);
        String[] all = values.split(" ");
        assertThat(op.signed()).isEqualTo(signed);
        assertThat(all).hasSize(AugmentOp.BINS);
        int side = op == AugmentOp.TRANSLATE_Y ? 150 : 331;
        for (int bin = 0; bin < all.length; bin++) {
            assertThat(AugmentOp.Reach.valueOf(reach).magnitude(op, bin, side))
                    .as("bin %d", bin)
                    .isCloseTo(Double.parseDouble(all[bin]), within(1e-6 * side)); // PyTorch's are in single precision
        }
    }

    /** All of them, in both directions, with both methods; none of them ever changes the image that it is given. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void choosesAmongAllOperations(boolean wide) {
        byte[] before = IMAGE.pixels().clone();
        Transform transform = wide ? new TrivialAugmentWide() : new RandAugment(1, 30);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            Rgb8Image changed = transform.apply(IMAGE, sample(i));
            seen.add(Golden.sha(changed.pixels()));
            assertThat(changed.pixels()).hasSameSizeAs(before);
        }
        assertThat(IMAGE.pixels()).isEqualTo(before);
        // 9 operations with a sign, and 5 without; of the strongest, inverting all and moving everything out differ too
        assertThat(seen).hasSizeGreaterThanOrEqualTo(wide ? 250 : 20);
    }

    @Test
    void isAFunctionOfTheSample() {
        List<Transform> all = List.of(
                new TrivialAugmentWide(), new RandAugment(2, 9), new ColorJitter(0.4, 0.4, 0.4, 0.1), erasing(1));
        for (Transform transform : all) {
            for (int i = 0; i < 20; i++) {
                assertThat(transform.apply(IMAGE, sample(i)).pixels())
                        .isEqualTo(transform.apply(IMAGE, sample(i)).pixels());
            }
        }
    }

    @Test
    void noJitterIsTheImage() {
        for (int i = 0; i < 50; i++) {
            assertThat(new ColorJitter(0, 0, 0, 0).apply(IMAGE, sample(i)).pixels())
                    .isEqualTo(IMAGE.pixels());
            assertThat(new RandAugment(3, 0).apply(IMAGE, sample(i)).width()).isEqualTo(IMAGE.width());
        }
    }

    /** Brightness alone: the mean follows the factor, which is uniform from 0.6 to 1.4. */
    @Test
    void jitterIsUniformAroundOne() {
        Rgb8Image grey = new Rgb8Image(1, 1, new byte[] {100, 100, 100});
        double sum = 0;
        double least = 255;
        double most = 0;
        for (int i = 0; i < 4000; i++) {
            int value = new ColorJitter(0.4, 0, 0, 0).apply(grey, sample(i)).at(0, 0, 0);
            sum += value;
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        assertThat(sum / 4000).isCloseTo(99.5, within(1.5));
        assertThat(least).isCloseTo(60, within(1.0));
        assertThat(most).isCloseTo(139, within(1.0));
    }

    private static RandomErasing erasing(double p) {
        return new RandomErasing(p, 0.02, 0.33, 0.3, 3.3, List.of(1, 2, 3));
    }

    @Test
    void erasesOneRectangleOfTheAreaAndColourAskedFor() {
        Rgb8Image white = new Rgb8Image(40, 30, filled(40 * 30 * 3, (byte) 255));
        int erased = 0;
        double areas = 0;
        for (int i = 0; i < 2000; i++) {
            Rgb8Image covered = erasing(0.5).apply(white, sample(i));
            int left = 40;
            int right = -1;
            int top = 30;
            int bottom = -1;
            int count = 0;
            for (int y = 0; y < 30; y++) {
                for (int x = 0; x < 40; x++) {
                    if (covered.at(x, y, 0) != 255) {
                        assertThat(List.of(covered.at(x, y, 0), covered.at(x, y, 1), covered.at(x, y, 2)))
                                .isEqualTo(List.of(1, 2, 3));
                        left = Math.min(left, x);
                        right = Math.max(right, x);
                        top = Math.min(top, y);
                        bottom = Math.max(bottom, y);
                        count++;
                    }
                }
            }
            assertThat(count).isEqualTo(count == 0 ? 0 : (right - left + 1) * (bottom - top + 1));
            erased += count > 0 ? 1 : 0;
            areas += count / 1200.0;
        }
        assertThat(erased / 2000.0).isCloseTo(0.5, within(0.04));
        assertThat(areas / erased).isCloseTo(0.175, within(0.02));
        assertThat(erasing(0).apply(white, sample(0))).isSameAs(white);
    }

    private static byte[] filled(int count, byte value) {
        byte[] all = new byte[count];
        Arrays.fill(all, value);
        return all;
    }

    static Stream<ThrowingCallable> wrong() {
        return Stream.of(
                () -> new ColorJitter(-0.1, 0, 0, 0),
                () -> new ColorJitter(0, 0, Double.NaN, 0),
                () -> new ColorJitter(0, 0, 0, 0.6),
                () -> new RandAugment(0, 9),
                () -> new RandAugment(2, 31),
                () -> new RandomErasing(1.1, 0.02, 0.33, 0.3, 3.3, List.of(0, 0, 0)),
                () -> new RandomErasing(1, 0.5, 0.33, 0.3, 3.3, List.of(0, 0, 0)),
                () -> new RandomErasing(1, 0.02, 0.33, 0, 3.3, List.of(0, 0, 0)),
                () -> new RandomErasing(1, 0.02, 0.33, 0.3, 3.3, List.of(0, 0)),
                () -> new RandomErasing(1, 0.02, 0.33, 0.3, 3.3, List.of(0, 0, 256)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void refusesWhatCannotBe(ThrowingCallable made) {
        assertThatIllegalArgumentException().isThrownBy(made).withMessageMatching("(color-jitter|rand.*) needs .*");
    }
}
