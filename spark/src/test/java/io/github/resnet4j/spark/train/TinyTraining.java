package io.github.resnet4j.spark.train;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.FinetuneRecipe;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.finetune.run.TrainingRun;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/** Runs of a small network on images of noise, each in a folder of its own below {@code runs}. */
record TinyTraining(Path data, Path runs) {
    private static final String[] CLASSES = {"ant", "bee", "cat"};
    private static final int TRAIN = 9;
    private static final int VAL = 2;

    /** Writes 27 training and 6 validation images. */
    static void write(Path data) throws IOException {
        ImageIO.setUseCache(false);
        for (int c = 0; c < CLASSES.length; c++) {
            Random random = new Random(c);
            for (int i = 0; i < TRAIN + VAL; i++) {
                Path folder = data.resolve(i < TRAIN ? "train" : "val").resolve(CLASSES[c]);
                Files.createDirectories(folder);
                BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < 64; p++) {
                    image.setRGB(p % 8, p / 8, random.nextInt(1 << 24) & 0x7f7f7f | 0x80 << 8 * c);
                }
                ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
            }
        }
    }

    /** Two epochs of batches of 7, 7, 7 and 6 images: shares of different sizes. */
    private ConfigLoader.Loaded config(List<String> settings) {
        String yaml = """
                name: tiny
                model: {name: resnet8-mlperf}
                data: {dataset: folder, dir: '%s', image-size: 8, augment: [horizontal-flip], normalize: cifar10, workers: 2}
                train: {epochs: 2, batch-size: 7}
                optimizer: {type: sgd, lr: 0.05}
                schedule: {type: cosine, warmup: {epochs: 1, factor: 0.1}}
                output: {dir: '%s'}
                """.formatted(data, runs);
        return ConfigLoader.parse(
                yaml, "tiny.yaml", settings.stream().map(Setting::set).toList());
    }

    private TrainingRun.Options options(boolean resume) {
        return new TrainingRun.Options(
                resume,
                false,
                List.of("test"),
                DownloadOptions.standard().withOffline(true),
                KeyNames.NONE,
                new CacheFolder(data.resolveSibling("cache")));
    }

    private static ProgressView silent() {
        return ProgressView.lines(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    }

    /** The parameters after a run on a cluster. */
    byte[] train(TrainingCluster cluster, String... settings) throws IOException {
        return train(cluster, false, () -> false, settings);
    }

    byte[] train(TrainingCluster cluster, boolean resume, BooleanSupplier stop, String... settings) throws IOException {
        return coefficients(TrainingRun.execute(
                        FinetuneRecipe.of(config(List.of(settings))), options(resume), silent(), stop, cluster)
                .folder());
    }

    /** The parameters after a run in this process. */
    byte[] trainAlone(String... settings) throws IOException {
        return coefficients(TrainingRun.execute(config(List.of(settings)), options(false), silent(), () -> false)
                .folder());
    }

    /** The same settings under another name. */
    static String[] named(String name, String... settings) {
        return Stream.concat(Stream.of("name=" + name), Stream.of(settings)).toArray(String[]::new);
    }

    private static byte[] coefficients(Path run) throws IOException {
        try (ZipFile zip = new ZipFile(run.resolve("last.zip").toFile())) {
            return zip.getInputStream(zip.getEntry("coefficients.bin")).readAllBytes();
        }
    }
}
