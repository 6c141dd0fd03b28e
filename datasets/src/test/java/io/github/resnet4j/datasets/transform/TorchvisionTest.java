package io.github.resnet4j.datasets.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deterministic transforms against torchvision's and Pillow's results, to the last bit. */
class TorchvisionTest {
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    static List<String> resized() {
        return Golden.names("transform", ".ppm").stream()
                .filter(name -> !name.startsWith("source"))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resized")
    void resamplesAsPillow(String name) {
        String[] parts = name.split("-");
        Rgb8Image source = Golden.ppm("transform/source-" + parts[0] + ".ppm");
        Rgb8Image expected = Golden.ppm("transform/" + name);
        Rgb8Image image = Resampler.resize(
                source, expected.width(), expected.height(), Interpolation.valueOf(parts[1].toUpperCase(Locale.ROOT)));
        assertThat(image.pixels()).isEqualTo(expected.pixels());
    }

    static List<String[]> transformed() {
        return Golden.table("transform/torchvision.csv");
    }

    @ParameterizedTest(name = "{0} {1}x{2} to {3}")
    @MethodSource("transformed")
    void transformsAsTorchvision(
            String transform, int width, int height, int size, int outWidth, int outHeight, String sha) {
        Rgb8Image source = PatternImage.of(width, height);
        if (transform.startsWith("pipeline")) {
            assertThat(Golden.sha(pipeline(transform, source, size))).isEqualTo(sha);
            return;
        }
        Transform step =
                switch (transform) {
                    case "resize-bilinear" -> new Resize(size, Interpolation.BILINEAR);
                    case "resize-bicubic" -> new Resize(size, Interpolation.BICUBIC);
                    case "center-crop" -> new CenterCrop(size);
                    default -> throw new AssertionError(transform);
                };
        Rgb8Image image = step.apply(source, UNUSED);
        assertThat(image.width()).isEqualTo(outWidth);
        assertThat(image.height()).isEqualTo(outHeight);
        assertThat(Golden.sha(image.pixels())).isEqualTo(sha);
    }

    private static byte[] pipeline(String name, Rgb8Image source, int size) {
        Normalize normalize =
                switch (name) {
                    case "pipeline-imagenet" -> Normalize.IMAGENET;
                    case "pipeline-cifar10" -> Normalize.CIFAR10;
                    default -> Normalize.NONE;
                };
        float[] out = new float[3 * size * size];
        new Pipeline(List.of(new Resize(40, Interpolation.BILINEAR), new CenterCrop(size)), normalize)
                .producing(size, size)
                .write(source, UNUSED, out, 0);
        ByteBuffer bytes = ByteBuffer.allocate(4 * out.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(out);
        return bytes.array();
    }

    static List<String[]> randomCrops() {
        return Golden.table("transform/random-resized-crop.csv");
    }

    /** Areas, ratios and places over many draws: means within five standard errors of torchvision's. */
    @ParameterizedTest(name = "{0}x{1}")
    @MethodSource("randomCrops")
    void drawsCropsAsTorchvision(
            int width,
            int height,
            int draws,
            double area,
            double areaStd,
            double logRatio,
            double logRatioStd,
            double left,
            double top) {
        RandomResizedCrop crop = new RandomResizedCrop(224);
        double[] sums = new double[4];
        for (int i = 0; i < draws; i++) {
            RandomResizedCrop.Box box = crop.draw(width, height, SampleRandom.of(1, 0, i));
            assertThat(box.left()).isBetween(0, width - box.width());
            assertThat(box.top()).isBetween(0, height - box.height());
            sums[0] += (double) box.width() * box.height() / width / height;
            sums[1] += Math.log((double) box.width() / box.height());
            sums[2] += (double) box.left() / width;
            sums[3] += (double) box.top() / height;
        }
        double error = 5 * Math.sqrt(2.0 / draws);
        assertThat(sums[0] / draws).isCloseTo(area, within(error * areaStd));
        assertThat(sums[1] / draws).isCloseTo(logRatio, within(error * logRatioStd));
        // A place is at most the whole side away: its deviation is below 0.3.
        assertThat(sums[2] / draws).isCloseTo(left, within(error * 0.3));
        assertThat(sums[3] / draws).isCloseTo(top, within(error * 0.3));
    }
}
