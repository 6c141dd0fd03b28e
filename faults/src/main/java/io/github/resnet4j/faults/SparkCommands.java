package io.github.resnet4j.faults;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands below {@code ./resnet4j spark}, on two executors.
 *
 * @param home the clone with the launcher
 * @param folder where they run
 * @param prefix of the command line
 * @param cluster options that name it
 */
record SparkCommands(Path home, Path folder, List<String> prefix, List<String> cluster) {
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /** Each on a cluster that it starts on this machine. */
    SparkCommands(Path home, Path folder) {
        this(home, folder, List.of(), List.of());
    }

    Child start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(home.resolve("resnet4j").toString(), "spark"));
        command.addAll(List.of(arguments));
        command.addAll(cluster);
        command.addAll(List.of("--executors", "2", "--conf", "spark.scheduler.maxRegisteredResourcesWaitingTime=300s"));
        File out = Files.createTempFile(folder, "stdout", ".txt").toFile();
        File err = Files.createTempFile(folder, "stderr", ".txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_"));
        return new Child(builder.start(), out.toPath(), err.toPath());
    }

    /** Runs a command to its end, which has to be good: it is what others are compared with. Says how long it took. */
    double succeed(String... arguments) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (Child child = start(arguments)) {
            int code = child.exitCode(PATIENCE);
            if (code != 0) {
                throw new IOException(
                        "spark " + String.join(" ", arguments) + " ended with " + code + ": " + child.err());
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** The executors that are there, of the cluster of a command, or of a worker. */
    static List<ProcessHandle> executorsBelow(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(process -> commandLine(process).contains("CoarseGrainedExecutorBackend"))
                .toList();
    }

    /** Java cuts a long one off. */
    private static String commandLine(ProcessHandle process) {
        try {
            Path file = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}
