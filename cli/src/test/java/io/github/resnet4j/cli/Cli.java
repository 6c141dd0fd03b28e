package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The command line as a user meets it: a process of its own in a folder; or, where starting it tests nothing, one for all. */
final class Cli {
    /** Far beyond any command here; only a process that hangs is ended by it. */
    private static final long MINUTES = 5;

    private static final String CLASS_PATH = "MORE_CLASS_PATH";
    private static final boolean DEFAULT_SIGNALS = hasDefaultSignals();

    private final boolean shared;

    private final Path folder;
    private final Class<?> main;
    private final List<String> jvm;
    private final Map<String, String> environment;

    /** What a process left. */
    record Outcome(int code, String out, String err) {
        /** The lines that report an error. */
        List<String> errors() {
            return err.lines().filter(line -> line.startsWith("error: ")).toList();
        }

        /** Asserts the code and that the standard error is one line about what went wrong. */
        Outcome failsWith(int expected, String... parts) {
            assertThat(code).as("exit code of: %s%s", out, err).isEqualTo(expected);
            assertThat(errors()).as(err).hasSize(1);
            assertThat(errors().get(0)).contains(parts);
            assertThat(err).doesNotContain("\tat ").doesNotContain("Exception in thread");
            return this;
        }

        Outcome succeeds() {
            assertThat(code).as("exit code of: %s%s", out, err).isZero();
            assertThat(errors()).isEmpty();
            return this;
        }
    }

    private Cli(boolean shared, Path folder, Class<?> main, List<String> jvm, Map<String, String> environment) {
        this.shared = shared;
        this.folder = folder;
        this.main = main;
        this.jvm = jvm;
        this.environment = environment;
    }

    /** Commands run in {@code folder}. */
    static Cli in(Path folder) {
        return new Cli(false, folder, Main.class, List.of(), Map.of());
    }

    /** Commands run in {@code folder}, all of them in one process, where it is not started for something else. */
    static Cli shared(Path folder) {
        return new Cli(true, folder, Main.class, List.of(), Map.of());
    }

    /** With another class to start than {@link Main}. */
    Cli main(Class<?> other) {
        return new Cli(shared, folder, other, jvm, environment);
    }

    /** With another folder of classes or services. */
    Cli classPath(Path more) {
        return env(CLASS_PATH, more.toString());
    }

    Cli jvm(String... options) {
        List<String> all = new ArrayList<>(jvm);
        all.addAll(List.of(options));
        return new Cli(shared, folder, main, all, environment);
    }

    Cli env(String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return new Cli(shared, folder, main, jvm, all);
    }

    Outcome run(String... arguments) {
        if (shared) {
            return shell().run(MINUTES, arguments);
        }
        try (Started started = start(arguments)) {
            return started.outcome();
        }
    }

    private Shell shell() {
        try {
            return Shell.of(List.of(folder, jvm, environment), () -> builder(Shell.class, List.of())
                    .redirectError(
                            Files.createTempFile(folder, "stderr", ".txt").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Started start(String... arguments) {
        try {
            File out = Files.createTempFile(folder, "stdout", ".txt").toFile();
            File err = Files.createTempFile(folder, "stderr", ".txt").toFile();
            ProcessBuilder builder =
                    builder(main, List.of(arguments)).redirectOutput(out).redirectError(err);
            return new Started(builder.start(), out.toPath(), err.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (DEFAULT_SIGNALS) {
            // A build that runs in a shell's background ignores SIGINT, and so would its children.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                // Most commands end before the optimising compiler has paid for itself.
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true"));
        command.addAll(Trained.classData());
        command.addAll(jvm);
        String classPath = Trained.CLASS_PATH;
        if (environment.containsKey(CLASS_PATH)) {
            classPath += File.pathSeparator + environment.get(CLASS_PATH);
        }
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_"));
        builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "passive"));
        builder.environment().put("RESNET4J_CACHE", folder.resolve("cache").toString());
        builder.environment().putAll(environment);
        return builder;
    }

    /** Whether coreutils can give a child the default answer to SIGINT (8.31, 2019). */
    static boolean hasDefaultSignals() {
        try {
            Process probe = new ProcessBuilder("env", "--default-signal=INT", "true")
                    .redirectErrorStream(true)
                    .start();
            probe.getInputStream().readAllBytes();
            return probe.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A process that may still run. */
    record Started(Process process, Path out, Path err) implements AutoCloseable {
        /** Waits until {@code condition} holds; fails if the process ends before. */
        void await(BooleanSupplier condition) {
            try {
                while (!condition.getAsBoolean()) {
                    assertThat(process.isAlive()).as(() -> read(err)).isTrue();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void signal(String name) {
            try {
                new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        Outcome outcome() {
            try {
                assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                        .as("ends by itself: " + read(err))
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Outcome(process.exitValue(), read(out), read(err));
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
