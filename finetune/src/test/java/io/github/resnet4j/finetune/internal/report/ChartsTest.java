package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChartsTest {
    private static final double NAN = Double.NaN;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 30, 400})
    void drawsCurvesOfAnyLength(int epochs) throws IOException {
        BufferedImage image = curves(Example.epochs(epochs));
        assertThat(image.getWidth()).isEqualTo(1400);
        assertThat(image.getHeight()).isEqualTo(900);
        assertThat(inked(image)).as("share of pixels that are not white").isBetween(0.001, 0.5);
        assertThat(has(image, new Color(0x0072b2))).as("validation curve").isEqualTo(epochs > 0);
        assertThat(has(image, new Color(0xd55e00))).as("training curve").isEqualTo(epochs > 0);
    }

    @Test
    void leavesOutWhatWasNotMeasured() throws IOException {
        BufferedImage image = curves(List.of(
                EpochRows.of(1, 1, 0.1, 2, 0.1, NAN, NAN, NAN, 1, 1, 0),
                EpochRows.of(2, 2, 0.1, Double.POSITIVE_INFINITY, 0.1, NAN, NAN, NAN, 1, 1, 0)));
        assertThat(has(image, new Color(0x0072b2))).isFalse();
        assertThat(has(image, new Color(0xd55e00))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 20, 21, 60, 61, 1000})
    void drawsMatricesOfAnySize(int classes) throws IOException {
        Path png = folder.resolve("confusion.png");
        Charts.confusion(Example.confusion(Example.names(classes), 3), png);
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image.getWidth()).isBetween(Math.max(500, classes), 1300);
        assertThat(image.getHeight()).isLessThan(1300);
        assertThat(inked(image)).isGreaterThan(0.001);
        assertThat(Files.size(png)).isLessThan(500_000);
    }

    @Test
    void shadesByTheShareOfTheRow() {
        Confusion confusion = new Confusion(List.of("a", "b"), new long[][] {{1000, 0}, {1, 3}});
        BufferedImage map = Charts.heatMap(confusion, 2);
        assertThat(map.getRGB(0, 0)).isEqualTo(0xff084081);
        assertThat(map.getRGB(2, 0)).isEqualTo(0xffffffff);
        assertThat(map.getRGB(0, 2) & 0xff).isBetween(map.getRGB(2, 2) & 0xff, 0xfe);
    }

    @Test
    void drawsNamesOfAnyKind() throws IOException {
        List<String> names = List.of("x".repeat(10_000), "", "日本語 🌸", "tab\tand\nline");
        Path png = folder.resolve("confusion.png");
        Charts.confusion(Example.confusion(names, 5), png);
        assertThat(ImageIO.read(png.toFile()).getWidth()).isLessThan(1300);
    }

    @Test
    void saysWhichImageCannotBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Charts.curves(List.of(), file.resolve("curves.png")))
                .withMessageContaining("cannot be written")
                .withMessageContaining("curves.png");
    }

    private BufferedImage curves(List<EpochRow> rows) throws IOException {
        Path png = folder.resolve("curves.png");
        Charts.curves(rows, png);
        return ImageIO.read(png.toFile());
    }

    private static double inked(BufferedImage image) {
        long ink = pixels(image).filter(rgb -> rgb != 0xffffffff).count();
        return (double) ink / image.getWidth() / image.getHeight();
    }

    private static boolean has(BufferedImage image, Color colour) {
        return pixels(image).anyMatch(rgb -> rgb == colour.getRGB());
    }

    private static IntStream pixels(BufferedImage image) {
        return IntStream.of(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()));
    }
}
