package io.github.resnet4j.datasets.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.LabelledImages;
import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BatchLoaderTest {
    private static final SampleWriter PIXELS = SampleWriter.pixels(1, 2);

    /** The number of the image, then a random number: what a sample and its augmentation are. */
    private static final SampleWriter RANDOM = (image, random, out, offset) -> {
        Arrays.fill(out, offset, offset + 5, image.decode().pixels()[0]);
        out[offset + 5] = random.nextInt(1 << 20);
    };

    private static LabelledImages images(int size) {
        return new LabelledImages(IntStream.range(0, size).map(i -> i % 3).toArray());
    }

    private static LoaderOptions options(int batchSize, int workers, boolean shuffle) {
        return new LoaderOptions(batchSize, 1, workers, 3, shuffle, BadImages.FAIL);
    }

    private static BatchLoader loader(LabelledImages images, LoaderOptions options) {
        return new BatchLoader(images, RANDOM, 3, 1, 2, options);
    }

    private static List<Batch> all(BatchLoader loader, int epoch, int first) {
        List<Batch> batches = new ArrayList<>();
        try (Batches open = loader.epoch(epoch, first)) {
            open.forEachRemaining(batches::add);
        }
        return batches;
    }

    private static int[] indices(List<Batch> batches) {
        return batches.stream()
                .flatMapToInt(batch -> Arrays.stream(batch.indices()))
                .toArray();
    }

    /** One image of one class, nine of another: half of an epoch is the same image, each time augmented otherwise. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void balancedSamplesAreAugmentedAnewEachTime(int workers) {
        LabelledImages images = new LabelledImages(1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        LoaderOptions options = options(4, workers, true).balancing();
        try (BatchLoader loader = loader(images, options);
                BatchLoader again = loader(images, options(4, 0, true).balancing())) {
            Set<Float> drawn = new HashSet<>();
            int small = 0;
            for (Batch batch : all(loader, 2, 0)) {
                for (int i = 0; i < batch.size(); i++) {
                    if (batch.labels()[i] == 1) {
                        small++;
                        drawn.add(batch.features()[i * 6 + 5]);
                    }
                }
            }
            assertThat(small).isEqualTo(5);
            assertThat(drawn).hasSize(5);
            assertThat(all(loader, 2, 1).get(0).features())
                    .isEqualTo(all(again, 2, 1).get(0).features());
        }
    }

    @ParameterizedTest
    @CsvSource({"10, 4, 3", "8, 4, 2", "3, 4, 1", "1, 1, 1", "5, 5, 1", "6, 5, 2"})
    void theLastBatchMayBeShort(int size, int batchSize, int batches) {
        try (BatchLoader loader = loader(images(size), options(batchSize, 1, false))) {
            assertThat(loader.batchesPerEpoch()).isEqualTo(batches);
            List<Batch> all = all(loader, 0, 0);
            assertThat(all).hasSize(batches);
            assertThat(all.subList(0, batches - 1)).allMatch(batch -> batch.size() == batchSize);
            Batch last = all.get(batches - 1);
            assertThat(last.size()).isEqualTo(size - batchSize * (batches - 1));
            assertThat(last.shape()).containsExactly(last.size(), 3, 1, 2);
            assertThat(indices(all)).containsExactly(IntStream.range(0, size).toArray());
        }
    }

    /** Every third sample of each batch, augmented as in the whole batch; of a last batch of one, two shares are empty. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void sharesMakeUpTheBatch(int workers) {
        LabelledImages images = images(8);
        try (BatchLoader whole = loader(images, options(7, workers, true))) {
            List<Batch> batches = all(whole, 1, 0);
            for (int rank = 0; rank < 3; rank++) {
                try (BatchLoader part = loader(images, options(7, workers, true).sharing(new Share(rank, 3)))) {
                    assertThat(part.batchesPerEpoch()).isEqualTo(2);
                    List<Batch> shares = all(part, 1, 0);
                    for (int b = 0; b < 2; b++) {
                        Batch batch = batches.get(b);
                        Batch share = shares.get(b);
                        assertThat(share.size()).isEqualTo(new Share(rank, 3).size(batch.size()));
                        for (int i = 0; i < share.size(); i++) {
                            int at = rank + 3 * i;
                            assertThat(share.indices()[i]).isEqualTo(batch.indices()[at]);
                            assertThat(share.labels()[i]).isEqualTo(batch.labels()[at]);
                            assertThat(Arrays.copyOfRange(share.features(), 6 * i, 6 * i + 6))
                                    .isEqualTo(Arrays.copyOfRange(batch.features(), 6 * at, 6 * at + 6));
                        }
                    }
                }
            }
        }
        assertThat(new Share(2, 3).size(1)).isZero();
        assertThatThrownBy(() -> new Share(3, 3)).isInstanceOf(IllegalArgumentException.class);
    }

    /** With another image left out in every epoch, if they are shuffled. */
    @ParameterizedTest
    @CsvSource({"9, 4, 2, 8", "10, 4, 3, 10", "8, 4, 2, 8", "1, 4, 1, 1", "3, 1, 3, 3"})
    void aLastBatchOfOneMayBeLeftOut(int size, int batchSize, int batches, int samples) {
        try (BatchLoader loader =
                loader(images(size), options(batchSize, 1, false).droppingSingle())) {
            assertThat(loader.batchesPerEpoch()).isEqualTo(batches);
            assertThat(indices(all(loader, 0, 0)))
                    .containsExactly(IntStream.range(0, samples).toArray());
        }
        try (BatchLoader loader = loader(images(9), options(4, 2, true).droppingSingle())) {
            assertThat(IntStream.range(0, 50)
                            .flatMap(epoch -> IntStream.of(indices(all(loader, epoch, 0))))
                            .distinct())
                    .hasSize(9);
        }
    }

    @Test
    void samplesCarryTheirLabelsAndIndices() {
        try (BatchLoader loader = new BatchLoader(images(7), PIXELS, 3, 1, 2, options(3, 2, true))) {
            for (Batch batch : all(loader, 4, 0)) {
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.labels()[i]).isEqualTo(batch.indices()[i] % 3);
                    // Planes: both reds, both greens, both blues.
                    assertThat(Arrays.copyOfRange(batch.features(), 6 * i, 6 * i + 6))
                            .containsExactly(batch.indices()[i], 3, 1, 4, 2, 5);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 3, 5", "5, 1, 3"})
    void aSampleMayHaveAnyShape(int channels, int height, int width) {
        int length = channels * height * width;
        SampleWriter numbers = (image, random, out, offset) ->
                Arrays.fill(out, offset, offset + length, image.decode().pixels()[0]);
        try (BatchLoader loader = new BatchLoader(images(5), numbers, channels, height, width, options(2, 1, false))) {
            Batch batch = all(loader, 0, 0).get(1);
            assertThat(batch.shape()).containsExactly(2, channels, height, width);
            assertThat(batch.features()).hasSize(2 * length);
            assertThat(batch.features()[length - 1]).isEqualTo(2);
            assertThat(batch.features()[length]).isEqualTo(3);
        }
    }

    /** To the bit, whoever prepares a batch and whatever was read before. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void batchesDoNotDependOnTheWorkers(int workers) {
        try (BatchLoader alone = loader(images(50), options(4, 0, true));
                BatchLoader many = loader(images(50), options(4, workers, true))) {
            for (int epoch : new int[] {0, 1, 2}) {
                assertEqual(all(many, epoch, 0), all(alone, epoch, 0));
            }
            List<Batch> third = all(alone, 3, 0);
            assertEqual(all(many, 3, 5), third.subList(5, third.size()));
            assertThat(all(many, 3, third.size())).isEmpty();
        }
    }

    private static void assertEqual(List<Batch> actual, List<Batch> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).features()).containsExactly(expected.get(i).features());
            assertThat(actual.get(i).indices()).containsExactly(expected.get(i).indices());
            assertThat(actual.get(i).labels()).containsExactly(expected.get(i).labels());
        }
    }

    @Test
    void everyEpochHasItsOwnOrderAndAugmentation() {
        try (BatchLoader loader = loader(images(20), options(20, 1, true));
                BatchLoader inOrder = loader(images(20), options(20, 1, false))) {
            Batch first = all(loader, 0, 0).get(0);
            Batch second = all(loader, 1, 0).get(0);
            assertThat(first.indices()).isNotEqualTo(second.indices());
            assertThat(first.indices()).containsExactlyInAnyOrder(second.indices());
            Batch plain = all(inOrder, 0, 0).get(0);
            Batch next = all(inOrder, 1, 0).get(0);
            assertThat(plain.indices()).containsExactly(next.indices());
            assertThat(plain.features()).isNotEqualTo(next.features());
            // A sample's augmentation depends on its index and the epoch, not on where it stands.
            for (int i = 0; i < 20; i++) {
                assertThat(first.features()[6 * i + 5]).isEqualTo(plain.features()[6 * first.indices()[i] + 5]);
            }
        }
    }

    @Test
    void workersPrepareNoMoreThanThePrefetch() {
        LabelledImages images = images(100);
        try (BatchLoader loader = loader(images, new LoaderOptions(1, 1, 2, 3, false, BadImages.FAIL));
                Batches batches = loader.epoch(0, 0)) {
            batches.next();
            batches.next();
            assertThat(images.decoded().size()).isLessThanOrEqualTo(2 + 3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aBadImageIsNamedAndEndsTheBatches(int workers) {
        LabelledImages images = images(10).bad(5);
        try (BatchLoader loader = loader(images, options(2, workers, false));
                Batches batches = loader.epoch(0, 0)) {
            assertThat(batches.next().indices()).containsExactly(0, 1);
            assertThat(batches.next().indices()).containsExactly(2, 3);
            assertThatThrownBy(batches::next)
                    .isInstanceOf(BadDataException.class)
                    .hasMessage("image5: cannot be read");
            assertThat(batches.hasNext()).isTrue();
            assertThatThrownBy(batches::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThat(all(loader, 0, 3)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatAWriterRefusesNamesTheImage(int workers) {
        SampleWriter refuses = (image, random, out, offset) -> {
            throw new IllegalArgumentException("too small");
        };
        SampleWriter fails = (image, random, out, offset) -> {
            throw new IllegalStateException("oops");
        };
        try (BatchLoader loader = new BatchLoader(images(2), refuses, 3, 1, 2, options(2, workers, false));
                BatchLoader other = new BatchLoader(images(2), fails, 3, 1, 2, options(2, workers, false))) {
            assertThatThrownBy(() -> all(loader, 0, 0))
                    .isInstanceOf(BadDataException.class)
                    .hasMessage("image0: too small");
            assertThatThrownBy(() -> all(other, 0, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("image0: cannot be made into a sample");
        }
    }

    @Test
    void nothingComesAfterTheEnd() {
        try (BatchLoader loader = loader(images(2), options(2, 1, false));
                Batches batches = loader.epoch(0, 0)) {
            batches.next();
            assertThat(batches.hasNext()).isFalse();
            assertThatThrownBy(batches::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("1 batches");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void closedBatchesAndLoadersSaySo(int workers) {
        BatchLoader loader = loader(images(20), options(2, workers, false));
        Batches closed = loader.epoch(0, 0);
        closed.close();
        closed.close();
        assertThatThrownBy(closed::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        Batches open = loader.epoch(0, 0);
        open.next();
        loader.close();
        loader.close();
        if (workers > 0) {
            assertThatThrownBy(() -> open.forEachRemaining(batch -> {})).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> loader.epoch(0, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingStopsWorkersBetweenSamples() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean second = new AtomicBoolean();
        SampleWriter slow = (image, random, out, offset) -> {
            second.set(begun.getCount() == 0);
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (BatchLoader loader = new BatchLoader(images(2), slow, 3, 1, 2, options(2, 1, false))) {
            Batches batches = loader.epoch(0, 0);
            begun.await();
            batches.close();
            go.countDown();
        }
        assertThat(second).isFalse();
    }

    @Test
    void anInterruptedReaderStops() {
        CountDownLatch never = new CountDownLatch(1);
        SampleWriter stuck = (image, random, out, offset) -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (BatchLoader loader = new BatchLoader(images(2), stuck, 3, 1, 2, options(2, 1, false));
                Batches batches = loader.epoch(0, 0)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(batches::next).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void refusesWhatCannotBe() {
        LabelledImages images = images(5);
        assertThatThrownBy(() -> new BatchLoader(images, PIXELS, 3, 0, 2, options(1, 1, false)))
                .hasMessageContaining("3x0x2");
        assertThatThrownBy(() -> new BatchLoader(images, PIXELS, 0, 1, 2, options(1, 1, false)))
                .hasMessageContaining("0x1x2");
        assertThatThrownBy(() -> new BatchLoader(images, PIXELS, 3, 1, 0, options(1, 1, false)))
                .hasMessageContaining("3x1x0");
        assertThatThrownBy(() -> new BatchLoader(images, PIXELS, 3, 30000, 30000, options(1, 1, false)))
                .hasMessageContaining("does not fit into one array");
        try (BatchLoader loader = loader(images, options(2, 0, false))) {
            for (int[] position : new int[][] {{-1, 0}, {0, -1}, {0, 4}}) {
                assertThatThrownBy(() -> loader.epoch(position[0], position[1]))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("an epoch has 3");
            }
        }
        assertThatThrownBy(() -> options(0, 1, false)).hasMessageContaining("batchSize");
        assertThatThrownBy(() -> options(1, -1, false)).hasMessageContaining("workers");
        assertThatThrownBy(() -> options(1, 1025, false)).hasMessageContaining("workers");
        assertThatThrownBy(() -> new LoaderOptions(1, 0, 1, 0, false, BadImages.FAIL))
                .hasMessageContaining("prefetch");
        assertThatThrownBy(() -> new LoaderOptions(1, 0, 1, 1, false, null)).hasMessageContaining("badImages");
        assertThatThrownBy(() -> new Batch(new float[5], new int[] {1, 3, 1, 2}, new int[1], new int[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A sample and its target are drawn from the same random numbers, and keep their places when one before them is bad. */
    @Test
    void aTargetGoesWithItsSample() {
        SampleSource source = index -> {
            if (index == 1) {
                throw new BadDataException("image1", "no mask", null);
            }
            return (view, random, slot) -> {
                float drawn = 10 * index + random.nextInt(10);
                Arrays.fill(slot.features(), slot.at(), slot.at() + 6, drawn);
                Arrays.fill(slot.targets(), slot.targetAt(), slot.targetAt() + 4, -drawn);
            };
        };
        LoaderOptions options = new LoaderOptions(4, 7, 2, 2, false, BadImages.COLLECT);
        try (BatchLoader loader = new BatchLoader(
                images(4), source, new SampleShape(3, 1, 2), Optional.of(new SampleShape(1, 2, 2)), options)) {
            Batch batch = all(loader, 0, 0).get(0);
            assertThat(batch.indices()).containsExactly(0, 2, 3);
            assertThat(batch.shape()).containsExactly(3, 3, 1, 2);
            assertThat(batch.targetShape()).containsExactly(3, 1, 2, 2);
            for (int i = 0; i < 3; i++) {
                assertThat(batch.features()[6 * i]).isBetween(10f * batch.indices()[i], 10f * batch.indices()[i] + 9);
                assertThat(Arrays.copyOfRange(batch.targets(), 4 * i, 4 * i + 4))
                        .containsOnly(-batch.features()[6 * i]);
            }
        }
        assertThatThrownBy(() -> new Batch(
                        new float[1],
                        new int[] {1, 1, 1, 1},
                        new float[2],
                        new int[] {1, 1, 1, 1},
                        new int[1],
                        new int[1]))
                .hasMessageContaining("2 values of the targets");
        assertThatThrownBy(() -> new BatchLoader(
                        images(2),
                        source,
                        new SampleShape(3, 1, 2),
                        Optional.of(new SampleShape(3, 30000, 30000)),
                        options(1, 1, false)))
                .hasMessageContaining("3x30000x30000 does not fit");
    }

    @Test
    void labelRowsSpreadTheSmoothing() {
        Batch batch = new Batch(new float[12], new int[] {2, 3, 1, 2}, new int[] {2, 0}, new int[] {0, 1});
        assertThat(batch.labelRows(4, 0)).containsExactly(0, 0, 1, 0, 1, 0, 0, 0);
        assertThat(batch.labelRows(4, 0.2)).containsExactly(0.05f, 0.05f, 0.85f, 0.05f, 0.85f, 0.05f, 0.05f, 0.05f);
        assertThatThrownBy(() -> batch.labelRows(2, 0)).hasMessageContaining("label 2 with 2 classes");
        assertThatThrownBy(() -> batch.labelRows(4, 1)).hasMessageContaining("smoothing");
    }

    @Test
    void pixelsOfAnotherSizeAreRefused() {
        try (BatchLoader loader =
                new BatchLoader(images(2), SampleWriter.pixels(2, 2), 3, 2, 2, options(2, 0, false))) {
            assertThatThrownBy(() -> all(loader, 0, 0))
                    .isInstanceOf(BadDataException.class)
                    .hasMessage("image0: expected 2x2 pixels, got 2x1: resize");
        }
    }

    /** JPEG, PNG, GIF and BMP; grey, palette, CMYK, alpha, 16 and 4 bits: each is what it is alone, and none is left out. */
    @Test
    void aFolderMayMixFormats(@TempDir Path root) throws IOException {
        List<String> files = List.of(
                "444.jpg",
                "cmyk.jpg",
                "grey.jpg",
                "progressive.jpg",
                "grey16.png",
                "grey-alpha8.png",
                "palette4.png",
                "rgba16.png",
                "rgb8.png",
                "grey.gif",
                "interlaced.gif",
                "palette4.bmp",
                "rle8.bmp",
                "saved-rgb.bmp");
        for (int i = 0; i < files.size(); i++) {
            Path kind = Files.createDirectories(root.resolve(i % 2 == 0 ? "a" : "b"));
            Files.copy(Golden.file("image/" + files.get(i)), kind.resolve(files.get(i)));
        }
        ImageFolder images = ImageFolder.open(root);
        SampleWriter scaled = SampleWriter.scaled(8, 8);
        LoaderOptions options = new LoaderOptions(files.size(), 1, 2, 2, false, BadImages.LEAVE_OUT);
        try (BatchLoader loader = new BatchLoader(images, scaled, 3, 8, 8, options)) {
            loader.check(() -> false);
            Batch batch = loader.epoch(0, 0).next();
            assertThat(loader.skipped()).isEmpty();
            assertThat(batch.size()).isEqualTo(files.size());
            for (int i = 0; i < files.size(); i++) {
                float[] alone = new float[3 * 64];
                Path file = Golden.file("image/" + images.file(i).getFileName());
                scaled.write(ImageDecoder.open(file, ImageDecoder.DEFAULT_MAX_PIXELS), null, alone, 0);
                assertThat(Arrays.copyOfRange(batch.features(), 192 * i, 192 * (i + 1)))
                        .as(images.name(i))
                        .isEqualTo(alone);
            }
        }
    }
}
