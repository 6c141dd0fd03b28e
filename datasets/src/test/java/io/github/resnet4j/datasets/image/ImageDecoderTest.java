package io.github.resnet4j.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {
    private static final Path PHOTOGRAPHS = Path.of("../../shared/data/hymenoptera");

    static List<String[]> lossless() {
        return Golden.table("image/exact.csv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lossless")
    void losslessPixelsArePillows(String file, int width, int height, String sha) {
        Rgb8Image image = ImageDecoder.decode(Golden.file("image/" + file));
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
        assertThat(Golden.sha(image.pixels())).isEqualTo(sha);
    }

    static List<String> jpegs() {
        return Golden.names("image", ".jpg");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jpegs")
    void jpegPixelsArePillowsWithinRounding(String file) {
        Rgb8Image expected = Golden.ppm("image/" + file + ".ppm");
        Rgb8Image image = ImageDecoder.decode(Golden.file("image/" + file));
        assertThat(image.width()).isEqualTo(expected.width());
        assertThat(image.height()).isEqualTo(expected.height());
        int most = 0;
        int beyondOne = 0;
        for (int i = 0; i < image.pixels().length; i++) {
            int difference = Math.abs((image.pixels()[i] & 0xff) - (expected.pixels()[i] & 0xff));
            most = Math.max(most, difference);
            beyondOne += difference > 1 ? 1 : 0;
        }
        assertThat(most).isLessThanOrEqualTo(2);
        assertThat(beyondOne).isLessThanOrEqualTo(image.pixels().length / 1000);
    }

    /** Every photograph of a real data set, by size and mean colour. */
    @Test
    void realPhotographsHavePillowsMeans() {
        Assumptions.assumeTrue(Files.isDirectory(PHOTOGRAPHS), "no photographs at " + PHOTOGRAPHS);
        List<String[]> rows = Golden.table("image/hymenoptera.csv");
        assertThat(rows).hasSize(398);
        for (String[] row : rows) {
            Rgb8Image image = ImageDecoder.decode(PHOTOGRAPHS.resolve(row[0]));
            assertThat(image.width() + "x" + image.height()).as(row[0]).isEqualTo(row[1] + "x" + row[2]);
            long[] sums = new long[3];
            for (int i = 0; i < image.pixels().length; i++) {
                sums[i % 3] += image.pixels()[i] & 0xff;
            }
            for (int c = 0; c < 3; c++) {
                double mean = (double) sums[c] / image.width() / image.height();
                assertThat(mean).as(row[0]).isCloseTo(Double.parseDouble(row[3 + c]), Offset.offset(0.02));
            }
        }
    }

    @Test
    void theNameSaysNothingOfTheFormat(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "file names are not UTF-8 here");
        Path file = folder.resolve("caf\u00e9 \ud83d\ude00 photo.jpg");
        Files.copy(Golden.file("image/rgb8.png"), file);
        assertThat(ImageDecoder.decode(file).width()).isEqualTo(23);
    }

    @Test
    void symbolicLinksToImagesAreFollowed(@TempDir Path folder) throws Exception {
        Path link = Files.createSymbolicLink(
                folder.resolve("link"), Golden.file("image/rgb8.png").toAbsolutePath());
        assertThat(ImageDecoder.decode(link).height()).isEqualTo(17);
    }
}
