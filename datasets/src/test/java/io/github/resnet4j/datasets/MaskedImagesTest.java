package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.datasets.image.BadImageException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.IndexedImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.transform.ColorJitter;
import io.github.resnet4j.datasets.transform.Fit;
import io.github.resnet4j.datasets.transform.HorizontalFlip;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.PadCrop;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.RandomResizedCrop;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.datasets.transform.Transform;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedImagesTest {
    private static final Normalize NONE = new Normalize(new float[] {0, 0, 0}, new float[] {1, 1, 1});

    @TempDir
    Path root;

    private static void image(Path file, int width, int height) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        String name = file.getFileName().toString();
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    }

    /** A grey PNG with these numbers. */
    private static void mask(Path file, int width, int height, int... numbers) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, numbers[i % numbers.length]);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private void pair(String name, int... numbers) throws IOException {
        image(root.resolve("images").resolve(name + ".jpg"), 4, 3);
        mask(root.resolve("masks").resolve(name + ".png"), 4, 3, numbers);
    }

    private MaskedImages.TrainVal open() {
        return MaskedImages.trainVal(root, 0.25, 1, MaskOptions.DEFAULT);
    }

    private void assertRefused(String... words) {
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(this::open)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @Test
    void holdsOutAShareAndCountsPixels() throws IOException {
        for (String name : List.of("a", "b", "c", "d")) {
            pair(name, 0, 1, 255);
        }
        Files.writeString(root.resolve("classes.txt"), "ground\nthing\n\n");
        MaskedImages.TrainVal images = open();
        assertThat(images.train().size()).isEqualTo(3);
        assertThat(images.val().size()).isEqualTo(1);
        assertThat(images.train().classes()).containsExactly("ground", "thing");
        assertThat(images.train().pixels().orElseThrow()).containsExactly(12, 12);
        assertThat(images.train().imagesWith().orElseThrow()).containsExactly(3, 3);
        assertThat(images.how()).contains("1 of 4 images held out");
        assertThat(images.train().limit(2).size()).isEqualTo(2);
        assertThat(images.train().fingerprint()).isNotEqualTo(images.val().fingerprint());
        assertThat(images.val().lastModified(0)).isPositive();
    }

    @Test
    void numbersAreNamesIfThereAreNone() throws IOException {
        pair("a", 0, 3);
        pair("b", 0);
        assertThat(open().train().classes()).containsExactly("class 0", "class 1", "class 2", "class 3");
        MaskOptions six = new MaskOptions(FolderOptions.DEFAULT, List.of(), 6, true);
        assertThat(MaskedImages.evaluation(root, six).classes()).hasSize(6);
        assertThat(MaskedImages.evaluation(root, MaskOptions.DEFAULT.withClasses(List.of("a", "b", "c", "d")))
                        .size())
                .isEqualTo(2);
    }

    @Test
    void partsAreUsedAsTheyAre() throws IOException {
        for (String part : List.of("train", "valid")) {
            image(root.resolve(part).resolve("images/deep/a.png"), 2, 2);
            mask(root.resolve(part).resolve("masks/deep/a.png"), 2, 2, 1);
        }
        MaskedImages.TrainVal images = open();
        assertThat(images.train().name(0)).isEqualTo("train/images/deep/a.png");
        assertThat(images.val().name(0)).isEqualTo("valid/images/deep/a.png");
        assertThat(MaskedImages.evaluation(root, MaskOptions.DEFAULT).name(0)).isEqualTo("valid/images/deep/a.png");
    }

    @Test
    void vocIsReadAsItIsPublished() throws IOException {
        for (String name : List.of("2007_000032", "2007_000033", "2007_000039")) {
            image(root.resolve("JPEGImages").resolve(name + ".jpg"), 4, 3);
        }
        for (String name : List.of("2007_000032", "2007_000033")) {
            mask(root.resolve("SegmentationClass").resolve(name + ".png"), 4, 3, 0, 20, 255);
        }
        Path lists = Files.createDirectories(root.resolve("ImageSets/Segmentation"));
        Files.writeString(lists.resolve("train.txt"), "2007_000032\n");
        Files.writeString(lists.resolve("val.txt"), "2007_000033\n");
        MaskedImages.TrainVal images = open();
        assertThat(images.train().name(0)).isEqualTo("JPEGImages/2007_000032.jpg");
        assertThat(images.val().classes()).hasSize(21).contains("background", "tvmonitor");

        Files.writeString(lists.resolve("val.txt"), "2007_000039\n../../secret\n");
        assertRefused("2 problems", "2007_000039.png is missing", "val.txt, line 2: \"../../secret\" is not the name");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Files.writeString(root.resolve("classes.txt"), "ground\nthing\n");
        pair("fine", 0, 1);
        pair("unknown", 0, 0, 0, 0, 0, 7);
        image(root.resolve("images/lonely.png"), 4, 3);
        mask(root.resolve("masks/orphan.png"), 4, 3, 0);
        image(root.resolve("images/other.png"), 4, 3);
        mask(root.resolve("masks/other.png"), 3, 4, 0);
        image(root.resolve("images/colour.png"), 4, 3);
        image(root.resolve("masks/colour.png"), 4, 3);
        image(root.resolve("images/jpeg.png"), 4, 3);
        image(root.resolve("masks/jpeg.jpg"), 4, 3);
        pair("cut", 1);
        Path cut = root.resolve("masks/cut.png");
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 20));
        assertRefused(
                "7 problems",
                "lonely.png has no mask",
                "orphan.png has no image",
                "has the number 7 in column 1, row 1, but there are 2 classes by",
                "other.png: has 3x4 pixels, but its image has 4x3",
                "colour.png: has 3 samples of 8 bits for each pixel",
                "jpeg.jpg: is a JPEG, which does not keep numbers",
                "cut.png: is truncated");
    }

    @Test
    void foldersWithoutMasksAreRefused() throws IOException {
        assertRefused("has no folders images and masks");
        Files.createDirectories(root.resolve("images"));
        Files.createDirectories(root.resolve("masks"));
        assertRefused("has no images and no masks");
        pair("one", 0);
        assertRefused("has a single image");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> MaskedImages.evaluation(root.resolve("none"), MaskOptions.DEFAULT))
                .withMessageContaining("does not exist");
    }

    @Test
    void masksWithoutClassesAreRefused() throws IOException {
        pair("a", 255);
        pair("b", 255);
        assertRefused("no pixel of any mask has a class");
        pair("a", 0, 255);
        assertRefused("the masks hold 0 and 255 alone", "write 1 in place of 255");
        pair("b", 1, 255); // one with nothing but void is allowed beside others
        pair("a", 255);
        assertThat(open().train().size()).isEqualTo(1);
    }

    @Test
    void namesMustBeNames() throws IOException {
        pair("a", 0);
        pair("b", 1);
        Files.writeString(root.resolve("classes.txt"), "ground\n\nground\n");
        assertRefused("classes.txt: 2 problems", "line 2 is empty", "line 3: \"ground\" is there twice");
        Files.writeString(root.resolve("classes.txt"), "ground\n");
        assertRefused("has 1 names: there must be 2 to 255 classes");
        Files.write(root.resolve("classes.txt"), new byte[] {(byte) 0xff, 10});
        assertRefused("is not text in UTF-8");
    }

    /** Numbers are kept whatever the colours are, and however many bits they have. */
    @Test
    void palettesAreReadAsNumbers() throws IOException {
        byte[] same = new byte[16];
        BufferedImage image =
                new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(4, 16, same, same, same));
        for (int x = 0; x < 3; x++) {
            image.getRaster().setSample(x, 0, 0, 5 * x);
        }
        Path file = root.resolve("mask.png");
        ImageIO.write(image, "png", file.toFile());
        assertThat(ImageDecoder.samples(file, 10).samples()).containsExactly(0, 5, 10);
        assertThatExceptionOfType(BadImageException.class)
                .isThrownBy(() -> ImageDecoder.samples(file, 2))
                .withMessageContaining("too large");
    }

    /** The image's red says where a pixel comes from; its mask must say the same after any steps. */
    @Test
    void masksMoveWithTheirImages() {
        int side = 24;
        byte[] pixels = new byte[3 * side * side];
        byte[] numbers = new byte[side * side];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (byte) (i % side / 12 + 2 * (i / side / 12));
            pixels[3 * i] = (byte) (60 * numbers[i] + 30);
        }
        var image = new Rgb8Image(side, side, pixels);
        IndexedImage mask = new IndexedImage(side, side, numbers);
        List<Transform> steps = List.of(
                new RandomResizedCrop(18, 0.5, 1, 0.75, 1.33, Interpolation.BILINEAR),
                new HorizontalFlip(0.5),
                new PadCrop(3),
                new ColorJitter(0, 0, 0, 0),
                new Resize(16, Interpolation.BILINEAR),
                new Fit(16));
        Pipeline pipeline = new Pipeline(steps, NONE).producing(16, 16);
        int different = 0;
        int outside = 0;
        for (int index = 0; index < 20; index++) {
            float[] out = new float[3 * 256];
            float[] moved = new float[256];
            pipeline.write(image, mask, 255, SampleRandom.of(1, 0, index), out, 0, moved, 0);
            for (int i = 0; i < 256; i++) {
                if (moved[i] == 255) {
                    outside++;
                } else {
                    different += Math.abs(out[i] * 255 - (60 * moved[i] + 30)) > 31 ? 1 : 0;
                }
            }
        }
        assertThat(outside).isPositive();
        assertThat(different).isLessThan(20 * 256 / 20); // but for what bilinear scaling mixes at edges
    }

    /** Pillow 9.4: {@code Image.fromarray(np.arange(7, dtype="uint8")[None]).resize((4, 1), Image.NEAREST)} and 10 wide. */
    @Test
    void nearestIsPillows() {
        byte[] pixels = new byte[21];
        for (int i = 0; i < 21; i++) {
            pixels[i] = (byte) (i / 3);
        }
        var row = new Rgb8Image(7, 1, pixels);
        assertThat(reds(new Fit(4).applyToMask(row, SampleRandom.of(0, 0, 0)).pixels(), 4))
                .containsExactly(0, 2, 4, 6);
        assertThat(reds(new Fit(10).applyToMask(row, SampleRandom.of(0, 0, 0)).pixels(), 10))
                .containsExactly(0, 1, 1, 2, 3, 3, 4, 5, 5, 6);
    }

    private static int[] reds(byte[] pixels, int count) {
        int[] reds = new int[count];
        for (int i = 0; i < count; i++) {
            reds[i] = pixels[3 * i];
        }
        return reds;
    }

    @Test
    void whatFitsIsTheWholeImage() {
        Fit fit = new Fit(8);
        var image = new Rgb8Image(16, 5, new byte[240]);
        assertThat(fit.width(image)).isEqualTo(8);
        assertThat(fit.height(image)).isEqualTo(3);
        assertThat(fit.isRandom()).isFalse();
        assertThat(fit.apply(image, SampleRandom.of(0, 0, 0)).pixels()).hasSize(192);
        SampleSource.Slot slot = new SampleSource.Slot(new float[192], 0, new float[64], 0);
        new Pipeline(List.of(fit), NONE)
                .write(
                        image,
                        new IndexedImage(16, 5, new byte[80]),
                        255,
                        SampleRandom.of(0, 0, 0),
                        slot.features(),
                        slot.at(),
                        slot.targets(),
                        slot.targetAt());
        assertThat(slot.targets()[23]).isZero();
        assertThat(slot.targets()[24]).isEqualTo(255);
    }
}
