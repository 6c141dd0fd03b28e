package io.github.resnet4j.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line as a process of its own, with the class path of this one. */
final class Program {
    private static final String MAIN = "io.github.resnet4j.cli.Main";

    private final Path folder;
    private final List<String> before;
    private final List<String> jvm;
    private final Map<String, String> environment;

    private Program(Path folder, List<String> before, List<String> jvm, Map<String, String> environment) {
        this.folder = folder;
        this.before = before;
        this.jvm = jvm;
        this.environment = environment;
    }

    /**
     * Commands that run in {@code folder}, in one thread of OpenMP: the networks are tiny.
     *
     * @param classes class data that children map instead of loading classes anew (JEP 350); made if it is not there
     */
    static Program in(Path folder, Path classes) throws IOException, InterruptedException {
        Program plain = new Program(
                folder,
                defaultSignals(),
                List.of(
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        // Children end before the optimising compiler has paid for itself.
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-Djava.awt.headless=true"),
                Map.of(
                        "OMP_NUM_THREADS", "1",
                        "OMP_WAIT_POLICY", "passive",
                        "RESNET4J_CACHE", folder.resolve("cache").toString()));
        if (Files.notExists(classes)) {
            try (Child child = plain.jvm("-XX:ArchiveClassesAtExit=" + classes).start("list", "--json")) {
                child.exitCode();
            }
        }
        return plain.jvm("-XX:SharedArchiveFile=" + classes);
    }

    /** A harness in a shell's background ignores SIGINT, and so would its children; coreutils 8.31 can undo that. */
    private static List<String> defaultSignals() throws InterruptedException {
        return Command.succeeds("env", "--default-signal=INT", "true")
                ? List.of("env", "--default-signal=INT")
                : List.of();
    }

    Program jvm(String... options) {
        List<String> all = new ArrayList<>(jvm);
        all.addAll(List.of(options));
        return new Program(folder, before, all, environment);
    }

    Program env(String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return new Program(folder, before, jvm, all);
    }

    /** Started by another command, which gets it as its arguments. */
    Program by(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(before);
        return new Program(folder, all, jvm, environment);
    }

    Path folder() {
        return folder;
    }

    Child start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        command.addAll(List.of(arguments));
        File out = Files.createTempFile(folder, "stdout", ".txt").toFile();
        File err = Files.createTempFile(folder, "stderr", ".txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_"));
        builder.environment().putAll(environment);
        return new Child(builder.start(), out.toPath(), err.toPath());
    }

    /** Runs a command to its end, which has to be good: it is what others are compared with. */
    String succeed(String... arguments) throws IOException, InterruptedException {
        try (Child child = start(arguments)) {
            int code = child.exitCode();
            if (code != 0) {
                throw new IOException(String.join(" ", arguments) + " ended with " + code + ": " + child.err());
            }
            return child.err();
        }
    }
}
