package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are stopped, killed or fail, and go on as if nothing had been. */
@DisabledOnOs(OS.WINDOWS)
class StopIT {
    @TempDir
    static Path folder;

    private static byte[] uninterrupted;
    private static Cli.Outcome whole;

    @BeforeAll
    static void trainWithoutInterruption() {
        TinyRun.write(folder, Trained.images());
        whole = Cli.shared(folder).run(TinyRun.train("whole", "--json")).succeeds();
        uninterrupted = TinyRun.coefficients(run("whole"));
    }

    private static Path run(String name) {
        return folder.resolve("runs").resolve(name);
    }

    @ParameterizedTest(name = "SIG{0} ends with {1}")
    @CsvSource({"INT, 130", "TERM, 143"})
    void signalSavesTheRunAndResumingEndsWithTheSameModel(String signal, int code) {
        assumeThat(!signal.equals("INT") || Cli.hasDefaultSignals())
                .as("env --default-signal")
                .isTrue();
        String name = "stopped-" + signal;
        Cli.Outcome stopped;
        try (Cli.Started started = Cli.in(folder).start(TinyRun.train(name, "--set", "train.checkpoint-every=0"))) {
            started.await(() -> Files.exists(run(name).resolve("log.csv")));
            started.signal(signal);
            stopped = started.outcome();
        }
        // The signal came between the first steps, or before the first of them, when there is nothing to save.
        assertThat(stopped.code()).isEqualTo(code);
        assertThat(stopped.errors()).isEmpty();
        assertThat(stopped.err().contains("stopped; the checkpoint is saved"))
                .as(stopped.err())
                .isEqualTo(!TinyRun.checkpoints(run(name)).isEmpty());
        assertThat(run(name).resolve("last.zip")).doesNotExist();
        resume(name);
    }

    @Test
    void stopAfterTheFirstCheckpointSavesWhereItIs() {
        Cli.Outcome stopped;
        try (Cli.Started started = Cli.in(folder).start(TinyRun.train("late"))) {
            started.await(() -> !TinyRun.checkpoints(run("late")).isEmpty());
            started.signal("TERM");
            stopped = started.outcome();
        }
        assertThat(stopped.code()).isEqualTo(143);
        assertThat(stopped.errors()).isEmpty();
        assertThat(stopped.err()).contains("stopped; the checkpoint is saved, continue with --resume");
        resume("late");
    }

    /** Of steps that take seconds, the second signal comes within one. */
    @Test
    void aSecondSignalDoesNotWaitForTheStep() throws InterruptedException {
        Cli.Outcome ended;
        try (Cli.Started started = Cli.in(folder)
                .start(TinyRun.train(
                        "twice",
                        "--set",
                        "model.name=resnet110-cifar",
                        "--set",
                        "train={epochs: 90, batch-size: 96}"))) {
            started.await(() -> Files.exists(run("twice").resolve("log.csv")) && rows("twice") > 0);
            started.signal("TERM");
            Thread.sleep(200);
            started.signal("TERM");
            ended = started.outcome();
        }
        assertThat(ended.code()).isEqualTo(143);
        assertThat(ended.err()).doesNotContain("stopped;");
        assertThat(TinyRun.checkpoints(run("twice"))).isNotEmpty();
    }

    @Test
    void stopDuringEvaluationSavesTheEpoch() {
        List<String> overrides = List.of(
                "name=evaluating",
                "train.checkpoint-every=0",
                "output.dir='" + run("evaluating").getParent() + "'");
        ConfigLoader.Loaded loaded = ConfigLoader.load(
                folder.resolve("tiny.yaml"),
                overrides.stream().map(Setting::set).toList());
        TrainingRun.Options options = new TrainingRun.Options(
                false,
                false,
                List.of("test"),
                DownloadOptions.standard(),
                KeyNames.NONE,
                new CacheFolder(folder.resolve("cache")));
        AtomicInteger questions = new AtomicInteger();
        // One after each of the 6 steps, the next before the first batch that is evaluated.
        assertThatThrownBy(() -> TrainingRun.execute(
                        loaded,
                        options,
                        ProgressView.lines(new PrintStream(OutputStream.nullOutputStream())),
                        () -> questions.incrementAndGet() == 7))
                .isInstanceOf(StoppedException.class);
        assertThat(TinyRun.checkpoints(run("evaluating"))).containsExactly("ckpt-000000006");
        Cli.shared(folder)
                .run(TinyRun.train("evaluating", "--resume", "--set", "output.dir=runs"))
                .succeeds();
        assertThat(rows("evaluating")).isEqualTo(2);
    }

