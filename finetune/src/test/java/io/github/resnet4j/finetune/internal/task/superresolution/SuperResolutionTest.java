package io.github.resnet4j.finetune.internal.task.superresolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.datasets.superresolution.ImagePair;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.task.ShortTraining;
import io.github.resnet4j.finetune.model.FileUpscaler;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.finetune.quality.Fidelity;
import io.github.resnet4j.finetune.quality.Fidelity.Luminance;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs on images, from their files to larger ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SuperResolutionTest {
    private static final Path DATA = Path.of("../../shared/data/families/sr");

    @TempDir
    static Path temp;

    private Path images;
    private TrainingRun.Summary rgb;
    private TrainingRun.Summary luminance;
    private ShortTraining training;

    @BeforeAll
    void trains() throws IOException {
        training = new ShortTraining(temp.resolve("cache"));
        images = temp.resolve("images");
        for (int i = 0; i < 4; i++) {
            write(images.resolve("train").resolve(i + ".png"), 33 + i, 29, i);
        }
        write(images.resolve("val/a.png"), 40, 31, 7);
        write(images.resolve("val/deeper/b.png"), 27, 45, 8);
        rgb = train("model.name=msrn-x2");
        luminance = train("model.name=msrn-y-x3", "name=luminance");
    }

    private static Rgb8Image image(int width, int height, int seed) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % width;
            int y = i / 3 / width;
            pixels[i] = (byte) (128 + 90 * Math.sin(0.3 * x + seed) * Math.cos(0.2 * y + i % 3));
        }
        return new Rgb8Image(width, height, pixels);
    }

    private static void write(Path file, int width, int height, int seed) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, Png.encode(Png.image(image(width, height, seed))));
    }

    private TrainingRun.Summary train(String... overrides) throws IOException {
        String yaml = """
                name: photographs
                task: super-resolution
                model: {name: msrn-x2, options: {blocks: '1', features: '4'}}
                data: {dataset: folder, dir: '%s', image-size: 8, patches: 3, workers: 2}
                train: {epochs: 2, batch-size: 4}
                optimizer: {type: adamw, lr: 0.01, weight-decay: 0}
                schedule: {type: constant}
                output: {dir: '%s'}
                """.formatted(images, temp.resolve("runs"));
        return training.run(yaml, overrides);
    }

    @Test
    void theLogHasItsOwnColumns() throws IOException {
        Path log = rgb.folder().resolve("log.csv");
        assertThat(Files.readAllLines(log).get(0))
                .isEqualTo("epoch,iterations,lr,train_loss,val_loss,val_psnr,val_ssim,seconds,images_per_second,"
                        + "data_wait_share");
        List<EpochRow> rows = EpochRow.read(log);
        assertThat(rows).extracting(EpochRow::iterations).containsExactly(3L, 6L);
        assertThat(rows.get(1).trainLoss()).isLessThan(rows.get(0).trainLoss());
        assertThat(rgb.model()).isEqualTo(EpochRow.best(rows).orElseThrow());
        assertThat(training.said()).contains("12 training patches and 2 validation images; 2 epochs", "val PSNR ");
    }

    @Test
    void theReportShowsBeforeAndAfter() {
        for (TrainingRun.Summary run : List.of(rgb, luminance)) {
            assertThat(run.folder().resolve("report.html"))
                    .content()
                    .contains("Before and after", "bicubic", "original", "deeper/b.png", "Over bicubic")
                    .doesNotContain("Confusion matrix", "NaN", "classes");
            assertThat(run.folder().resolve("report.json"))
                    .content()
                    .contains("\"task\":\"super-resolution\"", "\"psnr\":", "\"bicubicSsim\":");
            assertThat(run.folder().resolve("MODEL_CARD.md"))
                    .content()
                    .contains("## Fidelity", "| deeper/b.png | ", "upscale small.png");
        }
    }

    @Test
    void theModelSaysWhatItIsFor() {
        ModelCard card = ModelArchive.readCard(rgb.folder().resolve("model.zip"));
        assertThat(TaskModel.task(card)).isEqualTo("super-resolution");
        assertThat(card.classes()).containsExactly("red", "green", "blue");
        assertThat(card.provenance()).containsEntry("scale", "2");
        ModelCard grey = ModelArchive.readCard(luminance.folder().resolve("model.zip"));
        assertThat(grey.classes()).containsExactly("luminance");
        assertThat(grey.input()).isEqualTo(new Shape(1, 8, 8));
    }

    @Test
    void measuresAsTheRunsDid() {
        for (TrainingRun.Summary run : List.of(rgb, luminance)) {
            Measured measured = ShortTraining.model(run).evaluate(images, 4, remark -> {}, done -> {}, () -> false);
            assertThat(measured.images()).isEqualTo(2);
            assertThat(measured.loss()).isEqualTo(run.loss());
            assertThat(measured.metrics()).isEqualTo(run.metrics());
        }
    }

    @Test
    void patchesArePartsOfWholeImages() {
        Photographs photographs = Photographs.open(images.resolve("train"), FolderOptions.DEFAULT);
        Patches patches = new Patches(photographs, 3, new Shape(3, 8, 8), 2);
        float[] low = new float[3 * 8 * 8];
        float[] high = new float[3 * 16 * 16];
        patches.source().read(5).write(0, SampleRandom.of(1, 2, 3), new SampleSource.Slot(low, 0, high, 0));
        ImagePair expected = photographs.pair(1, 2).patch(8, SampleRandom.of(1, 2, 3));
        assertThat(low).containsExactly(values(expected.low()));
        assertThat(high).containsExactly(values(expected.high()));
        assertThat(patches.size()).isEqualTo(12);
        assertThat(patches.name(5)).isEqualTo("1.png");
    }

    private static float[] values(Rgb8Image image) {
        float[] values = new float[image.pixels().length];
        Colours.RGB.write(image, values, 0);
        return values;
    }

    /** Bicubic's is what Huang et al. 2015 publish for these files, of which the smaller ones lie beside. */
    @ParameterizedTest
    @CsvSource({"Set5, 2, 33.64", "Set5, 3, 30.39", "Set5, 4, 28.42", "Set14, 2, 30.22", "Set14, 3, 27.53"})
    void benchmarksArePairsOfFiles(String set, int factor, double published) {
        Path folder = DATA.resolve(set).resolve("image_SRF_" + factor);
        assumeTrue(Files.isDirectory(folder), folder + " is not there");
        Photographs photographs = Photographs.open(folder, FolderOptions.DEFAULT);
        assertThat(photographs.size()).isEqualTo(set.equals("Set5") ? 5 : 14);
        double mean = 0;
        for (int index : photographs.indices()) {
            ImagePair pair = photographs.pair(index, factor);
            Rgb8Image larger = Photographs.BICUBIC.larger(pair.low(), factor);
            boolean grey = photographs.isGrey(index, pair.high());
            Luminance luminance = grey ? Luminance.GREY : Luminance.ROUNDED;
            mean += Fidelity.of(larger, pair.high(), factor, luminance).psnr() / photographs.size();
        }
        assertThat(mean).isCloseTo(published, within(0.03)); // its border is another
    }

    @Test
    void enlargesFilesAndKeepsGreyAndAlpha() throws IOException {
        Rgb8Image small = image(13, 9, 3);
        Rgb8Image grey = Colours.luminance(small);
        for (TrainingRun.Summary run : List.of(rgb, luminance)) {
            int factor = run == rgb ? 2 : 3;
            try (FileUpscaler upscaler =
                    FileUpscaler.open(ShortTraining.source(run), Upscaler.Options.DEFAULT, Engine.AUTO)) {
                Path file = temp.resolve("small.png");
                for (boolean isGrey : new boolean[] {false, true}) {
                    for (boolean clear : new boolean[] {false, true}) {
                        Rgb8Image image = isGrey ? grey : small;
                        Optional<Rgb8Image> opacity = clear ? Optional.of(grey) : Optional.empty();
                        Files.write(file, Png.encode(Png.plain(image, isGrey, opacity)));
                        assertThat(ImageDecoder.decode(file).pixels()).isEqualTo(image.pixels());
                        Path out = temp.resolve("large.png");
                        FileUpscaler.Sizes sizes = upscaler.upscale(file, out, 1_000_000, done -> {});
                        assertThat(sizes).isEqualTo(new FileUpscaler.Sizes(13, 9, 13 * factor, 9 * factor));
                        assertThat(ImageDecoder.channels(out)).isEqualTo((isGrey ? 1 : 3) + (clear ? 1 : 0));
                        assertThat(ImageDecoder.opacity(out, 1_000_000).isPresent())
                                .isEqualTo(clear);
                        assertThat(ImageDecoder.decode(out).width()).isEqualTo(13 * factor);
                    }
                }
            }
        }
    }

    @Test
    void whatIsOfAnotherTaskIsRefused() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train("model.name=resnet20-cifar", "model.options=null"))
                .withMessageContaining("resnet20-cifar cannot be trained for the task super-resolution");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train("task=classification"))
                .withMessageContaining("msrn-x2 cannot be trained for the task classification")
                .withMessageContaining("super-resolution");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Predictor.open(rgb.folder().resolve("model.zip"), 1, Engine.AUTO))
                .withMessageContaining("is a model for the task super-resolution");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ShortTraining.model(rgb)
                        .predict(
                                List.of(Path.of("small.png")),
                                Optional.empty(),
                                1,
                                remark -> {},
                                answer -> {},
                                () -> false))
                .withMessageContaining("use the command upscale");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train("data.augment=[horizontal-flip]"))
                .withMessageContaining("is for classifiers");
    }

    @Test
    void badImagesAreNamed() throws IOException {
        Path small = temp.resolve("too small");
        write(small.resolve("fine.png"), 40, 40, 1);
        write(small.resolve("low.png"), 40, 15, 1);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> train("data.dir=" + small, "data.val-fraction=0"))
                .withMessageContaining("low.png: has 40x15 pixels, but a patch of 8x8, enlarged 2 times, needs 16x16");
        Path empty = Files.createDirectories(temp.resolve("empty"));
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> train("data.dir=" + empty))
                .withMessageContaining("has no images");
        Path other = temp.resolve("pairs");
        write(other.resolve("img_HR.png"), 40, 40, 1);
        write(other.resolve("img_LR.png"), 10, 10, 1);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> ShortTraining.model(rgb).evaluate(other, 1, remark -> {}, done -> {}, () -> false))
                .withMessageContaining("img_LR.png: an image of 40x40 pixels is not 2 times one of 10x10");
        Path tiny = temp.resolve("tiny");
        write(tiny.resolve("tiny.png"), 14, 40, 1);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> ShortTraining.model(rgb).evaluate(tiny, 1, remark -> {}, done -> {}, () -> false))
                .withMessageContaining("has 14x40 pixels, but measuring needs 15x15");
        Path cut = Files.createDirectories(temp.resolve("cut"));
        byte[] whole = Files.readAllBytes(images.resolve("val/a.png"));
        Files.write(cut.resolve("cut.png"), Arrays.copyOf(whole, whole.length / 2));
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> ShortTraining.model(rgb).evaluate(cut, 1, remark -> {}, done -> {}, () -> false))
                .withMessageContaining("cut.png: is truncated");
    }

    @Test
    void imagesAreCroppedToMultiplesOfTheScale() {
        Photographs photographs = Photographs.open(images.resolve("val"), FolderOptions.DEFAULT);
        assertThat(photographs.pair(0, 2).high().width()).isEqualTo(40);
        assertThat(photographs.pair(0, 3).high().width()).isEqualTo(39);
        assertThat(photographs.pair(0, 4).high().height()).isEqualTo(28);
        assertThat(photographs.pair(0, 4).low().height()).isEqualTo(7);
    }
}
