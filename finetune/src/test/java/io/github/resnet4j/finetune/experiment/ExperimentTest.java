package io.github.resnet4j.finetune.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.RunLockedException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.report.ExperimentReport.Answer;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.UnknownModelException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments of two small networks on images of noise: two runs, two epochs of two iterations each. */
class ExperimentTest {
    private static final int ITERATIONS = 4;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void writeDataAndFiles() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        byte[] records = new byte[12 * 3073];
        new Random(1).nextBytes(records);
        for (int i = 0; i < 12; i++) {
            records[i * 3073] = (byte) (i % 10);
        }
        for (String name : List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")) {
            Files.write(data.resolve(name + ".bin"), records);
        }
        Files.write(data.resolve("test_batch.bin"), records);
        Files.writeString(folder.resolve("base.yaml"), """
                data: {dataset: cifar10, dir: '%s', normalize: cifar10, limit: 12, workers: 1}
                train: {epochs: 2, batch-size: 6}
                optimizer: {type: sgd, lr: 0.01}
                schedule: {type: multi-step, milestones: [1]}
                """.formatted(data));
        Files.writeString(folder.resolve("x.yaml"), """
                name: x
                title: Two networks
                source: nobody
                question: Is one lower than the other?
                runs:
                  - {label: flat, config: {base: base.yaml, name: a, model: {name: plain20-cifar}}}
                  - {label: deep, config: {base: base.yaml, name: b, model: {name: resnet20-cifar}}}
                claims: [{type: comparison, run: deep, has: lower, measure: training-error, than: flat}]
                output: {dir: '%s'}
                """.formatted(folder.resolve("runs")));
    }

    private ExperimentConfig config(String... ofRuns) {
        return ConfigLoader.loadExperiment(
                folder.resolve("x.yaml"),
                List.of(),
                Stream.of(ofRuns).map(Setting::set).toList());
    }

    private Experiment experiment(String... ofRuns) {
        return Experiment.of(config(ofRuns), KeyNames.NONE);
    }

    private Experiment.Outcome run(Experiment experiment, String... only) throws IOException {
        return run(experiment, () -> false, only);
    }

    private Experiment.Outcome run(Experiment experiment, BooleanSupplier stop, String... only) throws IOException {
        return experiment.run(Set.of(only), options(false), view(), stop);
    }

    private TrainingRun.Options options(boolean resume) {
        return new TrainingRun.Options(
                resume,
                false,
                List.of("test"),
                DownloadOptions.standard().withOffline(true),
                KeyNames.NONE,
                new CacheFolder(folder.resolve("cache")));
    }

    private ProgressView view() {
        return ProgressView.lines(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private Path at(String file) {
        return folder.resolve("runs").resolve("x").resolve(file);
    }

    private byte[] coefficients(String run) throws IOException {
        try (ZipFile zip = new ZipFile(at(run + "/model.zip").toFile())) {
            return zip.getInputStream(zip.getEntry("coefficients.bin")).readAllBytes();
        }
    }

    private static BooleanSupplier stopAfter(int questions) {
        AtomicInteger asked = new AtomicInteger();
        return () -> asked.incrementAndGet() >= questions;
    }

    @Test
    void trainsEveryRunAndWritesTheResults() throws IOException {
        Experiment.Outcome outcome = run(experiment());
        assertThat(outcome.folder()).isEqualTo(at("").normalize());
        assertThat(outcome.report().progress()).isEqualTo("2 of 2 runs");
        assertThat(outcome.report().answer()).isNotEqualTo(Answer.OPEN);
        assertThat(outcome.report().warnings())
                .containsExactly(
                        "Only 12 images of each part were used (data.limit); published figures are for" + " all.");
        assertThat(at("report.html"))
                .content()
                .contains("Two networks", "flat-seed1/report.html", "deep-seed1/report.html");
        assertThat(at("curves.png")).isNotEmptyFile();
        assertThat(Files.readAllLines(at("results.csv"))).hasSize(3).satisfies(lines -> assertThat(lines.get(1))
                .startsWith("flat,1,plain20-cifar,done,2,2,2,0."));
        assertThat(at("results.json"))
                .content()
                .contains("\"answer\" : \"" + outcome.json().get("answer") + "\"");
        for (String run : List.of("flat-seed1", "deep-seed1")) {
            assertThat(at(run + "/report.html")).exists();
            assertThat(at(run + "/checkpoints")).isDirectory();
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains(
                        "run 1/2 flat-seed1, 2 epochs; everything takes about ",
                        "run 2/2 deep-seed1  epoch 1/2",
                        " left)");
    }

    @Test
    void goesOnWhereItWasStoppedAndEndsWithTheSameModels() throws IOException {
        run(experiment());
        byte[] flat = coefficients("flat-seed1");
        byte[] deep = coefficients("deep-seed1");
        Files.move(folder.resolve("runs"), folder.resolve("whole"));
        // After each step, and before each evaluated batch.
        assertThatThrownBy(() -> run(experiment(), stopAfter(3))).isInstanceOf(StoppedException.class);
        assertThat(experiment().plan(Set.of()).steps().get(0).state()).isEqualTo("half-done");
        assertThatThrownBy(() -> run(experiment(), stopAfter(2 * ITERATIONS + 1)))
                .isInstanceOf(StoppedException.class);
        Experiment.Outcome outcome = run(experiment());
        assertThat(outcome.report().progress()).isEqualTo("2 of 2 runs");
        assertThat(coefficients("flat-seed1")).isEqualTo(flat);
        assertThat(coefficients("deep-seed1")).isEqualTo(deep);
    }

    @Test
    void leavesAloneWhatIsDone() throws IOException {
        run(experiment());
        FileTime before = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(at("flat-seed1/config.yaml"), before);
        Files.setLastModifiedTime(at("deep-seed1/model.zip"), before);
        said.reset();
        assertThat(run(experiment()).report().progress()).isEqualTo("2 of 2 runs");
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(Files.getLastModifiedTime(at("flat-seed1/config.yaml"))).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(at("deep-seed1/model.zip"))).isEqualTo(before);
    }

    /** Such as one that `train` left elsewhere, from the same data in another place. */
    @Test
    void takesARunThatWasTrainedElsewhere() throws IOException {
        Files.move(folder.resolve("data"), folder.resolve("moved"));
        ConfigLoader.Loaded elsewhere = new ConfigLoader.Loaded(
                config("data.dir=" + folder.resolve("moved"), "data.workers=2")
                        .runs()
                        .get(0)
                        .config()
                        .in(folder, "mine", 1),
                "");
        TrainingRun.execute(elsewhere, options(false), view(), () -> false);
        Files.createDirectories(at(""));
        Files.move(folder.resolve("mine"), at("flat-seed1"));
        assertThat(experiment().plan(Set.of()).steps().stream().map(Experiment.Step::state))
                .containsExactly("done", "missing");
    }

    @Test
    void refusesAFolderWithOtherSettings() throws IOException {
        run(experiment());
        assertThatThrownBy(
                        () -> experiment("optimizer.lr=0.02", "train.epochs=3").plan(Set.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(
                        at("flat-seed1") + ": holds a run with other settings: optimizer.lr 0.02 (there 0.01);"
                                + " train.epochs 3 (there 2) (and 1 more of its folders)")
                .hasMessageContaining("another folder (--set name=NAME)");
        assertThatThrownBy(() -> run(experiment("optimizer.lr=0.02"))).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> experiment("optimizer.lr=0.02").report()).isInstanceOf(UsageException.class);
        Files.writeString(at("flat-seed1/config.yaml"), "name: [");
        assertThatThrownBy(() -> experiment().plan(Set.of()))
                .hasMessageContaining("flat-seed1: its config.yaml cannot be read: ");
        Files.delete(at("flat-seed1/config.yaml"));
        assertThatThrownBy(() -> experiment().plan(Set.of())).hasMessageContaining("there is no config.yaml");
    }

    @Test
    void saysThatAFileOfARunIsDamaged() throws IOException {
        run(experiment(), "flat");
        for (String name : List.of("provenance.json", "log.csv")) {
            Path file = at("flat-seed1/" + name);
            byte[] whole = Files.readAllBytes(file);
            for (byte[] content : List.of(
                    new byte[0], "null".getBytes(), "{}".getBytes(), Arrays.copyOf(whole, 20), new byte[] {-1, -2})) {
                Files.write(file, content);
                assertThatThrownBy(() -> experiment().plan(Set.of()))
                        .isInstanceOf(UsageException.class)
                        .hasMessage(file + ": empty or damaged; delete the folder " + at("flat-seed1")
                                + ", and the run is trained again");
            }
            Files.write(file, whole);
            assertThat(experiment().plan(Set.of()).steps().get(0).state()).isEqualTo("done");
        }
    }

    @Test
    void trainsOnlyWhatIsAskedForAndReportsTheRest() throws IOException {
        Experiment.Outcome outcome = run(experiment(), "deep");
        assertThat(at("flat-seed1")).doesNotExist();
        assertThat(outcome.report().answer()).isEqualTo(Answer.OPEN);
        assertThat(outcome.report().progress()).isEqualTo("1 of 2 runs");
        assertThatThrownBy(() -> experiment().plan(Set.of("depp")))
                .hasMessage("the experiment has no run depp; did you mean deep?");
    }

    @Test
    void reportsWhatIsHalfDone() throws IOException {
        assertThatThrownBy(() -> experiment().report())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("nothing is trained yet");
        assertThatThrownBy(() -> run(experiment(), stopAfter(5))).isInstanceOf(StoppedException.class);
        Experiment.Outcome outcome = experiment().report();
        assertThat(outcome.report().lines().get(0).progress()).isEqualTo("half-done, epoch 1 of 2");
        assertThat(outcome.report().lines().get(1).progress()).isEqualTo("missing");
        assertThat(outcome.report().verdict()).isEqualTo("not known yet");
        assertThat(at("report.html")).content().contains("half-done, epoch 1 of 2");
    }

    @Test
    void trainsEveryRunWithEverySeed() throws IOException {
        Files.writeString(folder.resolve("x.yaml"), Files.readString(folder.resolve("x.yaml")) + "seeds: [1, 2]\n");
        Experiment.Outcome outcome = run(experiment("train.epochs=1"));
        assertThat(outcome.report().lines().get(0).testError().count()).isEqualTo(2);
        assertThat(outcome.report().warnings())
                .contains("Shortened to 1 of 2 epochs; published figures are for full" + " length.");
        assertThat(coefficients("flat-seed1")).isNotEqualTo(coefficients("flat-seed2"));
        assertThat(new ArrayList<>(outcome.report().lines().get(0).trials())
                        .get(1)
                        .seed())
                .isEqualTo(2);
    }

    @Test
    void aRunThatDivergesDoesNotStopTheOthers() throws IOException {
        Files.writeString(
                folder.resolve("x.yaml"),
                Files.readString(folder.resolve("x.yaml"))
                        .replace(
                                "model: {name: plain20-cifar}", "model: {name: plain20-cifar}, optimizer: {lr: 1e30}"));
        Experiment.Outcome outcome = run(experiment());
        assertThat(outcome.diverged()).containsOnlyKeys("flat-seed1");
        assertThat(outcome.report().progress()).isEqualTo("1 of 2 runs");
        assertThat(outcome.report().answer()).isEqualTo(Answer.OPEN);
        assertThat(outcome.report().warnings()).anyMatch(warning -> warning.startsWith("flat-seed1 diverged: "));
    }

    @Test
    void removesBlocksOnceIfAClaimAsksForIt() throws IOException {
        run(experiment());
        assertThat(at("flat-seed1/lesion")).doesNotExist();
        Files.writeString(
                folder.resolve("x.yaml"),
                Files.readString(folder.resolve("x.yaml")).replace("training-error", "lesion-error"));
        assertThat(experiment().report().report().answer()).isEqualTo(Answer.OPEN);
        Experiment.Outcome outcome = run(experiment());
        assertThat(outcome.report().answer()).isNotEqualTo(Answer.OPEN);
        assertThat(outcome.report().lines().get(0).lesionError().mean()).isBetween(0.0, 1.0);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("removing the blocks of deep-seed1");
        said.reset();
        assertThat(run(experiment()).report()).isEqualTo(outcome.report());
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
        Files.writeString(at("deep-seed1/lesion/lesion.json"), "{\"single\": ");
        run(experiment());
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("removing the blocks of deep-seed1")
                .doesNotContain("flat-seed1");
    }

    @Test
    void saysThatRunsSawDifferentImages() throws IOException {
        run(experiment(), "flat");
        byte[] records = Files.readAllBytes(folder.resolve("data/data_batch_1.bin"));
        records[1] ^= 1;
        Files.write(folder.resolve("data/data_batch_1.bin"), records);
        assertThat(run(experiment()).report().warnings())
                .anyMatch(warning -> warning.startsWith("Not all runs were trained on the same images"));
    }

    /** So that these are no reason to warn; only runs of the same labels and seed must have seen the same. */
    @Test
    void everySeedMayHaveImagesOfItsOwn() throws IOException {
        for (int i = 0; i < 8; i++) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, i, 0xffffff);
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        for (int seed = 1; seed <= 2; seed++) {
            StringBuilder csv = new StringBuilder("path,label,split\n4.png,a,val\n5.png,b,val\n");
            csv.append(seed).append(".png,a,train\n").append(seed + 5).append(".png,b,train\n");
            Files.writeString(folder.resolve("labels-" + seed + ".csv"), csv);
        }
        List<Setting> ofRuns = Stream.of(
                        "data.dataset=folder",
                        "data.dir=null",
                        "data.labels=\"" + folder.resolve("labels-{seed}.csv") + "\"",
                        "data.image-size=16",
                        "data.limit=null",
                        "train.epochs=1")
                .map(Setting::set)
                .toList();
        Experiment experiment = Experiment.of(
                ConfigLoader.loadExperiment(folder.resolve("x.yaml"), List.of(Setting.set("seeds=[1, 2]")), ofRuns),
                KeyNames.NONE);
        Experiment.Outcome outcome = run(experiment);
        assertThat(outcome.report().progress()).isEqualTo("4 of 4 runs");
        assertThat(outcome.report().warnings()).noneMatch(warning -> warning.contains("same images"));
        assertThat(outcome.report().lines()).allSatisfy(line -> {
            assertThat(line.seconds().count()).isEqualTo(2);
            assertThat(line.seconds().mean()).isPositive();
        });
        Files.delete(folder.resolve("7.png")); // of seed 2
        ImageIO.write(
                new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("7.png").toFile());
        try (Stream<Path> files = Files.walk(at("deep-seed2"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertThat(run(experiment).report().warnings())
                .anyMatch(warning -> warning.startsWith("Not all runs were trained on the same images")
                        && warning.contains("deep-seed2")
                        && !warning.contains("seed1"));
    }

    /** Test images without high frequencies, as compression leaves them; what is in them otherwise does not matter. */
    @Test
    void saysThatImagesWereJpegs() throws IOException {
        assertThat(run(experiment(), "flat").report().warnings()).noneMatch(warning -> warning.contains("JPEG"));
        Path batch = folder.resolve("data/test_batch.bin");
        byte[] records = Files.readAllBytes(batch);
        for (int i = 0; i < records.length; i++) {
            if (i % 3073 > 0) {
                int x = (i % 3073 - 1) % 32;
                records[i] = (byte) Math.round(128 + 60 * Math.cos((2 * x + 1) * Math.PI / 16));
            }
        }
        Files.write(batch, records);
        assertThat(experiment().report().report().warnings())
                .anyMatch(warning -> warning.startsWith("The images bear the traces of JPEG compression"));
        Files.delete(batch);
        assertThat(experiment().report().report().warnings()).noneMatch(warning -> warning.contains("JPEG"));
    }

    @Test
    void twoAtOnceAreRefused() throws IOException {
        try (RunLock lock = RunLock.acquire(at(""))) {
            assertThatThrownBy(() -> run(experiment())).isInstanceOf(RunLockedException.class);
        }
    }

    @Test
    void refusesNetworksThatCannotBeMadeBeforeAnythingIsTrained() throws IOException {
        String good = Files.readString(folder.resolve("x.yaml"));
        Files.writeString(folder.resolve("x.yaml"), good.replace("resnet20-cifar", "resnet21-cifar"));
        assertThatThrownBy(this::experiment).isInstanceOf(UnknownModelException.class);
        Files.writeString(folder.resolve("x.yaml"), good.replace("resnet20-cifar", "densenet-40-12"));
        assertThatThrownBy(() -> experiment("data.image-size=1"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("deep: ");
    }

    @Test
    void plansByWhatWasMeasured() throws IOException {
        Experiment.Plan guess = experiment().plan(Set.of());
        assertThat(guess.guessed()).isTrue();
        assertThat(guess.seconds()).isPositive();
        run(experiment(), "flat");
        Experiment.Plan plan = experiment().plan(Set.of());
        assertThat(plan.guessed()).isFalse();
        assertThat(plan.steps().get(0).seconds()).isZero();
        assertThat(plan.steps().get(1).seconds()).isPositive();
        assertThat(plan.seconds()).isEqualTo(plan.steps().get(1).seconds());
        assertThat(experiment().plan(Set.of("deep")).steps()).hasSize(1);
    }
}
