package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.zip.GZIPInputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JpegTracesTest {
    private static final Path CIFAR = Path.of("..", "..", "shared", "data", "cifar10");

    /** Slopes with edges and some noise, as a camera leaves it. */
    private static Rgb8Image scene(int index) {
        Random random = new Random(index);
        byte[] pixels = new byte[32 * 32 * 3];
        double slope = random.nextDouble() * 6 - 3;
        int edge = random.nextInt(32);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                for (int c = 0; c < 3; c++) {
                    double value = 120 + slope * y + (x > edge ? 30 * c - 20 : 0) + 5 * random.nextGaussian();
                    pixels[(y * 32 + x) * 3 + c] = (byte) Math.max(0, Math.min(255, Math.round(value)));
                }
            }
        }
        return new Rgb8Image(32, 32, pixels);
    }

    private static Rgb8Image throughJpeg(Rgb8Image image, double quality) {
        try {
            BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++) {
                    buffered.setRGB(x, y, image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2));
                }
            }
            ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality((float) quality);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            writer.setOutput(ImageIO.createImageOutputStream(bytes));
            writer.write(null, new IIOImage(buffered, null, null), parameters);
            writer.dispose();
            BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
            byte[] pixels = new byte[image.width() * image.height() * 3];
            for (int i = 0; i < pixels.length / 3; i++) {
                int rgb = decoded.getRGB(i % image.width(), i / image.width());
                pixels[3 * i] = (byte) (rgb >> 16);
                pixels[3 * i + 1] = (byte) (rgb >> 8);
                pixels[3 * i + 2] = (byte) rgb;
            }
            return new Rgb8Image(image.width(), image.height(), pixels);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ImageDataset dataset(int size, IntFunction<Rgb8Image> images) {
        return new LabelledImages(new int[size]) {
            @Override
            public Rgb8Image image(int index) {
                return images.apply(index);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.75, 0.9})
    void findsThemInDecodedJpegs(double quality) {
        assertThat(JpegTraces.in(dataset(20, i -> throughJpeg(scene(i), quality))))
                .isTrue();
    }

    @Test
    void findsNoneInWhatWasNeverCompressed() {
        assertThat(JpegTraces.in(dataset(20, JpegTracesTest::scene))).isFalse();
    }

    @Test
    void imagesOfOneColourSayNothing() {
        assertThat(JpegTraces.in(dataset(3, i -> new Rgb8Image(32, 32, new byte[32 * 32 * 3]))))
                .isFalse();
        assertThat(JpegTraces.in(dataset(1, i -> new Rgb8Image(2, 2, new byte[12]))))
                .isFalse();
    }

    /** The same photographs, as published and as JPEGs. */
    @Test
    void tellsRealImagesApart(@TempDir Path folder) throws IOException {
        Path lossless = CIFAR.resolve("lossless_test_batch.bin");
        assumeTrue(Files.exists(lossless), () -> lossless + " is not here");
        ImageDataset published = CifarDataset.readFile(lossless, CifarVariant.CIFAR10);
        Path batch = folder.resolve("test_batch.bin");
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(CIFAR.resolve("test_batch.bin.gz")))) {
            Files.copy(in, batch);
        }
        ImageDataset jpegs = CifarDataset.readFile(batch, CifarVariant.CIFAR10);
        assertThat(JpegTraces.share(published)).isBetween(0.05, 0.35);
        assertThat(JpegTraces.share(jpegs.limit(1000))).isBetween(0.7, 0.95);
        assertThat(JpegTraces.in(published)).isFalse();
        assertThat(JpegTraces.in(jpegs)).isTrue();
    }
}
