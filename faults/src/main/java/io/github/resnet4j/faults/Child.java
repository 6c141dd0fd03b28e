package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that may still run. Its output goes to files, which go with it. */
final class Child implements AutoCloseable {
    private static final int POLL_MILLIS = 2;
    /** Far beyond what anything takes, also where other programs leave it little of the machine; only a hang is ended by it. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final Process process;
    private final Path out;
    private final Path err;

    Child(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Whether it has said something on its standard error so far. */
    boolean says(String words) {
        try {
            return err().contains(words);
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until something is seen or the process has ended; says which. */
    boolean await(BooleanSupplier seen) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            if (seen.getAsBoolean()) {
                return true;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return seen.getAsBoolean();
    }

    /** Sends a signal by its name without SIG. */
    void signal(String name) throws InterruptedException {
        Command.succeeds("kill", "-" + name, String.valueOf(process.pid()));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    /** Of a process that is to end by itself, however long it takes. */
    int exitCode() throws InterruptedException {
        return exitCode(PATIENCE);
    }

    /** As a shell sees it: 128 and the signal for a process that one ended. -1 if it had to be killed after all. */
    int exitCode(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            return -1;
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
    }
}
