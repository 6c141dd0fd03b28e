package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeatMapTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

    private static Rgb8Image grey(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        Arrays.fill(pixels, (byte) 100);
        return new Rgb8Image(width, height, pixels);
    }

    @Test
    void resizesAsPyTorch() {
        StateDict golden = WeightFile.open(GOLDEN.resolve("grad-cam.npz"));
        float[] maps = golden.tensors().get("maps").floats(); // 3×4×6×6
        ActivationMap map = new ActivationMap(6, 6, Arrays.copyOfRange(maps, 36, 72));
        assertThat(HeatMap.strengths(map, 9, 20))
                .containsExactly(golden.tensors().get("resized").floats(), within(1e-5f));
    }

    @Test
    void glowsWhereTheMapIsLargest() throws IOException {
        ActivationMap map = new ActivationMap(1, 3, new float[] {-5, 0, 2});
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(HeatMap.png(grey(9, 3), map)));
        assertThat(png.getWidth()).isEqualTo(9);
        assertThat(png.getHeight()).isEqualTo(3);
        assertThat(png.getRGB(0, 1) & 0xffffff).as("against the class").isEqualTo(0x646464);
        assertThat(png.getRGB(8, 1) & 0xffffff)
                .as("70 %% of inferno's brightest over grey")
                .isEqualTo(0xced191);
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, 0, Float.NaN, Float.POSITIVE_INFINITY})
    void leavesTheImageAsItIsWhereNothingSpeaksForTheClass(float value) throws IOException {
        ActivationMap map = new ActivationMap(1, 2, new float[] {value, -1});
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(HeatMap.png(grey(4, 4), map)));
        for (int i = 0; i < 16; i++) {
            assertThat(png.getRGB(i % 4, i / 4) & 0xffffff).isEqualTo(0x646464);
        }
    }
}
