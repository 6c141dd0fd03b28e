package io.github.resnet4j.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final Path NAME = Path.of("data/cat.jpg");
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

    static List<String[]> transparent() {
        return Golden.table("image/opacity.csv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transparent")
    void opacityIsPillows(String file, String sha) {
        byte[] opacity =
                ImageDecoder.opacity(Golden.file("image/" + file), 1_000_000).orElseThrow();
        assertThat(Golden.sha(opacity)).isEqualTo(sha);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey8.png", "rgb16.png", "short-palette.png", "transparent.gif", "444.jpg"})
    void whatHasNoTransparencyOrCannotSayHasNoOpacity(String file) {
        assertThat(ImageDecoder.opacity(Golden.file("image/" + file), 1_000_000))
                .isEmpty();
    }

    static List<String> jpegs() {
        return Golden.names("image", ".jpg");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jpegs")
    void jpegPixelsArePillows(String file) {
        Rgb8Image expected = Golden.ppm("image/" + file + ".ppm");
        Rgb8Image image = ImageDecoder.decode(Golden.file("image/" + file));
        assertThat(image.width()).isEqualTo(expected.width());
        assertThat(image.height()).isEqualTo(expected.height());
        assertThat(image.pixels()).isEqualTo(expected.pixels());
    }

    static List<String[]> drafts() {
        return Golden.table("image/draft.csv");
    }

    @ParameterizedTest(name = "{0} / {1}")
    @MethodSource("drafts")
    void reducedPixelsAreThoseOfPillowsDraft(String file, int reduction, int width, int height, String sha) {
        byte[] bytes = Golden.bytes("image/" + file);
        ImageHeader header = header(bytes);
        JpegFrame.Part all = JpegFrame.Part.all(header, reduction);
        assertThat(all.width()).isEqualTo(width);
        assertThat(all.height()).isEqualTo(height);
        assertThat(Golden.sha(JpegDecoder.decode(bytes, NAME, header, all))).isEqualTo(sha);
    }

    /** A part is what would be cut out of the whole. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("jpegs")
    void partsHaveThePixelsOfTheWhole(String file) {
        byte[] bytes = Golden.bytes("image/" + file);
        ImageHeader header = header(bytes);
        Random random = new Random(file.hashCode());
        for (int reduction : new int[] {1, 2, 4, 8}) {
            JpegFrame.Part all = JpegFrame.Part.all(header, reduction);
            byte[] whole = JpegDecoder.decode(bytes, NAME, header, all);
            for (int trial = 0; trial < 25; trial++) {
                int width = 1 + random.nextInt(all.width());
                int height = 1 + random.nextInt(all.height());
                int left = random.nextInt(all.width() - width + 1);
                int top = random.nextInt(all.height() - height + 1);
                JpegFrame.Part part = new JpegFrame.Part(reduction, left, top, width, height);
                byte[] expected = new byte[width * height * 3];
                for (int y = 0; y < height; y++) {
                    int row = ((top + y) * all.width() + left) * 3;
                    System.arraycopy(whole, row, expected, y * width * 3, width * 3);
                }
                assertThat(JpegDecoder.decode(bytes, NAME, header, part))
                        .as(part.toString())
                        .isEqualTo(expected);
            }
        }
    }

    private static ImageHeader header(byte[] bytes) {
        return ImageHeader.read(bytes, bytes.length, NAME, ImageDecoder.DEFAULT_MAX_PIXELS);
    }

    /** Every photograph of a real data set. */
    @Test
    void realPhotographsHavePillowsPixels() {
        Assumptions.assumeTrue(Files.isDirectory(PHOTOGRAPHS), "no photographs at " + PHOTOGRAPHS);
        List<String[]> rows = Golden.table("image/hymenoptera.csv");
        assertThat(rows).hasSize(398);
        for (String[] row : rows) {
            Rgb8Image image = ImageDecoder.decode(PHOTOGRAPHS.resolve(row[0]));
            assertThat(image.width() + "x" + image.height()).as(row[0]).isEqualTo(row[1] + "x" + row[2]);
            assertThat(Golden.sha(image.pixels())).as(row[0]).isEqualTo(row[3]);
        }
    }

    /** Of a photograph of 40 megapixels, a crop costs no more than the crop and a strip of blocks, the whole 11 bytes a pixel. */
    @Test
    void largePhotographsTakeNoMoreMemoryThanPromised(@TempDir Path folder) throws Exception {
        BufferedImage image = new BufferedImage(7680, 5296, BufferedImage.TYPE_3BYTE_BGR);
        for (int x = 0; x < 7680; x += 100) {
            image.setRGB(x, x % 5296, 0xff8040);
        }
        Path file = folder.resolve("large.jpg");
        assertThat(ImageIO.write(image, "jpg", file.toFile())).isTrue();
        long pixels = 7680L * 5296;
        LazyImage photograph = ImageDecoder.open(file, ImageDecoder.DEFAULT_MAX_PIXELS);
        assertThat(allocated(() -> photograph.part(7000, 5000, 224, 224))).isLessThan(pixels / 2);
        assertThat(allocated(photograph::decode)).isBetween(3 * pixels, 11 * pixels);
    }

    private static long allocated(Runnable decoding) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Assumptions.assumeTrue(
                threads.isThreadAllocatedMemorySupported(), "this Java does not count what is allocated");
        long before = threads.getCurrentThreadAllocatedBytes();
        decoding.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
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
