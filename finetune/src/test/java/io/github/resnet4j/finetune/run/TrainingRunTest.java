package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.RunLockedException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.report.Provenance;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.internal.task.ShippedModel;
import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs of ResNet-20 on three classes of eight images; the first one, {@code base}, is what the others compare with. */
final class TrainingRunTest {
    private static final String[] CLASSES = {"ant", "bee", "cat"};

    @TempDir
    static Path shared;

    private static Path data;
    private static Path base;
    private static TrainingRun.Summary summary;
    private static TrainingRun.Summary peak;

    @TempDir
    Path runs;

    @BeforeAll
    static void trainOnce() throws IOException {
        data = TinyData.write(shared.resolve("data"), 8, 8, CLASSES);
        summary = new TinyData.Runner(TinyData.config(data, shared.resolve("runs"))).run();
        base = summary.folder();
    }

    @Test
    void leavesTheWholeFolder() throws IOException {
        assertThat(names(base))
                .containsExactlyInAnyOrder(
                        ".lock",
                        "checkpoints",
                        "config.yaml",
                        "confusion.png",
                        "curves.png",
                        "events.out.tfevents.resnet4j",
                        "last.zip",
                        "log.csv",
                        "model.zip",
                        "MODEL_CARD.md",
                        "provenance.json",
                        "report.html",
                        "report.json");
        assertThat(names(base.resolve("checkpoints"))).containsExactlyInAnyOrder("ckpt-000000004", "ckpt-000000008");
        assertThat(ConfigLoader.load(base.resolve("config.yaml"), List.of()).config())
                .isEqualTo(TinyData.config(data, shared.resolve("runs"), "data.eval=[]")
                        .config());
        assertThat(base.resolve("report.html")).content().contains("</html>").contains("tiny");
        assertThat(base.resolve("provenance.json")).content().contains("resnet20-cifar");

        List<EpochRow> rows = CsvLog.read(base.resolve("log.csv"), Classification.METRICS);
        assertThat(rows).extracting(EpochRow::epoch).containsExactly(1, 2);
        assertThat(rows).extracting(EpochRow::iterations).containsExactly(4L, 8L);
        EpochRow best = EpochRow.best(rows).orElseThrow();
        assertThat(summary.model()).isEqualTo(best);
        assertThat(summary.last()).isEqualTo(rows.get(1));
        assertThat(summary.loss()).isEqualTo(best.valLoss());
        assertThat(summary.top1()).isEqualTo(best.val(Metric.TOP1));
        assertThat(summary.images()).isEqualTo(3 * TinyData.VAL);
        assertThat(summary.iterations()).isEqualTo(8);
        assertThat(summary.metrics()).containsEntry(Metric.TOP5, Double.NaN);

        ModelCard card = ModelArchive.readCard(base.resolve("model.zip"));
        assertThat(card.classes()).containsExactly(CLASSES);
        assertThat(card.provenance()).containsEntry("run", "tiny").containsEntry("initialWeights", "random, seed 1");
    }

    @Test
    void theReportComparesWithOtherRuns() throws IOException {
        Path run = new TinyData.Runner(TinyData.config(data, runs, "name=second", "train.epochs=1"))
                .beside(base)
                .run()
                .folder();
        assertThat(run.resolve("report.html"))
                .content()
                .contains("Beside other runs", " tiny (" + Numbers.percent(summary.top1()) + "), in ");
        RunOutcome first = RunOutcome.read(List.of(base)).get(0);
        assertThat(first.name()).isEqualTo("tiny");
        assertThat(first.start()).isEqualTo("random, seed 1");
        assertThat(first.epochs()).isEqualTo(2);
        assertThat(first.top1()).isEqualTo(summary.top1());
        assertThat(first.seconds()).isEqualTo(summary.seconds());
    }

