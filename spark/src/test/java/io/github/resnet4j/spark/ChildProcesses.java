package io.github.resnet4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The processes below this one: a cluster's master, workers and executors. */
public final class ChildProcesses {
    private ChildProcesses() {}

    /** All that are there. */
    static List<ProcessHandle> all() {
        return ProcessHandle.current().descendants().toList();
    }

    /** Executors alone. */
    public static List<ProcessHandle> executors() {
        return all().stream()
                .filter(process -> commandLine(process).contains("CoarseGrainedExecutorBackend"))
                .toList();
    }

    /** Empty of one that has ended. Java itself cuts a long one off, or does not tell it. */
    static String commandLine(ProcessHandle process) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return Files.exists(file)
                    ? Files.readString(file)
                    : process.info().commandLine().orElse("");
        } catch (IOException ended) {
            return "";
        }
    }
}
