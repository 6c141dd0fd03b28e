package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShapeImagesTest {
    private static final int TRAIN = 60;
    private static final int VAL = 30;

    @TempDir
    static Path root;

    private static TrainVal images;

    @BeforeAll
    static void write() throws IOException {
        ShapeImages.write(root, TRAIN, VAL, 7);
        images = ImageFolders.trainVal(root, 0.5, 1);
    }

    @Test
    void areFoldersOfEquallyManyImagesOfEveryClass() {
        assertThat(images.how()).isEqualTo("folders train and val");
        assertThat(images.train().classes()).isEqualTo(ShapeImages.CLASSES);
        assertThat(images.train().classCounts()).hasSize(6).containsOnly(TRAIN);
        assertThat(images.val().classCounts()).hasSize(6).containsOnly(VAL);
    }

    @Test
    void areOf32By32PixelsAndNoTwoAreTheSame() {
        Set<String> seen = new HashSet<>();
        for (ImageDataset part : List.of(images.train(), images.val())) {
            for (int i = 0; i < part.size(); i++) {
                Rgb8Image image = part.image(i);
                assertThat(List.of(image.width(), image.height())).containsOnly(32);
                assertThat(seen.add(Arrays.toString(image.pixels())))
                        .as(part.name(i))
                        .isTrue();
            }
        }
        assertThat(seen).hasSize(6 * (TRAIN + VAL));
    }

    @Test
    void theSameSeedDrawsTheSameFilesAndAnotherSeedOthers(@TempDir Path other) throws IOException {
        ShapeImages.write(other.resolve("same"), 3, 2, 7);
        ShapeImages.write(other.resolve("different"), 3, 2, 8);
        int compared = 0;
        for (Path file : files(other.resolve("same"))) {
            Path name = other.resolve("same").relativize(file);
            assertThat(file).hasSameBinaryContentAs(root.resolve(name));
            assertThat(Files.mismatch(file, other.resolve("different").resolve(name)))
                    .as("%s", name)
                    .isNotNegative();
            compared++;
        }
        assertThat(compared).isEqualTo(6 * (3 + 2));
    }

    /** By chance 1/6 would be right. Colour, brightness and contrast must not be a way around looking at the shape. */
    @Test
    void cannotBeToldApartByColour() {
        assertThat(nearestClassMean(ShapeImagesTest::meanColour)).isLessThan(0.35);
        assertThat(nearestClassMean(
                        image -> new double[] {Arrays.stream(meanColour(image)).sum()}))
                .isLessThan(0.35);
    }

    /** Nor by where the bright pixels are on average: the shapes move and turn. */
    @Test
    void cannotBeToldApartByTheMeanImageOfAClass() {
        assertThat(nearestClassMean(ShapeImagesTest::values)).isLessThan(0.45);
    }

    /** Accuracy on the validation images of the classifier that knows the mean of each class's training images. */
    private static double nearestClassMean(Function<Rgb8Image, double[]> features) {
        int classes = ShapeImages.CLASSES.size();
        double[][] means = new double[classes][];
        ImageDataset train = images.train();
        for (int i = 0; i < train.size(); i++) {
            double[] own = features.apply(train.image(i));
            double[] mean = means[train.label(i)] == null ? new double[own.length] : means[train.label(i)];
            for (int k = 0; k < own.length; k++) {
                mean[k] += own[k] / TRAIN;
            }
            means[train.label(i)] = mean;
        }
        ImageDataset val = images.val();
        int right = 0;
        for (int i = 0; i < val.size(); i++) {
            double[] own = features.apply(val.image(i));
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = distance(own, means[c]) < distance(own, means[best]) ? c : best;
            }
            right += best == val.label(i) ? 1 : 0;
        }
        return (double) right / val.size();
    }

    private static double[] meanColour(Rgb8Image image) {
        double[] sums = new double[3];
        double[] values = values(image);
        for (int i = 0; i < values.length; i++) {
            sums[i % 3] += values[i] * 3 / values.length;
        }
        return sums;
    }

    private static double[] values(Rgb8Image image) {
        byte[] pixels = image.pixels();
        double[] values = new double[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            values[i] = pixels[i] & 0xff;
        }
        return values;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
