package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.download.FaultServer.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What needs other processes: one download for several, a kill in the middle, a disk that is full. */
final class DownloaderProcessTest {
    private static final int SIZE = 400_000;

    /** At the length that the bars of reliability ask for: with {@code -Dfaults.full=true}. */
    private static final boolean FULL = Boolean.getBoolean("faults.full");

    @TempDir
    Path folder;

    private final byte[] content = new byte[SIZE];
    private final List<Process> processes = new ArrayList<>();
    private FaultServer server;
    private RemoteFile file;
    private Path target;

    @BeforeEach
    void start() throws IOException {
        new Random(7).nextBytes(content);
        server = new FaultServer(content);
        file = server.remoteFile(folder.resolve("scratch"));
        target = folder.resolve("set.tar.gz");
    }

    @AfterEach
    void stop() throws IOException {
        processes.forEach(Process::destroyForcibly);
        server.close();
    }

    @Test
    void downloadsOnceForSeveralProcesses() throws Exception {
        for (int i = 0; i < (FULL ? 8 : 3); i++) {
            start("");
        }
        for (Process process : processes) {
            assertThat(exitCode(process)).as(() -> output(process)).isZero();
        }
        assertThat(target).hasBinaryContent(content);
        assertThat(server.exchanges()).hasSize(1);
    }

    @Test
    void downloadsOnceForSeveralProcessesWithoutAPublishedSize() throws Exception {
        file = server.vagueFile(folder.resolve("scratch"), 2 * SIZE);
        downloadsOnceForSeveralProcesses();
    }

    @Test
    void resumesWithoutAPublishedSizeWhatAKilledProcessLeft() throws Exception {
        file = server.vagueFile(folder.resolve("scratch"), 2 * SIZE);
        resumesWhatAKilledProcessLeft();
    }

    @Test
    void resumesWhatAKilledProcessLeft() throws Exception {
        server.then(FaultServer.stallsAt(SIZE / 4));
        Process process = start("");
        Path part = folder.resolve("set.tar.gz.part");
        while (process.isAlive() && !(Files.exists(part) && Files.size(part) == SIZE / 4)) {
            Thread.sleep(10);
        }
        assertThat(process.isAlive()).as(() -> output(process)).isTrue();
        process.destroyForcibly().waitFor();
        assertThat(target).doesNotExist();

        new Downloader(DownloadOptions.standard()).fetch(file, target);
        assertThat(target).hasBinaryContent(content);
        assertThat(server.exchanges()).extracting(Exchange::from).containsExactly(0, SIZE / 4);
    }

    /** The limit on file sizes stands for the full disk: to the writer both are a failed write. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no ulimit")
    void reportsADiskThatIsFullInTheMiddle() throws Exception {
        Process process = start("ulimit -f 400");
        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(output(process)).contains("DiskException: ").contains("cannot write beyond 204800 bytes");
        assertThat(target).doesNotExist();

        new Downloader(DownloadOptions.standard()).fetch(file, target);
        assertThat(target).hasBinaryContent(content);
        assertThat(server.exchanges().get(1).from()).isEqualTo(204_800);
    }

    /** Absent or right whenever the process is killed and wherever the disk is full; then a good one completes it. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no ulimit")
    void isAbsentOrRightAfterKillsAndFullDisks() throws Exception {
        Random random = new Random(5);
        int trials = FULL ? 100 : 2;
        for (int trial = 0; trial < trials; trial++) {
            target = folder.resolve("set" + trial + ".tar.gz");
            boolean full = trial % 2 == 1;
            server.then(FaultServer.slow(random.nextInt(300)));
            Process process = start(full ? "ulimit -f " + random.nextInt(SIZE / 512) : "");
            if (full) {
                assertThat(exitCode(process)).as(() -> output(process)).isEqualTo(1);
            } else {
                Thread.sleep(random.nextInt(1000));
                process.destroyForcibly().waitFor();
            }
            if (Files.exists(target)) {
                assertThat(target).hasBinaryContent(content);
            }
            server.clearScript();
            new Downloader(DownloadOptions.standard()).fetch(file, target);
            assertThat(target).hasBinaryContent(content);
        }
        System.out.println("trials: " + trials);
    }

    private Process start(String shell) throws IOException {
        Process process = FetchInOtherProcess.start(file, target, shell);
        processes.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        return process.exitValue();
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
