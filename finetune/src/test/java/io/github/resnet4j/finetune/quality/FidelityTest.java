package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Bicubic;
import io.github.resnet4j.finetune.quality.Fidelity.Luminance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** PSNR and SSIM against numpy and scipy ({@code fidelity.py}), and against what papers report of bicubic enlargement. */
class FidelityTest {
    private static final int WIDTH = 37;
    private static final int HEIGHT = 29;
    private static final Path DATA = Path.of("../../shared/data/families/sr");

    private static Rgb8Image image(boolean grey, boolean made) {
        byte[] pixels = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            int c = grey ? 0 : i % 3;
            int value = (x * 7 + y * 13 + c * 50 + (x * x * 3 + y * y * 5) % 97) % 256;
            int other = value + (x * 31 + y * 17 + c * 7) % 21 - 10;
            pixels[i] = (byte) (made ? Math.min(255, Math.max(0, other)) : value);
        }
        return new Rgb8Image(WIDTH, HEIGHT, pixels);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/golden/fidelity/expected.csv")
    void isThatOfScipy(int grey, int border, int rounded, double psnr, double ssim) {
        Fidelity found = Fidelity.of(
                image(grey == 1, true),
                image(grey == 1, false),
                border,
                grey == 1 ? Luminance.GREY : rounded == 1 ? Luminance.ROUNDED : Luminance.EXACT);
        assertThat(found.psnr()).isCloseTo(psnr, within(1e-9));
        assertThat(found.ssim()).isCloseTo(ssim, within(1e-9));
    }

    @Test
    void ofTheSameImageIsPerfect() {
        Fidelity found = Fidelity.of(image(false, true), image(false, true), 2, Luminance.EXACT);
        assertThat(found.psnr()).isInfinite();
        assertThat(found.ssim()).isCloseTo(1, within(1e-12));
    }

    @Test
    void refusesOtherSizesAndTooFewPixels() {
        Rgb8Image image = image(false, true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fidelity.of(image, image.part(0, 0, 36, 29), 2, Luminance.EXACT))
                .withMessageContaining("37x29 pixels cannot be compared with one of 36x29");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fidelity.of(image, image, 10, Luminance.EXACT))
                .withMessageContaining("leaves too few; 11x11 are needed");
    }

    /**
     * Huang et al. 2015 (SelfExSR) and many others report these of bicubic enlargement. In its files, red, green and blue are
     * enlarged and rounded.
     */
    @ParameterizedTest
    @CsvSource({
        "Set5, 2, 33.64, 0.9292, 33.674",
        "Set5, 3, 30.39, 0.8678, 30.405",
        "Set5, 4, 28.42, 0.8101, 28.430",
        "Set14, 2, 30.22, 0.8683, 30.232",
        "Set14, 3, 27.53, 0.7737, 27.539",
        "Set14, 4, 25.99, 0.7023, 25.997"
    })
    void bicubicHasItsPublishedFidelity(String set, int factor, double psnr, double ssim, double exact)
            throws IOException {
        Path folder = DATA.resolve(set).resolve("image_SRF_" + factor);
        assumeTrue(Files.isDirectory(folder), folder + " is not there");
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith("_HR.png")).toList();
        }
        double decibels = 0;
        double exactly = 0;
        double similarity = 0;
        for (Path high : files) {
            Path low = high.resolveSibling(high.getFileName().toString().replace("_HR", "_LR"));
            Rgb8Image larger = new Bicubic(Bicubic.Border.REPLICATE).larger(ImageDecoder.decode(low), factor);
            Rgb8Image truth = ImageDecoder.decode(high);
            boolean grey = ImageDecoder.channels(high) == 1;
            Fidelity found = Fidelity.of(larger, truth, factor, grey ? Luminance.GREY : Luminance.ROUNDED);
            decibels += found.psnr() / files.size();
            similarity += found.ssim() / files.size();
            Luminance other = grey ? Luminance.GREY : Luminance.EXACT;
            exactly += Fidelity.of(larger, truth, factor, other).psnr() / files.size();
        }
        assertThat(decibels).as("PSNR").isCloseTo(psnr, within(0.005));
        assertThat(exactly).as("PSNR of exact luminance").isCloseTo(exact, within(0.0006));
        assertThat(similarity).as("SSIM").isCloseTo(ssim, within(0.0005));
    }
}
