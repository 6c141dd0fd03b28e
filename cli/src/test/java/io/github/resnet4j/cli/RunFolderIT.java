package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is in a run's folder is not lost, whoever else wants it. */
class RunFolderIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void write() {
        TinyRun.write(folder, Trained.images());
    }

    private static Path run(String name) {
        return folder.resolve("runs").resolve(name);
    }

    private static Cli.Outcome train(String name, String... more) {
        return Cli.shared(folder).run(TinyRun.train(name, more));
    }

    @Test
    void folderInUseIsLockedEvenAgainstOverwriting() {
        try (Cli.Started first = Cli.in(folder).start(TinyRun.train("busy", "--set", "train.epochs=1000"))) {
            first.await(() -> !TinyRun.checkpoints(run("busy")).isEmpty());
            for (List<String> how : List.of(List.<String>of(), List.of("--overwrite"), List.of("--resume"))) {
                train("busy", how.toArray(String[]::new))
                        .failsWith(ExitCode.LOCKED, "process " + first.process().pid());
                assertThat(TinyRun.checkpoints(run("busy"))).isNotEmpty();
            }
            assertThat(first.process().isAlive()).isTrue();
        }
    }

    @Test
    void usedFolderIsNeitherReplacedNorMixedUp() throws IOException {
        train("used", "--set", "train.epochs=1").succeeds();
        byte[] model = TinyRun.coefficients(run("used"));
        String config = Files.readString(run("used").resolve("config.yaml"));

        train("used").failsWith(ExitCode.USAGE, "--resume", "--overwrite", "(--set name=NAME)");
        Cli.Outcome complete =
                train("used", "--resume", "--set", "train.epochs=1").succeeds();
        assertThat(complete.out())
                .startsWith("the run is complete (1 epoch), and nothing was changed; to train further, resume with"
                        + " --set train.epochs=N (more than 1)")
                .contains("top-1 ", "report: runs/used/report.html", "model:  runs/used/model.zip")
                .doesNotContain("images/s");
        train("used", "--resume", "--set", "model.name=resnet32-cifar", "--set", "train.seed=4")
                .failsWith(ExitCode.USAGE, "network resnet32-cifar (was resnet20-cifar)", "seed 4 (was 3)");
        train("used", "--overwrite", "--data", "absent").failsWith(ExitCode.BAD_INPUT, "absent");
        train("used", "--overwrite", "--set", "model.classes=4").failsWith(ExitCode.USAGE, "model.classes");
        assertThat(run("used").resolve("config.yaml")).hasContent(config);
        assertThat(TinyRun.coefficients(run("used"))).isEqualTo(model);

        train("used", "--overwrite", "--set", "train.epochs=1", "--set", "train.seed=4")
                .succeeds();
        assertThat(run("used").resolve("config.yaml")).content().contains("seed: 4");
    }

    @Test
    void damagedCheckpointIsPassedOverForTheOneBefore() throws IOException {
        train("damaged", "--set", "train.epochs=1").succeeds();
        byte[] model = TinyRun.coefficients(run("damaged"));
        List<String> checkpoints = TinyRun.checkpoints(run("damaged"));
        assertThat(checkpoints).hasSize(2);
        Path newest = run("damaged").resolve("checkpoints").resolve(checkpoints.get(1));
        try (FileChannel file = FileChannel.open(newest.resolve("parameters.f32"), StandardOpenOption.WRITE)) {
            file.truncate(1000);
        }
        Cli.Outcome resumed =
                train("damaged", "--set", "train.epochs=1", "--resume").succeeds();
        assertThat(resumed.err()).contains(newest.getFileName() + ": parameters.f32 has 1000 bytes", "skipped");
        assertThat(TinyRun.coefficients(run("damaged"))).isEqualTo(model);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskKeepsTheCheckpointsBefore() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .start();
        mount.getInputStream().readAllBytes();
        assumeThat(mount.waitFor()).as("mounting a tmpfs is allowed").isZero();
        try {
            Cli.Outcome full = train("full", "--set", "output.dir=disk")
                    .failsWith(ExitCode.DISK, "iteration 8 was not saved", "the disk is full");
            assertThat(full.err())
                    .contains("iteration 4 was not saved, earlier checkpoints are intact")
                    .contains("(training continues)");
            assertThat(TinyRun.checkpoints(disk.resolve("full"))).containsExactly("ckpt-000000002");
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void folderThatCannotBeMadeIsADiskError() {
        train("nowhere", "--set", "output.dir=/proc/nowhere").failsWith(ExitCode.DISK, "/proc/nowhere");
    }
}
