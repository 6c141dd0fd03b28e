package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.finetune.internal.report.Example;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.report.PreviewGrid.Tile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreviewGridTest {
    @TempDir
    Path folder;

    private BufferedImage sheet(List<Tile> tiles, int columns) throws IOException {
        Path png = folder.resolve("preview.png");
        PreviewGrid.write(tiles, columns, png);
        return ImageIO.read(png.toFile());
    }

    @ParameterizedTest
    @CsvSource({"32, 128", "112, 112", "200, 200", "500, 224", "1, 112"})
    void showsImagesAtAUsefulSize(int side, int shown) throws IOException {
        Tile tile = new Tile(Example.image(1, side), "rose");
        BufferedImage image = sheet(Collections.nCopies(5, tile), 3);
        assertThat(image.getWidth()).isEqualTo(10 + 3 * (shown + 10));
        assertThat(image.getHeight()).isEqualTo(10 + 2 * (shown + 32));
    }

    @Test
    void enlargesPixelByPixel() throws IOException {
        BufferedImage red = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        red.setRGB(0, 0, 0xffff0000);
        red.setRGB(1, 0, 0xff0000ff);
        BufferedImage image = sheet(List.of(Tile.of(red, "a label that is much too long for its tile")), 8);
        int middle = 10 + 56;
        assertThat(image.getRGB(10 + 54, middle)).isEqualTo(0xffff0000);
        assertThat(image.getRGB(10 + 57, middle)).isEqualTo(0xff0000ff);
        assertThat(image.getRGB(2, 2)).isEqualTo(0xffffffff);
    }

    @Test
    void refusesSheetsThatCannotBe() {
        Tile tile = new Tile(Example.image(1, 224), "rose");
        assertThatIllegalArgumentException().isThrownBy(() -> sheet(List.of(), 3));
        assertThatIllegalArgumentException().isThrownBy(() -> sheet(List.of(tile), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sheet(Collections.nCopies(3000, tile), 8))
                .withMessageContaining("too many");
    }

    @ParameterizedTest
    @CsvSource({"32, 128, 32", "500, 128, 128"})
    void thumbnailsAreNeverEnlarged(int side, int limit, int expected) throws IOException {
        byte[] png = Prediction.thumbnail(Example.image(1, side), limit);
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(expected);
        assertThat(new Prediction("a.jpg", png, "a", "a", 1, true).thumbnailWidth())
                .isEqualTo(expected);
    }

    @Test
    void aThumbnailMustBeAPng() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prediction("a.jpg", new byte[100], "a", "a", 1, true))
                .withMessage("a.jpg: the thumbnail is not a PNG");
        assertThat(new Prediction("a.jpg", new byte[0], "a", "a", 1, true).thumbnailWidth())
                .isZero();
    }
}
