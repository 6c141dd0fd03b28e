package io.github.resnet4j.datasets.superresolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Bicubic.Border;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MATLAB's files, bit for bit. */
class BicubicTest {
    private static final Path DATA = Path.of("../../shared/data/families/sr");

    private static List<Path> files(Path folder, String end) throws IOException {
        assumeTrue(Files.isDirectory(folder), folder + " is not there");
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static void assertMade(Rgb8Image made, Path file) {
        Rgb8Image expected = ImageDecoder.decode(file);
        assertThat(made.width()).isEqualTo(expected.width());
        assertThat(made.height()).isEqualTo(expected.height());
        int different = 0;
        for (int i = 0; i < made.pixels().length; i++) {
            different += made.pixels()[i] == expected.pixels()[i] ? 0 : 1;
        }
        assertThat(different).as("%s, values that differ", file).isZero();
    }

    @ParameterizedTest
    @CsvSource({"Set5, 2, 5", "Set5, 3, 5", "Set5, 4, 5", "Set14, 2, 14", "Set14, 3, 14", "Set14, 4, 14"})
    void makesTheFilesOfSelfExSr(String set, int factor, int count) throws IOException {
        List<Path> files = files(DATA.resolve(set).resolve("image_SRF_" + factor), "_HR.png");
        for (Path high : files) {
            Path low = high.resolveSibling(high.getFileName().toString().replace("_HR", "_LR"));
            assertMade(new Bicubic(Border.REPLICATE).smaller(ImageDecoder.decode(high), factor), low);
        }
        assertThat(files).hasSize(count);
    }

    @Test
    void makesTheFilesOfMsrnsAuthors() throws IOException {
        List<Path> files = files(DATA.resolve("Set5-msrn/x2"), "_HR_x2.png");
        for (Path high : files) {
            Path low = high.resolveSibling(high.getFileName().toString().replace("_HR_", "_LRBI_"));
            assertMade(new Bicubic(Border.SYMMETRIC).smaller(ImageDecoder.decode(high), 2), low);
        }
        assertThat(files).hasSize(5);
    }

    private static Rgb8Image grey(int width, int... values) {
        byte[] pixels = new byte[3 * values.length];
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(pixels, 3 * i, 3 * i + 3, (byte) values[i]);
        }
        return new Rgb8Image(width, values.length / width, pixels);
    }

    private static int[] values(Rgb8Image image) {
        int[] values = new int[image.width() * image.height()];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.pixels()[3 * i] & 0xff;
        }
        return values;
    }

    /** Keys' weights at a quarter: -9/128, 111/128, 29/128, -3/128. */
    @Test
    void enlargesByKeysWeights() {
        Rgb8Image row = grey(4, 0, 0, 128, 128);
        assertThat(values(new Bicubic(Border.REPLICATE).resized(row, 8, 1)))
                .containsExactly(0, 0, 0, 26, 102, 137, 131, 128);
    }

    @Test
    void bordersDiffer() {
        Rgb8Image row = grey(6, 0, 200, 40, 180, 60, 255);
        int[] mirrored = values(new Bicubic(Border.SYMMETRIC).smaller(row.part(0, 0, 6, 1), 1));
        assertThat(mirrored).isEqualTo(values(row));
        assertThat(values(new Bicubic(Border.SYMMETRIC).resized(row, 3, 1)))
                .isNotEqualTo(values(new Bicubic(Border.REPLICATE).resized(row, 3, 1)));
    }

    @Test
    void keepsWhatIsConstantAndWhatIsOnePixel() {
        int[] all = new int[15];
        Arrays.fill(all, 77);
        for (Border border : Border.values()) {
            for (int factor : new int[] {2, 3, 4, 8}) {
                assertThat(values(new Bicubic(border).larger(grey(5, all), factor)))
                        .containsOnly(77);
            }
            assertThat(values(new Bicubic(border).larger(grey(1, 9), 8))).containsOnly(9);
        }
    }

    @Test
    void cropsAndRefusesWhatIsTooSmall() {
        Rgb8Image image = grey(5, new int[35]);
        Rgb8Image cropped = Bicubic.cropped(image, 3);
        assertThat(cropped.width()).isEqualTo(3);
        assertThat(cropped.height()).isEqualTo(6);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Bicubic.cropped(image, 6))
                .withMessage("an image of 5x7 pixels cannot become 6 times smaller");
    }
}
