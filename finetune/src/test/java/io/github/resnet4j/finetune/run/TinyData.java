package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.report.ProgressView;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/** Small images of noise in class folders, and runs of a small network on them. */
final class TinyData {
    static final int TRAIN = 8;
    static final int VAL = 4;

    private TinyData() {}

    /** Writes {@code train/CLASS} and {@code val/CLASS}; every class is brighter in one channel. */
    static Path write(Path root, int width, int height, String... classes) throws IOException {
        ImageIO.setUseCache(false);
        for (int c = 0; c < classes.length; c++) {
            Random random = new Random(c);
            for (int i = 0; i < TRAIN + VAL; i++) {
                Path folder = root.resolve(i < TRAIN ? "train" : "val").resolve(classes[c]);
                Files.createDirectories(folder);
                BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        image.setRGB(x, y, random.nextInt(1 << 24) & 0x7f7f7f | 0x80 << 8 * (c % 3));
                    }
                }
                ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
            }
        }
        return root;
    }

    /** ResNet-20 at 8×8, two epochs of four iterations, into {@code runs/tiny}. */
    static ConfigLoader.Loaded config(Path data, Path runs, String... overrides) {
        String yaml = """
                name: tiny
                model: {name: resnet20-cifar}
                data: {dataset: folder, dir: '%s', image-size: 8, augment: [horizontal-flip], normalize: cifar10, workers: 2}
                train: {epochs: 2, batch-size: 6}
                optimizer: {type: sgd, lr: 0.05}
                schedule: {type: cosine, warmup: {epochs: 1, factor: 0.1}}
                output: {dir: '%s'}
                """.formatted(data, runs);
        return ConfigLoader.parse(
                yaml, "tiny.yaml", Stream.of(overrides).map(Setting::set).toList());
    }

    /** What a run of {@code config} begins with. */
    static PreparedRun start(RunConfig config) {
        return PreparedRun.of(
                ResolvedRun.open(config, DownloadOptions.standard().withOffline(true), KeyNames.NONE, remark -> {}),
                config);
    }

    /** The parameters of a model, as they are stored. */
    static byte[] coefficients(Path model) throws IOException {
        try (ZipFile zip = new ZipFile(model.toFile());
                InputStream in = zip.getInputStream(zip.getEntry("coefficients.bin"))) {
            return in.readAllBytes();
        }
    }

    /** The share of the validation images that a model classifies rightly. */
    static double top1(Path model, PreparedRun start) {
        ImageDataset val = start.resolved().images("a test").val();
        int right = 0;
        try (Predictor predictor = Predictor.open(model, 1, Engine.AUTO)) {
            for (int i = 0; i < val.size(); i++) {
                List<Predictor.Guess> guess = predictor
                        .predict(List.of(predictor.prepare(val.image(i))), 1)
                        .get(0);
                right += guess.get(0).label().equals(val.classes().get(val.label(i))) ? 1 : 0;
            }
        }
        return (double) right / val.size();
    }

    /** How a run is asked for, and what it says. */
    static final class Runner {
        private final ConfigLoader.Loaded config;
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();
        private boolean resume;
        private boolean overwrite;
        private List<Path> beside = List.of();
        private BooleanSupplier stop = () -> false;

        Runner(ConfigLoader.Loaded config) {
            this.config = config;
        }

        Runner resume() {
            resume = true;
            return this;
        }

        Runner overwrite() {
            overwrite = true;
            return this;
        }

        Runner beside(Path... others) {
            beside = List.of(others);
            return this;
        }

        /** Stops when asked for the {@code times}-th time, which in an epoch is after that many steps. */
        Runner stopAfter(int times) {
            List<Boolean> asked = new ArrayList<>();
            stop = () -> {
                asked.add(true);
                return asked.size() >= times;
            };
            return this;
        }

        /** Does something when asked for the {@code times}-th time whether to stop. */
        Runner at(int times, Runnable action) {
            BooleanSupplier before = stop;
            AtomicInteger asked = new AtomicInteger();
            stop = () -> {
                if (asked.incrementAndGet() == times) {
                    action.run();
                }
                return before.getAsBoolean();
            };
            return this;
        }

        TrainingRun.Summary run() throws IOException {
            TrainingRun.Options options = new TrainingRun.Options(
                    resume,
                    overwrite,
                    List.of("resnet4j", "train"),
                    DownloadOptions.standard().withOffline(true),
                    KeyNames.NONE,
                    new CacheFolder(config.config().output().dir().resolve("cache")),
                    beside);
            ProgressView view = ProgressView.lines(new PrintStream(said, true, StandardCharsets.UTF_8));
            return TrainingRun.execute(config, options, view, stop);
        }

        String said() {
            return said.toString(StandardCharsets.UTF_8);
        }
    }
}
