package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An experiment of two tiny runs, killed, stopped, resumed and mistyped. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "kills and stops processes by POSIX signals")
class ExperimentIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void writeTheExperiment() {
        TinyRun.write(folder, Trained.images());
        TinyRun.writeExperiment(folder);
    }

    private static String[] two(String name, String... more) {
        List<String> all = new ArrayList<>(List.of("experiment", "two.yaml", "--name", name));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Path at(String file) {
        return folder.resolve("runs").resolve(file);
    }

    /** Twice, in the first run and in the second, as hard as a power cut for the process. */
    @Test
    void killedTwiceItEndsAsAnUninterruptedOne() {
        Cli.Outcome whole = Cli.shared(folder).run(two("whole", "--json")).succeeds();
        try (Cli.Started started = Cli.in(folder).start(two("killed"))) {
            started.await(() -> TinyRun.checkpoints(at("killed/plain-seed1")).contains("ckpt-000000008"));
            started.signal("KILL");
            assertThat(started.outcome().code()).isEqualTo(137);
        }
        assertThat(at("killed/plain-seed1/last.zip")).doesNotExist();
        Cli.Outcome plan =
                Cli.shared(folder).run(two("killed", "--plan", "--json")).succeeds();
        JsonNode first = JsonMapper.shared().readTree(plan.out()).get("runs").get(0);
        assertThat(first.get("state").asString()).isEqualTo("half-done");
        assertThat(first.get("epochsDone").asInt()).isEqualTo(1);
        try (Cli.Started started = Cli.in(folder).start(two("killed"))) {
            started.await(
                    () -> !TinyRun.checkpoints(at("killed/residual-seed1")).isEmpty());
            started.signal("KILL");
            assertThat(started.outcome().code()).isEqualTo(137);
        }
        assertThat(at("killed/report.html")).as("of what was done").exists();
        Cli.Outcome last = Cli.shared(folder).run(two("killed", "--json")).succeeds();
        assertThat(last.err()).contains("run 2/2 residual-seed1").doesNotContain("run 1/2");
        for (String run : List.of("plain-seed1", "residual-seed1")) {
            assertThat(TinyRun.coefficients(at("killed/" + run)))
                    .as(run)
                    .isEqualTo(TinyRun.coefficients(at("whole/" + run)));
        }
        JsonNode result = JsonMapper.shared().readTree(last.out());
        JsonNode expected = JsonMapper.shared().readTree(whole.out());
        assertThat(last.out().lines()).hasSize(1);
        assertThat(result.get("findings")).isEqualTo(expected.get("findings"));
        assertThat(result.get("answer").asString()).isIn("yes", "no");
        assertThat(result.get("runs").get(1).get("published").asString()).isEqualTo("8.75%");
        assertThat(List.of("report.html", "curves.png", "results.csv", "results.json"))
                .allSatisfy(file -> assertThat(at("killed").resolve(file)).isNotEmptyFile());
        resumesWithTrainToo();
    }

    /** A run of an experiment is a run like any other. */
    private static void resumesWithTrainToo() {
        Cli.Outcome complete = Cli.shared(folder)
                .run("train", "-c", "runs/killed/plain-seed1/config.yaml", "--resume", "--json")
                .succeeds();
        assertThat(complete.out()).contains("\"alreadyComplete\":true");
    }

    @Test
    void aSignalSavesTheRunUnderWay() {
        assumeThat(Cli.hasDefaultSignals()).as("env --default-signal").isTrue();
        Cli.Outcome stopped;
        try (Cli.Started started = Cli.in(folder).start(two("stopped"))) {
            started.await(() -> !TinyRun.checkpoints(at("stopped/plain-seed1")).isEmpty());
            Cli.shared(folder).run(two("stopped")).failsWith(ExitCode.LOCKED, "runs/stopped", "is using this folder");
            started.signal("INT");
            stopped = started.outcome();
        }
        assertThat(stopped.code()).isEqualTo(130);
        assertThat(stopped.errors()).isEmpty();
        assertThat(stopped.err()).contains("stopped; everything is saved, continue with the same command");
        Cli.Outcome report = Cli.shared(folder).run(two("stopped", "--report")).succeeds();
        assertThat(report.out())
                .contains(
                        "half-done",
                        "missing",
                        "not known yet, since residual and plain have no result",
                        "report: runs");
    }

    @Test
    void shortensAndSaysSo() {
        Cli.Outcome outcome = Cli.shared(folder)
                .run(two("short", "--epochs", "1", "--seeds", "4,5", "--set", "data.limit=32"))
                .succeeds();
        assertThat(outcome.out())
                .contains("1 of 2", " ± ", "note: Shortened to 1 of 2 epochs; published figures are for full length.")
                .contains("note: Only 32 images of each part were used");
        assertThat(at("short/residual-seed5/model.zip")).exists();
    }
}
