package io.github.resnet4j.datasets.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.LabelledImages;
import io.github.resnet4j.datasets.image.BadImageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of images that cannot be read. */
class BadImagesTest {
    private static LabelledImages images(int size) {
        return new LabelledImages(IntStream.range(0, size).map(i -> i % 2).toArray());
    }

    private static BatchLoader loader(LabelledImages images, int workers, BadImages policy) {
        return new BatchLoader(
                images, SampleWriter.pixels(1, 2), 3, 1, 2, new LoaderOptions(4, 1, workers, 2, false, policy));
    }

    private static List<int[]> epoch(BatchLoader loader) {
        List<int[]> indices = new ArrayList<>();
        try (Batches batches = loader.epoch(0, 0)) {
            batches.forEachRemaining(batch -> {
                assertThat(batch.shape()).containsExactly(batch.size(), 3, 1, 2);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.features()[6 * i]).isEqualTo(batch.indices()[i] & 0xff);
                    assertThat(batch.labels()[i]).isEqualTo(batch.indices()[i] % 2);
                }
                indices.add(batch.indices());
            });
        }
        return indices;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "2, 1",
        "99, 1",
        "199, 1",
        "200, 2",
        "999, 9",
        "1000, 10",
        "1999, 10",
        "10999, 10",
        "11000, 11",
        "50000, 50"
    })
    void toleratesAHundredthOfFewAndAThousandthOfMany(int size, int tolerated) {
        assertThat(BadImages.tolerated(size)).isEqualTo(tolerated);
    }

    /** Batches of a training keep their size: the next image that can be read comes twice. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void trainingTakesTheNextOne(int workers) {
        LabelledImages images = images(200).damaged(1, 199);
        try (BatchLoader loader = loader(images, workers, BadImages.REPLACE)) {
            List<int[]> indices = epoch(loader);
            assertThat(indices.get(0)).containsExactly(0, 2, 2, 3);
            assertThat(indices.get(49)).containsExactly(196, 197, 198, 0);
            assertThat(loader.skipped()).containsExactly("image1", "image199");
            epoch(loader);
            assertThat(images.decoded().stream().filter(i -> i == 1))
                    .as("tried once")
                    .hasSize(1);
        }
    }

    /** An evaluation counts every image once, and none in place of another. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void evaluationLeavesItOut(int workers) {
        try (BatchLoader loader = loader(images(400).damaged(1, 4, 5, 399), workers, BadImages.LEAVE_OUT)) {
            List<int[]> indices = epoch(loader);
            assertThat(indices).hasSize(100);
            assertThat(indices.get(0)).containsExactly(0, 2, 3);
            assertThat(indices.get(1)).containsExactly(6, 7);
            assertThat(indices.get(99)).containsExactly(396, 397, 398);
            assertThat(indices.stream().flatMapToInt(Arrays::stream).toArray())
                    .hasSize(396)
                    .doesNotHaveDuplicates()
                    .doesNotContain(1, 4, 5, 399);
            assertThat(loader.skipped()).containsExactly("image1", "image4", "image5", "image399");
        }
    }

    @Test
    void aBatchMayComeOutEmpty() {
        try (BatchLoader loader = loader(images(5).damaged(4), 1, BadImages.LEAVE_OUT)) {
            assertThat(epoch(loader)).last().isEqualTo(new int[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"REPLACE", "LEAVE_OUT"})
    void tooManyAreAnError(BadImages policy) {
        try (BatchLoader loader = loader(images(20).damaged(2, 7), 0, policy)) {
            assertThatThrownBy(() -> epoch(loader))
                    .isInstanceOf(BadDataException.class)
                    .hasMessage("image7: 2 of 20 images cannot be read, this one last; 1 would be tolerated: repair or"
                            + " remove them");
        }
        try (BatchLoader loader = loader(images(1).damaged(0), 0, policy)) {
            assertThatThrownBy(() -> epoch(loader)).isInstanceOf(BadDataException.class);
        }
    }

    /** All but one, and one that is no sample: a prediction says what is wrong with each. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void predictionKeepsWhyAndGoesOn(int workers) {
        LabelledImages images = images(9).damaged(0, 1, 2, 3, 4, 6, 8);
        SampleWriter pixels = SampleWriter.pixels(1, 2);
        SampleWriter picky = (image, random, out, offset) -> {
            if (image.decode().pixels()[0] == 5) {
                throw new IllegalArgumentException("too narrow");
            }
            pixels.write(image, random, out, offset);
        };
        try (BatchLoader loader = new BatchLoader(
                images, picky, 3, 1, 2, new LoaderOptions(4, 1, workers, 2, false, BadImages.COLLECT))) {
            assertThat(epoch(loader).stream().flatMapToInt(Arrays::stream).toArray())
                    .containsExactly(7);
            assertThat(loader.problems()).hasSize(8);
            assertThat(loader.problems().get(0)).isEqualTo("image0: cannot be read");
            assertThat(loader.problems().get(5)).isEqualTo("image5: too narrow");
        }
    }

    /** Files are opened first, and decoded when a sample is made of them. */
    @ParameterizedTest
    @ValueSource(strings = {"REPLACE", "LEAVE_OUT", "COLLECT"})
    void whatTurnsOutToBeUndecodableIsAsBadAsWhatCannotBeRead(BadImages policy) {
        SampleWriter pixels = SampleWriter.pixels(1, 2);
        SampleWriter late = (image, random, out, offset) -> {
            if (image.decode().pixels()[0] == 2) {
                throw new BadImageException(Path.of("image2"), "cannot be read");
            }
            pixels.write(image, random, out, offset);
        };
        LoaderOptions options = new LoaderOptions(4, 1, 0, 2, false, policy);
        try (BatchLoader damaged = loader(images(6).damaged(2), 0, policy);
                BatchLoader loader = new BatchLoader(images(6), late, 3, 1, 2, options)) {
            assertThat(epoch(loader).toArray(int[][]::new))
                    .isDeepEqualTo(epoch(damaged).toArray(int[][]::new));
            assertThat(loader.problems()).isEqualTo(damaged.problems()).containsOnlyKeys(2);
        }
        options = new LoaderOptions(4, 1, 0, 2, false, BadImages.FAIL);
        try (BatchLoader loader = new BatchLoader(images(6), late, 3, 1, 2, options)) {
            assertThatThrownBy(() -> epoch(loader)).isInstanceOf(BadImageException.class);
        }
    }

    @Test
    void twentyInARowAreAnError() {
        LabelledImages images = images(30_000).damaged(IntStream.range(10, 30).toArray());
        try (BatchLoader loader = loader(images, 0, BadImages.REPLACE)) {
            assertThatThrownBy(() -> epoch(loader))
                    .isInstanceOf(BadDataException.class)
                    .hasMessage("image10: 20 images in a row cannot be read, starting with this one: repair them");
        }
        LabelledImages fewer = images(30_000).damaged(IntStream.range(10, 29).toArray());
        try (BatchLoader loader = loader(fewer, 0, BadImages.REPLACE);
                Batches batches = loader.epoch(0, 2)) {
            assertThat(batches.next().indices()).containsExactly(8, 9, 29, 29);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void theCheckListsAllAtOnceAndDecodesNone(int workers) {
        LabelledImages images = images(100).bad(3, 50, 97);
        try (BatchLoader loader = loader(images, workers, BadImages.FAIL)) {
            assertThatThrownBy(() -> loader.check(() -> false))
                    .isInstanceOf(BadDataException.class)
                    .hasMessage(
                            "3 of 100 images cannot be read: repair or remove them: image3: cannot be read; image50:"
                                    + " cannot be read; image97: cannot be read");
        }
        assertThat(images.decoded()).isEmpty();
        try (BatchLoader loader = loader(images, workers, BadImages.REPLACE)) {
            assertThatThrownBy(() -> loader.check(() -> false)).hasMessageContaining("(1 would be tolerated)");
        }
        try (BatchLoader loader = loader(images(9).bad(8), workers, BadImages.FAIL)) {
            assertThatThrownBy(() -> loader.check(() -> false)).hasMessage("image8: cannot be read");
        }
        try (BatchLoader loader = loader(images(50).bad(IntStream.range(0, 31).toArray()), workers, BadImages.FAIL)) {
            assertThatThrownBy(() -> loader.check(() -> false))
                    .hasMessageContaining("31 of 50")
                    .hasMessageContaining("image19: ")
                    .hasMessageNotContaining("image20: ")
                    .hasMessageEndingWith("; and 11 more");
        }
        try (BatchLoader loader = loader(images(50).bad(IntStream.range(0, 20).toArray()), workers, BadImages.FAIL)) {
            assertThatThrownBy(() -> loader.check(() -> false)).hasMessageEndingWith("image19: cannot be read");
        }
    }

    @Test
    void whatTheCheckFindsIsSkippedUntried() {
        LabelledImages images = images(200).bad(1, 3);
        try (BatchLoader loader = loader(images, 1, BadImages.LEAVE_OUT)) {
            loader.check(() -> false);
            assertThat(loader.skipped()).containsExactly("image1", "image3");
            assertThat(epoch(loader).get(0)).containsExactly(0, 2);
            assertThat(images.decoded()).doesNotContain(1, 3);
        }
    }

    @Test
    void theCheckEndsWhereAskedTo() {
        try (BatchLoader loader = loader(images(5000).bad(4999), 1, BadImages.FAIL)) {
            loader.check(() -> true);
        }
    }
}