    @Test
    void otherImagesDoNotCompare() throws IOException {
        Path other = TinyData.write(runs.resolve("other"), 9, 9, CLASSES);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> new TinyData.Runner(TinyData.config(other, runs))
                        .beside(base)
                        .run())
                .withMessage(
                        "tiny was evaluated on other validation images than this run will be, so their accuracies do"
                                + " not compare");
        assertThat(runs.resolve("tiny")).doesNotExist();
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> new TinyData.Runner(TinyData.config(data, runs))
                        .beside(runs)
                        .run())
                .withMessage(runs + ": is not the folder of a complete run, as it has no report.json");
    }

    @Test
    void theModelIsCalibratedOnTheValidationImages() throws IOException {
        Path model = base.resolve("model.zip");
        PreparedRun start = TinyData.start(TinyData.config(data, runs).config());
        RunImages inputs = start.resolved().images("a test");
        try (Predictor predictor = Predictor.open(model, 6, Engine.AUTO);
                BatchLoader images = new BatchLoader(
                        inputs.val(),
                        inputs.evalPipeline()::write,
                        3,
                        8,
                        8,
                        new LoaderOptions(6, 1, 1, 2, false, BadImages.FAIL))) {
            Evaluation own =
                    Evaluation.of(predictor.inference(), images, CLASSES.length, "tiny", done -> {}, () -> false);
            TemperatureScaling expected = TemperatureScaling.of(own.scores());
            ModelCard card = ModelArchive.readCard(model);
            Path copy = runs.resolve("copy.zip");
            ModelArchive.Loaded loaded = ModelArchive.read(model, NetworkGraph.Options.seeded(1));
            ModelArchive.write(copy, card.withTemperature(OptionalDouble.of(7)), loaded.graph());

            ModelCard finished = ShippedModel.finish(
                    copy, described -> described.withTemperature(expected.kept()), described -> "# described\n");

            assertThat(own.top1()).isEqualTo(summary.top1());
            assertThat(finished.temperature()).isEqualTo(expected.kept());
            assertThat(ModelArchive.readCard(copy)).isEqualTo(finished).isEqualTo(card);
            assertThat(entry(copy)).isEqualTo("# described\n");
            assertThat(entry(model))
                    .isEqualTo(Files.readString(base.resolve("MODEL_CARD.md")))
                    .startsWith("# tiny\n");
            assertThat(TinyData.coefficients(copy)).isEqualTo(TinyData.coefficients(model));
        }
    }

    private static String entry(Path model) throws IOException {
        try (ZipFile zip = new ZipFile(model.toFile())) {
            return new String(zip.getInputStream(zip.getEntry("MODEL_CARD.md")).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void saysFirstWhatComputesAndWritesItDown() throws IOException {
        TinyData.Runner runner = run(TinyData.config(data, runs, "engine=dl4j", "train.epochs=1"));
        EngineUse used = runner.run().engine();
        assertThat(used.running()).isEqualTo(Engine.DL4J);
        assertThat(runner.said()).startsWith("DL4J (as requested): resnet20-cifar, ");
        assertThat(Provenance.read(runs.resolve("tiny/provenance.json")).engine())
                .isEqualTo("dl4j");
        assertThat(runs.resolve("tiny/report.html")).content().contains("DL4J (as requested)");
    }

    /** Nothing of such a batch is ever allocated: the refusal comes before the folder of the run. */
    @Test
    void aBatchOf2GiBIsRefusedFirst() {
        long most = (1L << 31) / 4 / (3 * 8 * 8);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, runs, "train.batch-size=" + (most + 1)))
                        .run())
                .withMessage("train.batch-size: a batch of " + (most + 1)
                        + " images of 3x8x8 exceeds 2 GiB, the limit of one batch; use at most " + most);
        assertThat(runs).isEmptyDirectory();
    }

    /** Eight images of red and one of green: a warning that says what to do, and doing it. */
    @Test
    void classesOfVeryDifferentSizeAreSaid() throws IOException {
        Path uneven = TinyData.write(runs.resolve("uneven"), 8, 8, "green", "red");
        for (int i = 1; i < TinyData.TRAIN; i++) {
            Files.delete(uneven.resolve("train/green/" + i + ".png"));
        }
        TinyData.Runner plain = run(TinyData.config(uneven, runs, "name=plain", "train.epochs=1"));
        plain.run();
        assertThat(plain.said())
                .contains("warning: the classes differ much in size, from green with 1 image to red with 8;"
                        + " --set data.sampling=balanced shows all of them equally often, --set"
                        + " data.class-weights=balanced has each image of a small one count more");

        TinyData.Runner balanced =
                run(TinyData.config(uneven, runs, "name=balanced", "train.epochs=1", "data.sampling=balanced"));
        balanced.run();
        assertThat(balanced.said()).doesNotContain("warning: the classes");
        assertThat(TinyData.coefficients(runs.resolve("balanced/model.zip")))
                .isNotEqualTo(TinyData.coefficients(runs.resolve("plain/model.zip")));
        TinyData.Runner other = run(TinyData.config(uneven, runs, "name=balanced", "train.epochs=2"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> other.resume().run())
                .withMessageContaining("sampling none (was balanced)");
    }

    /** In the terminal, at the head of the page and in its section; and the patience that a cosine does not go with. */
    @Test
    void validationImagesThatWereTrainedOnAreSaid() throws IOException {
        Path copies = TinyData.write(runs.resolve("copies"), 8, 8, "green", "red");
        for (int i = TinyData.TRAIN; i < TinyData.TRAIN + 3; i++) {
            Files.copy(copies.resolve("val/red/" + i + ".png"), copies.resolve("train/red/" + i + ".png"));
        }
        TinyData.Runner runner = run(TinyData.config(copies, runs, "name=copies", "train.patience=1"));
        runner.run();
        String words =
                "3 of 8 validation images equal or look like a training image, so the accuracy flatters the model;"
                        + " see Duplicates in the report";
        assertThat(runner.said()).containsOnlyOnce(words);
        assertThat(runs.resolve("copies/report.html")).content().contains(words + ".");
        assertThat(runs.resolve("copies/report.json")).content().contains("\"exact\":3,\"alike\":0");
        assertThat(runner.said())
                .containsOnlyOnce("warning: train.patience may end the run while the learning rate is still high");

        TinyData.Runner without = run(TinyData.config(data, runs, "name=none", "train.patience=2"));
        without.run();
        assertThat(without.said()).doesNotContain("flatters", "warning: train.patience");
    }

    /** With eight of red and one of green, red counts 9/16 and green 9/2; a map says the same. */
    @Test
    void weighsTheClassesOfTheLoss() throws IOException {
        Path uneven = TinyData.write(runs.resolve("uneven"), 8, 8, "green", "red");
        for (int i = 1; i < TinyData.TRAIN; i++) {
            Files.delete(uneven.resolve("train/green/" + i + ".png"));
        }
        TinyData.Runner balanced =
                run(TinyData.config(uneven, runs, "name=balanced", "train.epochs=1", "data.class-weights=balanced"));
        balanced.run();
        assertThat(balanced.said()).doesNotContain("warning: the classes");
        run(TinyData.config(uneven, runs, "name=map", "train.epochs=1", "data.class-weights={green: 4.5, red: 0.5625}"))
                .run();
        run(TinyData.config(uneven, runs, "name=plain", "train.epochs=1")).run();
        byte[] weighted = TinyData.coefficients(runs.resolve("balanced/last.zip"));
        assertThat(TinyData.coefficients(runs.resolve("map/last.zip"))).isEqualTo(weighted);
        assertThat(TinyData.coefficients(runs.resolve("plain/last.zip"))).isNotEqualTo(weighted);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(uneven, runs, "name=balanced", "train.epochs=2"))
                        .resume()
                        .run())
                .withMessageContaining("weights of the classes none (was balanced)");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(uneven, runs, "name=bad", "data.class-weights={gren: 2}"))
                        .run())
                .withMessage("data.class-weights: the data has no class gren; did you mean green?");
    }

    /** PyTorch: Expected more than 1 value per channel when training. */
    @Test
    void aBatchOfOneImageIsRefusedWhereItsMapsAreOneValue() throws IOException {
        Path points = TinyData.write(runs.resolve("points"), 4, 4, CLASSES);
        for (String alone : List.of("train.batch-size=1", "data.limit=1")) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> run(TinyData.config(points, runs, "data.image-size=4", alone))
                            .run())
                    .withMessageContaining("layer3.0.bn1 normalises maps of 1×1")
                    .withMessageContaining("at least 2 images");
        }
    }

    @Test
    void aLastBatchOfOneImageIsLeftOutWhereItsMapsAreOneValue() throws IOException {
        Path points = TinyData.write(runs.resolve("points"), 4, 4, CLASSES);
        TinyData.Runner runner =
                run(TinyData.config(points, runs, "data.image-size=4", "train.batch-size=23", "train.epochs=1"));
        assertThat(runner.run().iterations()).isEqualTo(1);
        assertThat(runner.said()).contains("one image is left out of every epoch", "layer3.0.bn1");
        TinyData.Runner larger =
                run(TinyData.config(data, runs, "name=larger", "train.batch-size=23", "train.epochs=1"));
        assertThat(larger.run().iterations()).isEqualTo(2);
        assertThat(larger.said()).doesNotContain("left out");
    }

    @Test
    void resumesWithAnotherEngineAndSaysSo() throws IOException {
        String constant = "schedule={type: constant}";
        run(TinyData.config(data, runs, "engine=dl4j", "train.epochs=1", constant))
                .run();
        TinyData.Runner runner =
                run(TinyData.config(data, runs, "engine=onednn", constant)).resume();
        TrainingRun.Summary result = whereOneDnnIs(runner);
        assertThat(runner.said())
                .startsWith("oneDNN engine: ")
                .contains("resumed at iteration 4 (epoch 2); the engines of this run, in order: dl4j, onednn");
        assertThat(result.engine().running()).isEqualTo(Engine.ONEDNN);
        assertThat(Provenance.read(runs.resolve("tiny/provenance.json")).engine())
                .isEqualTo("dl4j, onednn");
    }

    private static TrainingRun.Summary whereOneDnnIs(TinyData.Runner runner) throws IOException {
        try {
            return runner.run();
        } catch (EngineUnavailableException e) {
            return Assumptions.abort(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theSameSeedGivesTheSameBytesWithAnyNumberOfWorkers(int workers) throws IOException {
        run(TinyData.config(data, runs, "data.workers=" + workers)).run();
        assertSameResult(runs.resolve("tiny"));
    }

    @Test
    void anotherSeedGivesOtherBytes() throws IOException {
        run(TinyData.config(data, runs, "train.seed=2", "train.epochs=1")).run();
        assertThat(Files.mismatch(runs.resolve("tiny/model.zip"), base.resolve("model.zip")))
                .isNotNegative();
    }

    /** Within the first epoch, within its evaluation, within the second epoch. */
    @ParameterizedTest
    @CsvSource({"2, 2", "5, 4", "8, 6"})
    void aStoppedRunGoesOnAsIfNothingHadHappened(int questions, int iterations) throws IOException {
        ConfigLoader.Loaded config = TinyData.config(data, runs);
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(config).stopAfter(questions).run());
        Path folder = runs.resolve("tiny");
        assertThat(folder.resolve("last.zip")).doesNotExist();
        TinyData.Runner resumed = run(config).resume();
        TrainingRun.Summary result = resumed.run();
        assertThat(resumed.said()).contains("resumed at iteration " + iterations + " ");
        assertThat(result.loss()).isEqualTo(summary.loss());
        assertSameResult(folder);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            schedule={type: constant} | epochs 2 (was 1)
            schedule={type: multi-step, milestones: [1]} | epochs 2 (was 1)
            schedule={type: cosine} | epochs 2 (was 1): the schedule now spans all of these
            schedule={type: one-cycle} | epochs 2 (was 1): the schedule now spans all of these
            """)
    void resumingAFinishedRunWithMoreEpochsGoesOnAndSaysWhatThatMeans(String schedule, String remark)
            throws IOException {
        run(TinyData.config(data, runs, "train.epochs=1", schedule)).run();
        EpochRow first = CsvLog.read(runs.resolve("tiny/log.csv"), Classification.METRICS)
                .get(0);
        TinyData.Runner two =
                run(TinyData.config(data, runs, "train.epochs=2", schedule)).resume();
        TrainingRun.Summary result = two.run();
        assertThat(two.said().lines()).contains("resumed at iteration 4 (epoch 2)");
        assertThat(two.said().lines().filter(line -> line.startsWith("epochs 2")))
                .singleElement()
                .asString()
                .startsWith(remark)
                .satisfies(line -> assertThat(line.contains("spans")).isEqualTo(remark.contains("spans")));
        assertThat(result.iterations()).isEqualTo(8);
        List<EpochRow> rows = CsvLog.read(runs.resolve("tiny/log.csv"), Classification.METRICS);
        assertThat(rows).extracting(EpochRow::epoch).containsExactly(1, 2);
        assertThat(rows.get(0)).isEqualTo(first);
    }

    @Test
    void refusesToResumeIntoFewerEpochsThanAreDone() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, shared.resolve("runs"), "train.epochs=1"))
                        .resume()
                        .run())
                .withMessageContaining("train.epochs is 1, but the checkpoint is from epoch 2");
    }

    /** Steps of evaluation and other validation images are allowed, and told. */
    @Test
    void resumesWithAnotherEvaluationAndSaysSo() throws IOException {
        Path images = TinyData.write(runs.resolve("pictures"), 8, 8, CLASSES);
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(
                        () -> run(TinyData.config(images, runs)).stopAfter(6).run());
        Files.delete(images.resolve("val/ant/8.png"));
        TinyData.Runner resumed = run(TinyData.config(images, runs, "data.eval=[{resize: {size: 8}}]"))
                .resume();
        assertThat(resumed.run().images()).isEqualTo(3 * TinyData.VAL - 1);
        assertThat(resumed.said())
                .contains(
                        "evaluation steps resize (size 8, interpolation bilinear) (was none): from here on, accuracies")
                .contains("the validation images have changed");
    }

    @Test
    void refusesToResumeWithOtherData() throws IOException {
        Path images = TinyData.write(runs.resolve("pictures"), 8, 8, CLASSES);
        run(TinyData.config(images, runs, "train.epochs=1")).run();
        TinyData.Runner resumed = run(TinyData.config(images, runs)).resume();
        Files.copy(images.resolve("train/ant/0.png"), images.resolve("train/ant/00.png"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(resumed::run)
                .withMessageContaining("data: 1 image more than when it was saved (then 24, now 25);");
        Files.delete(images.resolve("train/ant/00.png"));
        Files.delete(images.resolve("train/ant/1.png"));
        Files.delete(images.resolve("train/bee/1.png"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(resumed::run)
                .withMessageContaining("data: 2 images fewer than when it was saved (then 24, now 22);");
        Files.copy(images.resolve("train/ant/0.png"), images.resolve("train/ant/1b.png"));
        Files.copy(images.resolve("train/ant/0.png"), images.resolve("train/bee/1b.png"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(resumed::run)
                .withMessageContaining("data: files or sizes differ from when it was saved (still 24 images);");
    }

    @Test
    void refusesClassesWhoseNamesAModelCannotKeepBeforeTraining() throws IOException {
        Path images = TinyData.write(runs.resolve("odd"), 8, 8, "ant", "be\te", "wasp\n");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(run(TinyData.config(images, runs))::run)
                .withMessageContainingAll(
                        "class folder \"be\te\" contains a control character",
                        "class folder \"wasp\n\" contains a control character",
                        "rename the folder");
        assertThat(runs.resolve("tiny/checkpoints")).doesNotExist();
    }

    @Test
    void refusesToResumeFromOtherInitialWeights() throws IOException {
        String weights = "model.weights='" + base.resolve("model.zip") + "'";
        run(TinyData.config(data, runs, "train.epochs=1", weights)).run();
        Path moved = Files.copy(base.resolve("model.zip"), runs.resolve("moved.zip"));
        String same = "model.weights='" + moved + "'";
        run(TinyData.config(data, runs, same)).resume().run();
        String other = "model.weights='" + runs.resolve("tiny/model.zip") + "'";
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(
                        () -> run(TinyData.config(data, runs, other)).resume().run())
                .withMessageContaining("the initial weights are not those that it began with");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, runs)).resume().run())
                .withMessageContaining("the initial weights are not those that it began with");
    }

    /** A file in the folder's place stands for a disk that is full. Asked again whether to stop after each failure. */
    @Test
    void goesOnWithoutACheckpointThatCannotBeSaved() throws IOException {
        Path place = runs.resolve("tiny/checkpoints");
        TinyData.Runner runner = new TinyData.Runner(TinyData.config(data, runs, "train.checkpoint-every=1"))
                .at(1, () -> change(() -> Files.createFile(place)))
                .at(5, () -> change(() -> Files.delete(place)));
        runner.run();
        assertThat(runner.said().lines().filter(line -> line.endsWith("(training continues)")))
                .hasSize(2)
                .allMatch(line -> line.contains("checkpoints"));
        assertThat(names(place)).containsExactlyInAnyOrder("ckpt-000000007", "ckpt-000000008");
    }

    @Test
    void endsWhenThreeCheckpointsInARowCannotBeSaved() throws IOException {
        Path place = runs.resolve("tiny/checkpoints");
        TinyData.Runner runner = new TinyData.Runner(TinyData.config(data, runs, "train.checkpoint-every=1"))
                .at(1, () -> change(() -> Files.createFile(place)));
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(runner::run);
        assertThat(runner.said().lines().filter(line -> line.endsWith("(training continues)")))
                .hasSize(2);
    }

    @Test
    void aStopWhoseCheckpointCannotBeSavedSaysSo() throws IOException {
        Path place = runs.resolve("tiny/checkpoints");
        TinyData.Runner runner = new TinyData.Runner(TinyData.config(data, runs))
                .stopAfter(1)
                .at(1, () -> change(() -> Files.createFile(place)));
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(runner::run);
    }

    private interface Change {
        void make() throws IOException;
    }

    private static void change(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Found in the evaluation: the epoch is in the checkpoint and the log, and once the file is whole the run goes on. */
    @Test
    void aBadImageInTheValidationCostsNoEpoch() throws IOException {
        Path images = TinyData.write(runs.resolve("pictures"), 8, 8, CLASSES);
        Path image = images.resolve("val/bee/9.png");
        byte[] whole = Files.readAllBytes(image);
        byte[] broken = whole.clone();
        Arrays.fill(broken, 40, broken.length - 12, (byte) 0);
        Files.write(image, broken);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(TinyData.config(images, runs)).run())
                .withMessageContaining("9.png");
        Path folder = runs.resolve("tiny");
        assertThat(names(folder.resolve("checkpoints"))).containsExactly("ckpt-000000004");
        assertThat(CsvLog.read(folder.resolve("log.csv"), Classification.METRICS))
                .singleElement()
                .satisfies(row -> assertThat(row.evaluated()).isFalse())
                .satisfies(row -> assertThat(row.trainLoss()).isPositive());
        Files.write(image, whole);
        TrainingRun.Summary result = run(TinyData.config(images, runs)).resume().run();
        assertThat(result.loss()).isEqualTo(summary.loss());
        assertThat(TinyData.coefficients(folder.resolve("model.zip")))
                .isEqualTo(TinyData.coefficients(base.resolve("model.zip")));
        assertThat(CsvLog.read(folder.resolve("log.csv"), Classification.METRICS))
                .extracting(EpochRow::valLoss)
                .isEqualTo(CsvLog.read(base.resolve("log.csv"), Classification.METRICS).stream()
                        .map(EpochRow::valLoss)
                        .toList());
    }

    /** Six epochs whose last ones destroy what the first have learnt. */
    private static ConfigLoader.Loaded peaking(Path runs) {
        return TinyData.config(
                data,
                runs,
                "train.epochs=6",
                "optimizer.lr=0.02",
                "schedule={type: multi-step, milestones: [3], gamma: 100}");
    }

    /** Such a run, uninterrupted; the tests take copies of it. */
    private static TrainingRun.Summary peak() throws IOException {
        if (peak == null) {
            peak = run(peaking(shared.resolve("peaking"))).run();
        }
        return peak;
    }

    @Test
    void modelZipIsTheBestEpochAndLastZipTheLast() throws IOException {
        TrainingRun.Summary result = peak();
        Path folder = copyOf(result.folder());
        List<EpochRow> rows = CsvLog.read(folder.resolve("log.csv"), Classification.METRICS);
        EpochRow best = EpochRow.best(rows).orElseThrow();
        EpochRow last = rows.get(5);
        assertThat(best.epoch()).isLessThan(6);
        assertThat(result.model()).isEqualTo(best);
        assertThat(result.last()).isEqualTo(last);
        assertThat(result.top1()).isEqualTo(best.val(Metric.TOP1));
        assertThat(result.loss()).isEqualTo(best.valLoss());
        PreparedRun start = TinyData.start(TinyData.config(data, runs).config());
        assertThat(epoch(folder.resolve("model.zip"))).isEqualTo(best.epoch());
        assertThat(TinyData.top1(folder.resolve("model.zip"), start)).isEqualTo(best.val(Metric.TOP1));
        assertThat(epoch(folder.resolve("last.zip"))).isEqualTo(6);
        assertThat(TinyData.top1(folder.resolve("last.zip"), start)).isEqualTo(last.val(Metric.TOP1));
        // The confusion matrix, too, is that of what is shipped.
        long right = Math.round(best.val(Metric.TOP1) * 12);
        assertThat(folder.resolve("report.html"))
                .content()
                .contains(
                        "model.zip is from epoch " + best.epoch() + ", and so is all that this page says",
                        "last.zip is from the last, 6.",
                        right + " of 12 images");
        TrainingRun.Summary again = run(peaking(runs)).resume().run();
        assertThat(again.alreadyComplete()).isTrue();
        assertThat(again.model()).isEqualTo(best);
        assertThat(again.top1()).isEqualTo(best.val(Metric.TOP1));
        assertThat(again.last()).isEqualTo(last);
    }

    /** In the epochs after the best, in the evaluation of {@code model.zip}, and before the report was written. */
    @ParameterizedTest
    @ValueSource(strings = {"within", "evaluating", "report"})
    void aKilledRunKeepsTheBestModel(String when) throws IOException {
        Path whole = peak().folder();
        if (when.equals("report")) {
            copyOf(whole);
            Files.delete(runs.resolve("tiny/last.zip"));
            Files.delete(runs.resolve("tiny/report.html"));
        } else {
            int perEpoch = 4 + 2; // steps, and batches of an evaluation
            assertThatExceptionOfType(StoppedException.class).isThrownBy(() -> run(peaking(runs))
                    .stopAfter(when.equals("within") ? 5 * perEpoch + 2 : 6 * perEpoch + 1)
                    .run());
            assertThat(runs.resolve("tiny/model.zip")).exists();
        }
        run(peaking(runs)).resume().run();
        for (String model : List.of("model.zip", "last.zip")) {
            assertThat(TinyData.coefficients(runs.resolve("tiny").resolve(model)))
                    .isEqualTo(TinyData.coefficients(whole.resolve(model)));
        }
        assertThat(confusion(runs.resolve("tiny"))).isEqualTo(confusion(whole));
    }

    private static String confusion(Path folder) throws IOException {
        String page = Files.readString(folder.resolve("report.html"));
        return page.substring(page.indexOf("id=\"confusion\""), page.indexOf("id=\"gallery\""));
    }

    /** Such a file was left by a run that had gone further than its newest valid checkpoint. */
    @Test
    void aModelOfAnEpochThatIsYetToComeIsReplaced() throws IOException {
        ConfigLoader.Loaded config = TinyData.config(data, runs);
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(config).stopAfter(7).run());
        Path model = runs.resolve("tiny/model.zip");
        assertThat(epoch(model)).isEqualTo(1);
        withEpoch(base.resolve("model.zip"), model, Map.of("epoch", "2"));
        run(config).resume().run();
        if (summary.model().epoch() == 2) {
            assertThat(Files.mismatch(model, base.resolve("model.zip"))).isEqualTo(-1);
        } else {
            assertThat(epoch(model)).isEqualTo(2); // what the first was is gone
            assertThat(runs.resolve("tiny/report.html"))
                    .content()
                    .contains("Epoch 1 was better, but its model was lost");
        }
    }

    /** Its {@code model.zip} was the last epoch's, whose card named none, and {@code best.zip} the best's. */
    @Test
    void aRunOfAnEarlierVersionIsRead() throws IOException {
        Path folder = copyOf(peak().folder());
        Path best = folder.resolve("best.zip");
        byte[] kept = TinyData.coefficients(folder.resolve("model.zip"));
        Files.move(folder.resolve("model.zip"), best);
        withEpoch(folder.resolve("last.zip"), folder.resolve("model.zip"), Map.of());
        Files.delete(folder.resolve("last.zip"));

        TrainingRun.Summary complete = run(peaking(runs)).resume().run();
        assertThat(complete.alreadyComplete()).isTrue();
        assertThat(complete.model()).isEqualTo(complete.last());
        assertThat(best).exists();

        Files.delete(folder.resolve("report.html"));
        TrainingRun.Summary resumed = run(peaking(runs)).resume().run();
        assertThat(resumed.model().epoch()).isLessThan(6);
        assertThat(TinyData.coefficients(folder.resolve("model.zip"))).isEqualTo(kept);
        assertThat(best).doesNotExist();
    }

    private static int epoch(Path model) {
        return Integer.parseInt(ModelArchive.readCard(model).provenance().get("epoch"));
    }

    private static void withEpoch(Path from, Path to, Map<String, String> provenance) throws IOException {
        ModelArchive.Loaded loaded = ModelArchive.read(from, NetworkGraph.Options.seeded(1));
        ModelCard card = loaded.card();
        ModelArchive.write(
                to,
                new ModelCard(
                        card.architecture(),
                        card.options(),
                        card.input(),
                        card.classes(),
                        card.preprocessing(),
                        provenance),
                loaded.graph());
    }

    @Test
    void resumeWithoutACheckpointBeginsAndSaysSo() throws IOException {
        TinyData.Runner runner = run(TinyData.config(data, runs)).resume();
        runner.run();
        assertThat(runner.said()).contains("no valid checkpoint in " + runs.resolve("tiny"));
        assertSameResult(runs.resolve("tiny"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            train.seed=7                      | seed 7 (was 1)
            train.batch-size=8                | batch size 8 (was 6)
            train.label-smoothing=0.1         | label smoothing 0.1 (was 0)
            train.clip-norm=1                 | largest gradient norm 1 (was none)
            optimizer.lr=0.1                  | learning rate 0.1 (was 0.05);
            schedule={type: constant}         | schedule constant (was cosine)
            data.augment=[]                   | augmentation none (was horizontal-flip (p 0.5))
            data.normalize=none               | mean 0, 0, 0 (was 0.4914, 0.4822, 0.4465); standard deviation 1, 1, 1 (was
            data.limit=12                     | data: 12 images fewer than when it was saved (then 24, now 12), with limit 12 (was none)
            data.image-size=16                | input size 3x16x16 (was 3x8x8)
            model.name=resnet32-cifar         | network resnet32-cifar (was resnet20-cifar)
            model.shortcut=b                  | shortcut b (was a)
            model.zero-init-residual=true     | zero-init-residual true (was false)
            model.freeze=layer1               | frozen part layer1 (was none)
            """)
    void refusesToResumeAnotherRunAndLeavesItAsItIs(String override, String difference) throws IOException {
        String before = Files.readString(base.resolve("config.yaml"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, shared.resolve("runs"), override))
                        .resume()
                        .run())
                .withMessageStartingWith("the checkpoint belongs to another run: ")
                .withMessageContaining(difference)
                .withMessageContaining("--overwrite");
        assertThat(base.resolve("config.yaml")).hasContent(before);
        assertThat(base.resolve("model.zip")).exists();
    }

    @Test
    void namesEveryDifference() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(
                                data, shared.resolve("runs"), "train.seed=7", "optimizer.lr=0.1", "model.freeze=stem"))
                        .resume()
                        .run())
                .withMessageContaining("seed 7 (was 1)")
                .withMessageContaining("learning rate 0.1 (was 0.05)")
                .withMessageContaining("frozen part stem (was none)");
    }

    @Test
    void refusesAFolderThatHoldsARun() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(
                        () -> run(TinyData.config(data, shared.resolve("runs"))).run())
                .withMessageContaining(base + " holds an earlier run")
                .withMessageContaining("--resume")
                .withMessageContaining("--overwrite");
    }

    @Test
    void refusesAFileInThePlaceOfTheFolder() throws IOException {
        Files.writeString(runs.resolve("tiny"), "a note");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, runs)).overwrite().run())
                .withMessageContaining("tiny is a file");
        assertThat(runs.resolve("tiny")).hasContent("a note");
    }

    @Test
    void overwriteDeletesWhatARunWritesAndNothingElse() throws IOException {
        Path folder = Files.createDirectories(runs.resolve("tiny"));
        Files.createDirectories(folder.resolve("checkpoints/ckpt-000000999"));
        Files.writeString(folder.resolve("model.zip"), "old");
        Files.writeString(folder.resolve("notes.txt"), "mine");
        Files.createDirectories(folder.resolve("pictures"));
        Files.writeString(folder.resolve("pictures/log.csv"), "mine too");
        Path elsewhere = Files.createDirectories(runs.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("kept"), "mine as well");
        Files.createSymbolicLink(folder.resolve("report.html"), elsewhere);
        run(TinyData.config(data, runs)).overwrite().run();
        assertSameResult(folder);
        assertThat(names(folder.resolve("checkpoints"))).containsExactlyInAnyOrder("ckpt-000000004", "ckpt-000000008");
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
        assertThat(folder.resolve("pictures/log.csv")).hasContent("mine too");
        assertThat(elsewhere.resolve("kept")).hasContent("mine as well");
        assertThat(folder.resolve("report.html")).isRegularFile();
    }

    /** A mistake in the new configuration does not cost the old run. */
    @Test
    void overwriteDeletesNothingUntilTheNewRunCanBegin() throws IOException {
        Path folder = Files.createDirectories(runs.resolve("tiny"));
        Files.writeString(folder.resolve("model.zip"), "old");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, runs, "model.freeze=leyer1"))
                        .overwrite()
                        .run());
        assertThat(folder.resolve("model.zip")).hasContent("old");
    }

    @Test
    void overwriteMayStartFromTheModelThatItReplaces() throws IOException {
        Path folder = Files.createDirectories(runs.resolve("tiny"));
        Path model = Files.copy(base.resolve("model.zip"), folder.resolve("model.zip"));
        run(TinyData.config(data, runs, "model.weights='" + model + "'", "train.epochs=1"))
                .overwrite()
                .run();
        assertThat(ModelArchive.readCard(model).provenance()).containsEntry("initialWeights", model.toString());
    }

    @Test
    void doesNotTouchAFolderInWhichARunIsUnderWay() throws IOException {
        Path folder = Files.createDirectories(runs.resolve("tiny"));
        Files.writeString(folder.resolve("log.csv"), "being written");
        try (RunLock other = RunLock.acquire(folder)) {
            assertThatExceptionOfType(RunLockedException.class)
                    .isThrownBy(
                            () -> run(TinyData.config(data, runs)).overwrite().run());
        }
        assertThat(folder.resolve("log.csv")).hasContent("being written");
    }

    @Test
    void refusesAnotherNumberOfClassesThanTheDataHas() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() ->
                        run(TinyData.config(data, runs, "model.classes=4")).run())
                .withMessage(
                        "model.classes is 4, but the data has 3 classes; leave model.classes out to follow the data");
    }

    @Test
    void refusesAMistypedFreezePointWithSuggestion() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() ->
                        run(TinyData.config(data, runs, "model.freeze=leyer2")).run())
                .withMessageContaining("\"leyer2\"; did you mean layer2?");
    }

    @Test
    void refusesWeightsOfAnotherArchitecture() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(
                                data,
                                runs,
                                "model.name=resnet32-cifar",
                                "model.weights='" + base.resolve("model.zip") + "'"))
                        .run())
                .withMessageContaining("holds a resnet20-cifar, not a resnet32-cifar");
    }

    /** Found before the training, not when its result is to be saved. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data.eval=[{center-crop: {size: 9}}, {center-crop: {size: 8}}]",
                "data.eval=[{center-crop: {size: 8}}, {resize: {size: 8}}]",
                "data.eval=[{resize: {size: 9}}, {resize: {size: 8}}]",
                "data.eval=[horizontal-flip]"
            })
    void refusesAnEvaluationThatAModelCannotKeep(String eval) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(data, runs, eval)).run())
                .withMessageStartingWith("data.eval must be one resize, one center-crop, or both in this order");
        assertThat(runs.resolve("tiny/log.csv")).doesNotExist();
    }

    @Test
    void refusesClassNamesThatAModelCannotKeepBeforeTraining() throws IOException {
        Path odd = TinyData.write(runs.resolve("odd"), 8, 8, "a\tb", "c");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(odd, runs)).run())
                .withMessageContaining("contains a control character");
        assertThat(runs.resolve("tiny/log.csv")).doesNotExist();
    }

    @Test
    void weightsForOtherClassesGetANewHeadAndKeepEverythingElse() throws IOException {
        Path others = TinyData.write(runs.resolve("others"), 8, 8, "ant", "bee", "dog");
        assertHead(others, false);
        Path more = TinyData.write(runs.resolve("more"), 8, 8, "ant", "bee", "cat", "dog");
        assertHead(more, false);
    }

    @Test
    void weightsForTheSameClassesKeepTheirHead() throws IOException {
        assertHead(data, true);
    }

    /** Compares with the archive tensor by tensor before any training. */
    private void assertHead(Path images, boolean kept) throws IOException {
        Path archive = base.resolve("model.zip");
        String weights = "model.weights='" + archive + "'";
        ConfigLoader.Loaded config = TinyData.config(images, runs, weights, "train.seed=5", "model.freeze=layer2");
        PreparedRun start = TinyData.start(config.config());
        ComputationGraph source =
                ModelArchive.read(archive, NetworkGraph.Options.seeded(1)).graph();
        Map<String, INDArray> expected = source.paramTable();
        Map<String, INDArray> actual = start.graph().paramTable();
        assertThat(actual).hasSameSizeAs(expected).hasSizeGreaterThan(60);
        expected.forEach((name, tensor) -> {
            INDArray own = actual.get(name);
            boolean same = own.equalShapes(tensor)
                    && Arrays.equals(
                            own.dup('c').data().asFloat(),
                            tensor.dup('c').data().asFloat());
            assertThat(same).as(name).isEqualTo(kept || !name.startsWith("fc_"));
        });
        assertThat(start.origin())
                .isEqualTo(archive
                        + (kept
                                ? ""
                                : ", with a new classifier for "
                                        + start.network().classes() + " classes"));
    }

    /** Nothing is left to do: the results are told, not computed, and no file is touched. */
    @Test
    void resumingACompleteRunLeavesItAsItIs() throws IOException {
        Path folder = copyOf(base);
        Map<Path, String> before = contents(folder);
        TinyData.Runner again = run(TinyData.config(data, runs)).resume();
        TrainingRun.Summary result = again.run();
        assertThat(result.alreadyComplete()).isTrue();
        assertThat(summary.alreadyComplete()).isFalse();
        assertThat(result)
                .usingRecursiveComparison()
                .ignoringFields("folder", "alreadyComplete", "seconds", "imagesPerSecond", "dataWaitShare", "engine")
                .withEqualsForType(Double::equals, Double.class)
                .isEqualTo(summary);
        assertThat(result.engine().running()).isEqualTo(summary.engine().running());
        assertThat(result.imagesPerSecond()).isPositive();
        assertThat(again.said()).doesNotContain("resumed", "epoch");
        assertThat(contents(folder)).isEqualTo(before);
    }

    @Test
    void aChangedEvaluationHasNoEffectOnACompleteRunAndThatIsSaid() throws IOException {
        Path folder = copyOf(base);
        Map<Path, String> before = contents(folder);
        TinyData.Runner again = run(TinyData.config(data, runs, "data.eval=[{resize: {size: 8}}]"))
                .resume();
        assertThat(again.run().alreadyComplete()).isTrue();
        assertThat(again.said()).contains("without effect on a complete run: evaluation steps resize");
        assertThat(contents(folder)).isEqualTo(before);
    }

    /** Killed after the last evaluation: before the model was written, or before the report was. */
    @ParameterizedTest
    @ValueSource(strings = {"last.zip", "report.html"})
    void resumingARunThatLacksOnlyItsResultsWritesThem(String missing) throws IOException {
        Path folder = copyOf(base);
        Files.delete(folder.resolve(missing));
        Files.deleteIfExists(folder.resolve("report.html"));
        TinyData.Runner again = run(TinyData.config(data, runs)).resume();
        TrainingRun.Summary result = again.run();
        assertThat(again.said())
                .contains("resumed after the last epoch, 2: only the results are missing")
                .doesNotContain("epoch 3");
        assertThat(result.alreadyComplete()).isFalse();
        assertThat(result.loss()).isEqualTo(summary.loss());
        assertThat(folder.resolve("report.html")).isRegularFile();
        assertSameResult(folder);
    }

    /** The report of a shorter run must not make a longer one look complete. */
    @Test
    void aLongerRunHasNoReportUntilItIsComplete() throws IOException {
        Path folder = copyOf(base);
        ConfigLoader.Loaded longer = TinyData.config(data, runs, "train.epochs=3");
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(longer).resume().stopAfter(5).run());
        assertThat(CsvLog.read(folder.resolve("log.csv"), Classification.METRICS))
                .hasSize(2);
        assertThat(folder.resolve("report.html")).doesNotExist();
        assertThat(folder.resolve("model.zip")).exists();
        TrainingRun.Summary result = run(longer).resume().run();
        assertThat(result.alreadyComplete()).isFalse();
        assertThat(CsvLog.read(folder.resolve("log.csv"), Classification.METRICS))
                .hasSize(3);
    }

    @Test
    void keepsAsManyCheckpointsAfterAResumptionAsBefore() throws IOException {
        run(TinyData.config(data, runs, "train.epochs=1", "train.checkpoint-every=1"))
                .run();
        Path checkpoints = runs.resolve("tiny/checkpoints");
        assertThat(names(checkpoints)).containsExactlyInAnyOrder("ckpt-000000003", "ckpt-000000004");
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() ->
                        run(TinyData.config(data, runs)).resume().stopAfter(1).run());
        assertThat(names(checkpoints)).containsExactlyInAnyOrder("ckpt-000000004", "ckpt-000000005");
    }

    /** What has no effect on the training is told with its meaning. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            data.val-fraction=0.4   | val-fraction 0.4 (was 0.2): the training images are the same as before
            data.follow-links=true  | follow-links true (was false): the training images are the same as before
            data.max-pixels=1000000 | max-pixels 1000000 (was 89478485): from here on, this decides which images
            """)
    void saysWhatAChangeInTheReadingOfTheDataMeans(String override, String remark) throws IOException {
        Path folder = copyOf(base);
        TinyData.Runner again =
                run(TinyData.config(data, runs, "train.epochs=3", override)).resume();
        again.run();
        assertThat(again.said()).contains(remark);
        assertThat(CsvLog.read(folder.resolve("log.csv"), Classification.METRICS))
                .hasSize(3);
    }

    @Test
    void refusesAnotherSplitAndSaysWhatMadeIt() throws IOException {
        Path flat = data.resolve("train");
        run(TinyData.config(flat, runs, "train.epochs=1")).run();
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(TinyData.config(flat, runs, "data.val-fraction=0.5"))
                        .resume()
                        .run())
                .withMessageContaining("data: 6 images fewer than when it was saved (then 18, now 12), with"
                        + " val-fraction 0.5 (was 0.2)");
    }

    /** Checkpoints of earlier versions hold some values in another form, which is no difference. */
    @Test
    void resumesFromACheckpointOfAnEarlierVersion() {
        Map<String, String> now = Identity.of(
                TinyData.config(data, runs, "data.eval=[]").config(),
                TinyData.start(TinyData.config(data, runs, "data.eval=[]").config()));
        Map<String, String> saved = new TreeMap<>(now);
        saved.keySet().removeIf(key -> key.startsWith("optimizer.") || key.startsWith("data.normalize."));
        saved.keySet().removeAll(List.of("data.val-fraction", "data.follow-links", "data.max-pixels", "data.limit"));
        saved.put("optimizer", "Sgd[lr=0.05, momentum=0.9, nesterov=false, weightDecay=1.0E-4, decayOn=ALL]");
        saved.put("data.eval", "[]");
        Identity.requireSame(saved, now);
        assertThat(Identity.changes(saved, now, new ScheduleConfig.Constant(Optional.empty())))
                .containsExactly("warning: an earlier version saved the checkpoint, so it is not checked whether these"
                        + " are still the same: data.eval, optimizer");
        saved.put("train.seed", "9");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Identity.requireSame(saved, now))
                .withMessageContaining("another run: seed 1 (was 9);");
    }

    private Path copyOf(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.toList()) {
                Path copy = runs.resolve("tiny").resolve(run.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return runs.resolve("tiny");
    }

    /** Every file's time and bytes, but for the lock's. */
    private static Map<Path, String> contents(Path folder) throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith(".lock")) {
                    contents.put(
                            file, Files.getLastModifiedTime(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    private static void assertSameResult(Path folder) throws IOException {
        assertThat(Files.mismatch(folder.resolve("model.zip"), base.resolve("model.zip")))
                .isEqualTo(-1);
        List<EpochRow> rows = CsvLog.read(folder.resolve("log.csv"), Classification.METRICS);
        List<EpochRow> expected = CsvLog.read(base.resolve("log.csv"), Classification.METRICS);
        assertThat(rows)
                .usingRecursiveComparison()
                .ignoringFields("seconds", "imagesPerSecond", "dataWaitShare")
                .withEqualsForType(Double::equals, Double.class)
                .isEqualTo(expected);
    }

    private static TinyData.Runner run(ConfigLoader.Loaded config) {
        return new TinyData.Runner(config);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
