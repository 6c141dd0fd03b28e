package io.github.resnet4j.finetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.ColorJitter;
import io.github.resnet4j.datasets.transform.HorizontalFlip;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.PadCrop;
import io.github.resnet4j.datasets.transform.RandAugment;
import io.github.resnet4j.datasets.transform.RandomErasing;
import io.github.resnet4j.datasets.transform.RandomResizedCrop;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.TrivialAugmentWide;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Optimizer.DecayOn;
import io.github.resnet4j.finetune.config.OptimizerConfig.Sgd;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigLoaderTest {
    private static final String SMALLEST = """
            name: t
            model: {name: resnet20-cifar}
            data: {dataset: folder, normalize: none}
            train: {epochs: 2, batch-size: 4}
            optimizer: {type: sgd, lr: 0.1}
            schedule: {type: constant}
            """;

    @TempDir
    private Path folder;

    @Test
    void fillsInDefaults() throws IOException {
        RunConfig config = load(SMALLEST);
        assertThat(config)
                .isEqualTo(new RunConfig(
                        "t",
                        "classification",
                        new ModelConfig(
                                "resnet20-cifar",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                FreezePlan.Norms.FROZEN),
                        new DataConfig(
                                DatasetKind.FOLDER,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                Optional.of(NormalizeConfig.NONE),
                                0.2,
                                Optional.empty(),
                                DataConfig.Sampling.ALL,
                                Optional.empty(),
                                Optional.empty(),
                                10,
                                Optional.empty(),
                                DataConfig.OnBadImage.FAIL,
                                true,
                                1,
                                false,
                                89_478_485),
                        new TrainConfig(2, 4, 1, LossConfig.PLAIN, StepConfig.PLAIN, MonitoringConfig.PLAIN),
                        new Sgd(0.1, 0.9, false, 1e-4, DecayOn.ALL, List.of()),
                        new ScheduleConfig.Constant(Optional.empty()),
                        Engine.AUTO,
                        new OutputConfig(Path.of("runs")),
                        Optional.empty()));
    }

    @Test
    void readsEveryKey() throws IOException {
        RunConfig config = load("""
                name: all.of-it_1
                model:
                  name: resnet50.tv_in1k
                  classes: 3
                  weights: some where/model.zip
                  map: names.map
                  ema: true
                  channel-order: bgr
                  shortcut: a-end
                  options: {groups: 32, zero-init-residual: true}
                  zero-init-residual: TRUE
                  freeze: layer3
                  freeze-norm: frozen-statistics
                data:
                  dataset: folder
                  dir: /data/images
                  labels: labels.csv
                  fold: 2
                  image-size: 224
                  augment:
                    - random-resized-crop: {size: 224, min-scale: 0.5, interpolation: bicubic, reducing-gap: 2}
                    - horizontal-flip
                    - pad-crop: {}
                    - color-jitter: {brightness: 0.4, hue: 0.1}
                    - rand-augment: {magnitude: 7}
                    - trivial-augment-wide
                    - random-erasing: {p: 0.25, color: [0, 1, 255]}
                  eval: [resize: {size: 256}, center-crop: {size: 224}]
                  normalize: {mean: [0.1, .2, 3e-1], std: [1, 2, 3]}
                  val-fraction: 0
                  limit: 100
                  sampling: balanced
                  class-weights: {ant: 0.5, bee: 2}
                  views: 4
                  feature-cache: 0.5
                  workers: 3
                  on-bad-image: skip
                  check-images: false
                  patches: 20
                  follow-links: true
                  max-pixels: 500000000
                train:
                  epochs: +7
                  batch-size: 32
                  seed: -9000000000
                  label-smoothing: 0.1
                  mix: {mixup: 0.2, cutmix: 1}
                  accumulate: 4
                  lr-batch: 256
                  clip-norm: 5
                  ema-decay: 0.999
                  patience: 3
                  checkpoint-every: 500
                  eval-every: 2
                  keep-checkpoints: 1
                optimizer:
                  type: sgd
                  lr: 1e-4
                  momentum: 0.8
                  nesterov: true
                  weight-decay: 5E-4
                  decay-on: no-norm-bias
                  groups:
                    - {parts: [stem, layer1.0], lr-factor: 0.1, thaw: 3, freeze-norm: train}
                    - parts: [head]
                      weight-decay: 0
                schedule:
                  type: multi-step
                  milestones: [0.5, 3]
                  gamma: 0.2
                  warmup: {kind: constant, iterations: 400, lr: 0.01}
                engine: dl4j
                output: {dir: out}
                expect: {top1: 76.13, tolerance: 0.5, source: "a, b"}
                """);
        assertThat(config)
                .isEqualTo(new RunConfig(
                        "all.of-it_1",
                        "classification",
                        new ModelConfig(
                                "resnet50.tv_in1k",
                                Optional.of(3),
                                Optional.of("some where/model.zip"),
                                Optional.of("names.map"),
                                true,
                                Optional.of(ChannelOrder.BGR),
                                Optional.of(Map.of("groups", "32", "zero-init-residual", "true")),
                                Optional.of("a-end"),
                                Optional.of(true),
                                Optional.of("layer3"),
                                FreezePlan.Norms.FROZEN_STATISTICS),
                        new DataConfig(
                                DatasetKind.FOLDER,
                                Optional.of(Path.of("/data/images")),
                                Optional.of(Path.of("labels.csv")),
                                Optional.of("2"),
                                Optional.of(224),
                                List.of(
                                        new RandomResizedCrop(
                                                224, 0.5, 1, 3.0 / 4, 4.0 / 3, Interpolation.BICUBIC, Optional.of(2.0)),
                                        new HorizontalFlip(0.5),
                                        new PadCrop(4),
                                        new ColorJitter(0.4, 0, 0, 0.1),
                                        new RandAugment(2, 7),
                                        new TrivialAugmentWide(),
                                        new RandomErasing(0.25, 0.02, 0.33, 0.3, 3.3, List.of(0, 1, 255))),
                                Optional.of(List.of(new Resize(256, Interpolation.BILINEAR), new CenterCrop(224))),
                                Optional.of(new NormalizeConfig(List.of(0.1, 0.2, 0.3), List.of(1.0, 2.0, 3.0))),
                                0,
                                Optional.of(100),
                                DataConfig.Sampling.BALANCED,
                                Optional.of(new ClassWeights(false, Map.of("ant", 0.5, "bee", 2.0))),
                                Optional.of(4),
                                0.5,
                                Optional.of(3),
                                DataConfig.OnBadImage.SKIP,
                                false,
                                20,
                                true,
                                500_000_000),
                        new TrainConfig(
                                7,
                                32,
                                -9_000_000_000L,
                                new LossConfig(0.1, new MixConfig(Optional.of(0.2), Optional.of(1.0))),
                                new StepConfig(4, Optional.of(5.0), Optional.of(0.999), Optional.of(256)),
                                new MonitoringConfig(Optional.of(3), 500, 2, 1)),
                        new Sgd(
                                1e-4,
                                0.8,
                                true,
                                5e-4,
                                DecayOn.NO_NORM_BIAS,
                                List.of(
                                        new GroupConfig(
                                                List.of("stem", "layer1.0"),
                                                0.1,
                                                Optional.empty(),
                                                Optional.of(3),
                                                Optional.of(FreezePlan.Norms.TRAIN)),
                                        new GroupConfig(
                                                List.of("head"),
                                                1,
                                                Optional.of(0.0),
                                                Optional.empty(),
                                                Optional.empty()))),
                        new ScheduleConfig.MultiStep(
                                List.of(0.5, 3.0),
                                0.2,
                                Optional.of(new Warmup(
                                        Warmup.Kind.CONSTANT,
                                        Optional.empty(),
                                        Optional.of(400),
                                        Optional.of(0.01),
                                        Optional.empty()))),
                        Engine.DL4J,
                        new OutputConfig(Path.of("out")),
                        Optional.of(new ExpectConfig(76.13, 0.5, "a, b"))));
        assertThat(load(config.toYaml())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type: adamw, lr: 0.001",
                "type: adamw, lr: 0.001, beta1: 0, beta2: 0.99, eps: 1e-6, weight-decay: 0.05, decay-on: all",
                "type: adamw, lr: 0.001, groups: [{parts: [layer1, layer2], lr-factor: 0}]"
            })
    void optimizersReadBackEqual(String optimizer) throws IOException {
        RunConfig config = load(SMALLEST.replace("type: sgd, lr: 0.1", optimizer));
        assertThat(config.optimizer()).isInstanceOf(OptimizerConfig.Adamw.class);
        assertThat(load(config.toYaml())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type: constant",
                "type: constant, warmup: {epochs: 0.5, factor: 0.1}",
                "type: multi-step, milestones: [30, 60.5]",
                "type: cosine, min-lr: 1e-10",
                "type: one-cycle",
                "type: one-cycle, max-lr: 0.123456789012345678, pct-start: 0.1, div: 1, final-div: 1e300"
            })
    void schedulesReadBackEqual(String schedule) throws IOException {
        RunConfig config = load(SMALLEST.replace("type: constant", schedule));
        assertThat(load(config.toYaml())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "no",
                "null",
                "~",
                "12",
                "1e3",
                "0x1F",
                ".5",
                "..",
                "- a",
                "a: b",
                "a #b",
                " a ",
                "a\nb\tc",
                "\"q\"",
                "C:\\x",
                "[a]",
                "{a}",
                "*a",
                "&a",
                "!a",
                "%a",
                "@a",
                "\u00e9t\u00e9",
                "\ud83d\ude00",
                "\u001b[31m",
                "a\u2028",
                "\u0085b",
                "a/b c",
                "2020-01-01",
                "'"
            })
    void textReadsBackEqual(String text) throws IOException {
        RunConfig plain = load(SMALLEST);
        RunConfig config = new RunConfig(
                plain.name(),
                plain.task(),
                new ModelConfig(
                        text,
                        Optional.empty(),
                        Optional.of(text),
                        Optional.of(text),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(text),
                        FreezePlan.Norms.TRAIN),
                plain.data(),
                plain.train(),
                plain.optimizer(),
                plain.schedule(),
                plain.engine(),
                new OutputConfig(Path.of(text)),
                Optional.of(new ExpectConfig(50, 1, text)));
        assertThat(load(config.toYaml())).isEqualTo(config);
    }

    @Test
    void writesWhatPeopleWouldWrite() throws IOException {
        write("base.yaml", SMALLEST);
        write("x.yaml", """
                base: base.yaml
                data: {augment: [pad-crop], normalize: cifar10}
                schedule: {type: multi-step, milestones: [82, 123]}
                """);
        ConfigLoader.Loaded loaded = ConfigLoader.load(
                folder.resolve("x.yaml"),
                set("expect.top1=91.25", "expect.tolerance=0.5", "expect.source=He et al. 2015"));
        assertThat(loaded.resolvedYaml())
                .isEqualTo("""
                        name: t
                        task: classification
                        model:
                          name: resnet20-cifar
                          ema: false
                          freeze-norm: frozen
                        data:
                          dataset: folder
                          augment:
                            - pad-crop: {padding: 4}
                          normalize: cifar10
                          val-fraction: 0.2
                          sampling: all
                          feature-cache: 10
                          on-bad-image: fail
                          check-images: true
                          patches: 1
                          follow-links: false
                          max-pixels: 89478485
                        train:
                          epochs: 2
                          batch-size: 4
                          seed: 1
                          label-smoothing: 0
                          mix: {}
                          accumulate: 1
                          checkpoint-every: 0
                          eval-every: 1
                          keep-checkpoints: 2
                        optimizer:
                          type: sgd
                          lr: 0.1
                          momentum: 0.9
                          nesterov: false
                          weight-decay: 0.0001
                          decay-on: all
                          groups: []
                        schedule:
                          type: multi-step
                          milestones: [82, 123]
                          gamma: 0.1
                        engine: auto
                        output:
                          dir: runs
                        expect:
                          top1: 91.25
                          tolerance: 0.5
                          source: He et al. 2015
                        """)
                .isEqualTo(loaded.config().toYaml());
    }

    @Test
    void mergesMapsAndReplacesLists() throws IOException {
        Files.createDirectory(folder.resolve("deep"));
        write("root.yaml", SMALLEST + "expect: {top1: 1, tolerance: 1, source: x}\n");
        write("deep/mid.yaml", "base: ../root.yaml\nschedule: {type: multi-step, milestones: [10, 20], gamma: 0.5}\n");
        write("x.yaml", "base: deep/mid.yaml\ntrain: {epochs: 9}\nschedule: {milestones: [5]}\nexpect: null\n");
        RunConfig config =
                ConfigLoader.load(folder.resolve("x.yaml"), List.of()).config();
        assertThat(config.train().epochs()).isEqualTo(9);
        assertThat(config.train().batchSize()).isEqualTo(4);
        assertThat(config.schedule()).isEqualTo(new ScheduleConfig.MultiStep(List.of(5.0), 0.5, Optional.empty()));
        assertThat(config.expect()).isEmpty();
    }

    @Test
    void aDifferentTypeReplacesTheWholeMap() throws IOException {
        write("base.yaml", SMALLEST.replace("type: constant", "type: multi-step, milestones: [1]"));
        write("x.yaml", "base: base.yaml\nschedule: {type: cosine}\n");
        assertThat(ConfigLoader.load(folder.resolve("x.yaml"), List.of())
                        .config()
                        .schedule())
                .isEqualTo(new ScheduleConfig.Cosine(0, Optional.empty()));
        assertThat(ConfigLoader.load(folder.resolve("base.yaml"), set("schedule.min-lr=0.5", "schedule.type=cosine"))
                        .config()
                        .schedule())
                .isEqualTo(new ScheduleConfig.Cosine(0.5, Optional.empty()));
    }

    /** Goyal et al. 2017: 0.1 for 256 images. */
    @Test
    void theLearningRateFollowsTheImagesOfAStep() {
        String text = """
                name: goyal
                model: {name: resnet50}
                data: {dataset: imagenet, dir: images}
                train: {epochs: 90, batch-size: 512, accumulate: 16, lr-batch: 256}
                optimizer: {type: sgd, lr: 0.1}
                schedule: {type: multi-step, milestones: [30, 60, 80], warmup: {epochs: 5, lr: 0.1}}
                """;
        assertThat(ConfigLoader.parse(text, "goyal.yaml", List.of()).config().lr())
                .isEqualTo(3.2);
        assertThat(ConfigLoader.parse(text.replace(", lr-batch: 256", ""), "goyal.yaml", List.of())
                        .config()
                        .lr())
                .isEqualTo(0.1);
    }

    @Test
    void overridesWinAndTheLastOfThemMost() throws IOException {
        write("x.yaml", SMALLEST);
        RunConfig config = ConfigLoader.load(
                        folder.resolve("x.yaml"),
                        set(
                                "train.epochs=5",
                                "train.epochs=6",
                                "train={batch-size: 8}",
                                "data.augment=[pad-crop, {horizontal-flip: {p: 1}}]",
                                "data.dir=a=b",
                                "data.limit=null",
                                "optimizer.lr=1e-3"))
                .config();
        assertThat(config.train().epochs()).isEqualTo(6);
        assertThat(config.train().batchSize()).isEqualTo(8);
        assertThat(config.data().augment()).containsExactly(new PadCrop(4), new HorizontalFlip(1));
        assertThat(config.data().dir()).contains(Path.of("a=b"));
        assertThat(config.data().limit()).isEmpty();
        assertThat(config.optimizer().lr()).isEqualTo(1e-3);
    }

    @Test
    void acceptsWindowsLinesByteOrderMarkAndDocumentMarkers() throws IOException {
        assertThat(load("\uFEFF---\r\n" + SMALLEST.replace("\n", "\r\n") + "...\r\n"))
                .isEqualTo(load(SMALLEST));
    }

    @Test
    void recordsRefuseWhatFilesMayNotSay() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrainConfig(0, -1, 1, LossConfig.PLAIN, StepConfig.PLAIN, MonitoringConfig.PLAIN))
                .withMessage("epochs: must be at least 1, not 0; batch-size: must be at least 1, not -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(Double.NaN, 0.9, false, Double.POSITIVE_INFINITY, DecayOn.ALL, List.of()))
                .withMessage("lr: must be greater than 0, not NaN; weight-decay: must be at least 0, not Infinity");
    }

    @Test
    void warmupConvertsToIterationsAndLearningRate() {
        Warmup byEpochs =
                new Warmup(Warmup.Kind.LINEAR, Optional.of(0.5), Optional.empty(), Optional.empty(), Optional.of(0.1));
        Warmup byIterations = new Warmup(
                Warmup.Kind.CONSTANT, Optional.empty(), Optional.of(400), Optional.of(0.01), Optional.empty());
        assertThat(byEpochs.iterations(391)).isEqualTo(196);
        assertThat(byEpochs.startLr(0.5)).isEqualTo(0.05);
        assertThat(byIterations.iterations(391)).isEqualTo(400);
        assertThat(byIterations.startLr(0.5)).isEqualTo(0.01);
    }

    /** A mistake must be answered at once: with the numeric library out of reach, loading still works. */
    @Test
    void needsNoNumericLibrary() throws Exception {
        write("x.yaml", SMALLEST.replace("normalize", "augment: [horizontal-flip], normalize"));
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            classPath.add(new File(entry).toURI().toURL());
        }
        try (URLClassLoader bare = new WithoutNd4j(classPath.toArray(URL[]::new))) {
            Object loaded = bare.loadClass(ConfigLoader.class.getName())
                    .getMethod("load", Path.class, List.class)
                    .invoke(null, folder.resolve("x.yaml"), List.of());
            assertThat(loaded.getClass().getClassLoader()).isSameAs(bare);
        }
    }

    private static final class WithoutNd4j extends URLClassLoader {
        WithoutNd4j(URL[] classPath) {
            super(classPath, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("org.nd4j.")
                    || name.startsWith("org.deeplearning4j.")
                    || name.startsWith("org.bytedeco.")) {
                throw new ClassNotFoundException(name + " is out of reach");
            }
            return super.findClass(name);
        }
    }

    private static List<Setting> set(String... assignments) {
        return Stream.of(assignments).map(Setting::set).toList();
    }

    private RunConfig load(String yaml) throws IOException {
        write("loaded.yaml", yaml);
        return ConfigLoader.load(folder.resolve("loaded.yaml"), List.of()).config();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    @Test
    void optionsHaveShortFormsAndTheCommandLineWins() throws IOException {
        String model = "model: {name: resnet50, shortcut: a, options: {stride-on: first-1x1, shortcut: a}}\n";
        write("x.yaml", SMALLEST.replaceFirst("model: .*\n", model));
        List<Setting> settings = ModelConfig.settings(Map.of("shortcut", "c", "groups", "2"));

        assertThat(ConfigLoader.load(folder.resolve("x.yaml"), List.of())
                        .config()
                        .model()
                        .chosenOptions())
                .isEqualTo(Map.of("shortcut", "a", "stride-on", "first-1x1"));
        ConfigLoader.Loaded loaded = ConfigLoader.load(folder.resolve("x.yaml"), settings);
        assertThat(loaded.config().model().chosenOptions())
                .isEqualTo(Map.of("shortcut", "c", "stride-on", "first-1x1", "groups", "2"));
        assertThat(loaded.resolvedYaml())
                .contains("  options:\n    groups: \"2\"\n    shortcut: c\n    stride-on: first-1x1\n");
        assertThat(load(loaded.resolvedYaml())).isEqualTo(loaded.config());
    }
}
