package io.github.resnet4j.finetune.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.RunLockedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a lock is held, not used
class RunLockTest {
    @TempDir
    private Path folder;

    @Test
    void isHeldOnceInAProcess() {
        RunLock lock = RunLock.acquire(folder);

        assertThatThrownBy(() -> RunLock.acquire(folder.resolve("..").resolve(folder.getFileName())))
                .isInstanceOf(RunLockedException.class)
                .hasMessageContaining("this process");

        lock.close();
        try (RunLock again = RunLock.acquire(folder)) {
            lock.close();
            assertThatThrownBy(() -> RunLock.acquire(folder)).isInstanceOf(RunLockedException.class);
        }
    }

    @Test
    void createsTheFolder() {
        try (RunLock lock = RunLock.acquire(folder.resolve("runs").resolve("new"))) {
            assertThat(folder.resolve("runs").resolve("new")).isDirectory();
        }
    }

    @Test
    void isRefusedToASecondProcessAndTakenOverFromADeadOne() throws Exception {
        Process holder = ChildProcess.start(Holder.class, folder);
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> RunLock.acquire(folder))
                        .isInstanceOf(RunLockedException.class)
                        .hasMessageContaining("process " + holder.pid());
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }

        assertThatCode(() -> RunLock.acquire(folder).close()).doesNotThrowAnyException();
    }

    @Test
    void holdsAgainstASecondProcessAfterARefusalInTheFirst() throws Exception {
        try (RunLock lock = RunLock.acquire(folder)) {
            assertThatThrownBy(() -> RunLock.acquire(folder)).isInstanceOf(RunLockedException.class);

            Process other = ChildProcess.start(Holder.class, folder);
            try (BufferedReader output = other.inputReader()) {
                assertThat(output.readLine())
                        .isEqualTo("locked by " + ProcessHandle.current().pid());
            } finally {
                other.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void saysWhenTheFolderCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> RunLock.acquire(file.resolve("run")))
                .isInstanceOf(CheckpointException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    /** A process that takes a lock and keeps it until it is killed, or its parent ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (RunLock lock = RunLock.acquire(Path.of(arguments[0]))) {
                System.out.println("held");
                System.in.read();
            } catch (RunLockedException e) {
                System.out.println("locked by " + e.getMessage().replaceAll(".*process (\\d+).*", "$1"));
            }
        }
    }
}
