package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contestants here are small shell scripts. */
class ConductorTest {
    private static final Workload TRAIN = new Workload("resnet20-cifar", Mode.TRAIN, 128);
    private static final Workload INFER = new Workload("resnet20-cifar", Mode.INFER, 128);
    private static final String READY = "echo ready 269722 a script; ";
    private static final String FINE = READY + "while read -r line; do echo done 128 0.5; done";

    @TempDir
    private Path scratch;

    private final Children children = new Children();
    private Duration patience = Duration.ofMinutes(1);
    private final StringWriter said = new StringWriter();
    private final List<Results> checkpoints = new ArrayList<>();
    private final List<Who> launched = new ArrayList<>();

    @AfterEach
    void endAll() {
        children.close();
    }

    private Results run(List<Workload> workloads, int rounds, Map<Who, String> scripts) throws InterruptedException {
        Settings settings = new Settings(workloads, new TreeSet<>(scripts.keySet()), true, rounds, 0.01, 1);
        Setup setup = new Setup(scratch, scratch, Optional.empty(), 1);
        Progress progress = new Progress(new PrintWriter(said), () -> 0);
        Conductor conductor = new Conductor(
                settings,
                setup,
                who -> (s, w) -> {
                    launched.add(who);
                    return new Launch(List.of("sh", "-c", scripts.get(who)), Map.of());
                },
                patience,
                children,
                progress);
        return conductor.run(checkpoints::add);
    }

    @Test
    void everyoneHasItsRounds() throws InterruptedException {
        Results results = run(List.of(TRAIN), 3, Map.of(Who.PYTORCH, FINE, Who.DJL, FINE));
        assertThat(results.rows())
                .containsExactly(
                        new Row(TRAIN, Who.PYTORCH, "a script", List.of(256.0, 256.0, 256.0), Optional.empty()),
                        new Row(TRAIN, Who.DJL, "a script", List.of(256.0, 256.0, 256.0), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exit 7 | died, exit code 7",
                "echo why >&2; kill -9 $$ | died, exit code 137",
                "echo Segmentation fault; cat | answered \"Segmentation fault\", which is not a valid reply",
                "echo failed out of memory; exit 1 | out of memory",
                "echo done 1 1; cat | answered \"done 1 1.0\" instead of being ready",
                "echo ready 5 a script; cat | has a different network, of 5 parameters; the zoo's has 269722",
                "sleep 1000 | did not start within 5 s",
                "cat /dev/zero | answered \"????????",
                "echo ready 269722 a script; sleep 1000 | did not finish a batch within 5 s",
                "echo ready 269722 a script; read -r l; exit 3 | died, exit code 3",
                "echo ready 269722 a script; read -r l; echo 3.5 images/s | answered \"3.5 images/s\", which is not a valid reply",
                "echo ready 269722 a script; read -r l; echo ready 269722 a script | instead of finishing",
                "echo ready 269722 a script; read -r l; echo done 9 1; read -r l; exit 5 | died, exit code 5",
            })
    void whoFailsIsOutAndTheOthersGoOn(String script, String failure) throws InterruptedException {
        if (failure.contains("within 5 s")) {
            patience = Duration.ofSeconds(5);
        }
        Results results = run(List.of(TRAIN), 2, Map.of(Who.PYTORCH, script, Who.DJL, FINE));
        assertThat(results.rows()).hasSize(2);
        assertThat(results.rows().get(0).failure().orElseThrow()).contains(failure);
        assertThat(results.rows().get(1).rounds()).containsExactly(256.0, 256.0);
        assertThat(said.toString())
                .contains("pytorch: " + results.rows().get(0).failure().get());
    }

    @Test
    void saysWhatTheDeadOneWroteToItsStandardError() throws InterruptedException {
        run(List.of(TRAIN), 1, Map.of(Who.DJL, "echo no memory at all >&2; exit 1"));
        assertThat(said.toString()).contains("no memory at all");
    }

    @Test
    void whoFailedStartsAgainForTheNextWorkload() throws InterruptedException {
        String once = "if [ -e " + scratch.resolve("seen") + " ]; then " + FINE + "; else touch "
                + scratch.resolve("seen") + "; fi";
        Results results = run(List.of(TRAIN, INFER), 1, Map.of(Who.DJL, once));
        assertThat(results.rows().get(0).failure()).contains("died, exit code 0");
        assertThat(results.rows().get(1).series()).isPresent();
    }

    @Test
    void whoIsAbsentIsSkippedWithOneLineAndNotAskedAgain() throws InterruptedException {
        Results results = run(
                List.of(TRAIN, INFER),
                1,
                Map.of(Who.PYTORCH, "echo absent no torch: apt-get install python3-torch", Who.DJL, FINE));
        assertThat(results.absent()).isEqualTo(Map.of(Who.PYTORCH, "no torch: apt-get install python3-torch"));
        assertThat(results.rows()).extracting(Row::who).containsExactly(Who.DJL, Who.DJL);
        assertThat(launched).containsExactly(Who.PYTORCH, Who.DJL, Who.DJL);
        assertThat(said.toString().lines().filter(line -> line.contains("apt-get")))
                .containsExactly("pytorch: skipped, no torch: apt-get install python3-torch");
    }

    @Test
    void withoutPythonPyTorchAndOnnxRuntimeAreAbsent() {
        Setup setup = new Setup(scratch, scratch, Optional.empty(), 1);
        assertThatThrownBy(() -> Who.PYTORCH.program().launch(setup, TRAIN))
                .isInstanceOf(AbsentException.class)
                .hasMessageContaining("apt-get install python3-torch");
    }

    @Test
    void aProgramThatIsNotThereFails() throws InterruptedException {
        Results results = new Conductor(
                        new Settings(List.of(TRAIN), Set.of(Who.DJL), true, 1, 0.01, 1),
                        new Setup(scratch, scratch, Optional.empty(), 1),
                        who -> (s, w) -> new Launch(List.of("no-such-program"), Map.of()),
                        patience,
                        children,
                        new Progress(new PrintWriter(said), () -> 0))
                .run(checkpoints::add);
        assertThat(results.rows().get(0).failure().orElseThrow()).contains("cannot be started", "no-such-program");
    }

    @Test
    void tellsWhatThereIsAfterEveryWorkload() throws InterruptedException {
        run(List.of(TRAIN, INFER), 1, Map.of(Who.DJL, FINE));
        assertThat(checkpoints).extracting(results -> results.rows().size()).containsExactly(1, 2);
    }

    @Test
    void nobodyIsLeftAfterAWorkload() throws Exception {
        String pid = "echo $$ > " + scratch.resolve("pid") + "; ";
        run(List.of(TRAIN), 1, Map.of(Who.DJL, pid + FINE));
        assertThat(ProcessHandle.of(pid())).isNotPresent();
    }

    @Test
    void theEndOfTheRunKillsWhatAContestantStarted() throws Exception {
        Process process = children.start(
                new ProcessBuilder("sh", "-c", "sleep 1000 & echo $! > " + scratch.resolve("pid") + "; echo; wait"));
        process.inputReader().readLine();
        ProcessHandle grandchild = ProcessHandle.of(pid()).orElseThrow();
        children.close();
        assertThat(process.waitFor()).isEqualTo(137);
        grandchild.onExit().join();
        assertThatThrownBy(() -> children.start(new ProcessBuilder("true"))).hasMessage("the run is over");
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(scratch.resolve("pid")).strip());
    }
}