    @Test
    void killedInTheSecondEpochItGoesOnFromTheLastCheckpoint() {
        try (Cli.Started started = Cli.in(folder).start(TinyRun.train("killed"))) {
            started.await(() -> TinyRun.checkpoints(run("killed")).contains("ckpt-000000008"));
            started.signal("KILL");
            assertThat(started.outcome().code()).isEqualTo(137);
        }
        resume("killed");
    }

    @Test
    void beforeTrainingItEndsAtOnce() {
        Cli.Outcome stopped;
        try (Cli.Started started = Cli.in(folder).start(TinyRun.train("early"))) {
            started.await(() -> Files.exists(run("early").resolve(".lock")));
            started.signal("TERM");
            stopped = started.outcome();
        }
        assertThat(stopped.code()).isEqualTo(143);
        assertThat(stopped.errors()).isEmpty();
    }

    /** There is no checkpoint yet, and it does not say there is one; what is computed stays. */
    @Test
    void stopWhileFeaturesAreComputedSaysThatNothingHasBegun() {
        Path cache = folder.resolve("features");
        Cli.Outcome stopped;
        try (Cli.Started started = Cli.in(folder)
                .env("RESNET4J_CACHE", cache.toString())
                .start(TinyRun.train(
                        "caching",
                        "--set",
                        "model.freeze=layer3",
                        "--set",
                        "data.limit=null",
                        "--set",
                        "data.views=400"))) {
            started.await(() -> hasFeatures(cache));
            started.signal("TERM");
            stopped = started.outcome();
        }
        assertThat(stopped.code()).isEqualTo(143);
        assertThat(stopped.err())
                .contains(
                        "stopped before the first checkpoint; the same command with --resume starts from the beginning");
        assertThat(TinyRun.checkpoints(run("caching"))).isEmpty();
    }

    /** Of one of the views at least. */
    private static boolean hasFeatures(Path cache) {
        if (Files.notExists(cache)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(cache)) {
            return files.anyMatch(file -> file.toString().endsWith(".features"));
        } catch (IOException | UncheckedIOException e) {
            return false; // a file went while it was looked at: its name was that of a part
        }
    }

    @Test
    void divergenceKeepsTheLastGoodCheckpoint() {
        Cli.shared(folder)
                .run(TinyRun.train("diverged", "--set", "optimizer.lr=1e30"))
                .failsWith(ExitCode.DIVERGED, "NaN", "iteration 2", "optimizer.lr");
        Cli.shared(folder)
                .run(TinyRun.train("overflown", "--set", "optimizer.lr=1e12", "--set", "train.checkpoint-every=1"))
                .failsWith(ExitCode.DIVERGED, "optimizer.lr");
        assertThat(TinyRun.checkpoints(run("overflown"))).containsExactly("ckpt-000000001");
    }

    @Test
    void lackOfMemoryIsSaidInOneLine() {
        String[] large = {"--set", "train.batch-size=1000", "--set", "data.limit=1000"};
        Cli.in(folder)
                .jvm("-Xmx24m")
                .run(TinyRun.train("heap", large))
                .failsWith(ExitCode.MEMORY, "--set train.batch-size");
        Cli.in(folder)
                .jvm("-Dorg.bytedeco.javacpp.maxphysicalbytes=500m")
                .run(TinyRun.train("off-heap", large))
                .failsWith(ExitCode.MEMORY, "--set train.batch-size");
    }

    private static void resume(String name) {
        Cli.Outcome resumed = Cli.shared(folder)
                .run(TinyRun.train(name, "--resume", "--json"))
                .succeeds();
        assertThat(resumed.out()).contains("\"iterations\":12");
        assertThat(whole.out()).contains("\"iterations\":12");
        assertThat(TinyRun.coefficients(run(name))).isEqualTo(uninterrupted);
        assertThat(rows(name)).isEqualTo(2).isEqualTo(rows("whole"));
    }

    private static long rows(String name) {
        try {
            return Files.readAllLines(run(name).resolve("log.csv")).size() - 1;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
