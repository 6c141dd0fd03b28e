package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.network.Network;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A running process that takes part, and what it achieved so far. Closing it ends the process. */
final class Contestant implements AutoCloseable {
    /** Exit code of a contestant that does not have the model. */
    private static final int NO_SUCH_MODEL = 3;

    private final Entrant entrant;
    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;
    private final Map<Task, List<Double>> speeds = new EnumMap<>(Task.class);
    private String description = "";

    /**
     * Who can take part.
     *
     * @param name in the table
     * @param peer others are compared with it
     * @param command starts it
     */
    record Entrant(String name, boolean peer, List<String> command) {
        Entrant {
            command = List.copyOf(command);
        }

        /** DL4J through this project's engine, or as it comes. */
        static Entrant dl4j(Settings settings, boolean stock) {
            // The shares of memory that the launcher gives to training; JavaCPP's own limit is the size of the heap.
            long megabytes = memory() >> 20;
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx" + megabytes * 25 / 100 + "m",
                    "-Dorg.bytedeco.javacpp.maxbytes=" + megabytes * 45 / 100 + "m",
                    "-Dorg.bytedeco.javacpp.maxphysicalbytes=" + megabytes * 80 / 100 + "m"));
            String extra =
                    System.getenv().getOrDefault("RESNET4J_JAVA_OPTS", "").strip();
            if (!extra.isEmpty()) {
                command.addAll(List.of(extra.split("\\s+")));
            }
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    TrainBenchmark.class.getName(),
                    settings.model(),
                    String.valueOf(settings.batch()),
                    stock ? "stock" : "engine"));
            return new Entrant(stock ? "dl4j as it comes" : "resnet4j", false, command);
        }

        /**
         * PyTorch.
         *
         * @param layout {@code nchw} or {@code channels_last}
         */
        static Entrant pytorch(Settings settings, String python, Path script, String layout) {
            return new Entrant(
                    "pytorch " + layout,
                    true,
                    List.of(
                            python,
                            script.toString(),
                            settings.model(),
                            String.valueOf(settings.batch()),
                            settings.architecture().input().toString(),
                            String.valueOf(settings.architecture().classes()),
                            String.valueOf(settings.threads()),
                            layout));
        }
    }

    private Contestant(Entrant entrant, Process process) {
        this.entrant = entrant;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts it and waits until its network is built.
     *
     * @return empty if it does not have the model; it said so
     * @throws IOException if it cannot be started, fails, or has another network of this name
     */
    static Optional<Contestant> start(Entrant entrant, Settings settings, Network network) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(entrant.command()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(settings.threads()));
        builder.directory(new File(System.getProperty("java.io.tmpdir")));
        Contestant contestant = new Contestant(entrant, builder.start());
        try {
            String line = contestant.answers.readLine();
            if (line == null && contestant.exitCode() == NO_SUCH_MODEL) {
                contestant.close();
                return Optional.empty();
            }
            contestant.greet(Answer.Ready.parse(contestant.given(line)), network);
            return Optional.of(contestant);
        } catch (IOException | RuntimeException e) {
            contestant.close();
            throw e;
        }
    }

    private void greet(Answer.Ready ready, Network network) throws IOException {
        if (ready.parameters() != network.parameters()) {
            throw new IOException(entrant.name() + " has " + ready.parameters() + " parameters, the zoo's "
                    + network.name() + " has " + network.parameters() + ": not the same network");
        }
        description = ready.description();
    }

    /** One turn: tells it to work for about this long and waits for the result, images per second. */
    double turn(Task task, double seconds) throws IOException {
        try {
            requests.write(task.word() + " " + seconds + "\n");
            requests.flush();
        } catch (IOException gone) {
            throw ended();
        }
        return Answer.Done.parse(task, given(answers.readLine())).imagesPerSecond();
    }

    /** A turn that counts. */
    double round(Task task, double seconds) throws IOException {
        double speed = turn(task, seconds);
        speeds.computeIfAbsent(task, t -> new ArrayList<>()).add(speed);
        return speed;
    }

    /** What it achieved in the rounds so far, at least one of each task. */
    Results.Entry entry() {
        Map<Task, Series> series = new EnumMap<>(Task.class);
        speeds.forEach((task, values) -> series.put(task, new Series(values)));
        return new Results.Entry(entrant.name(), description, entrant.peer(), Collections.unmodifiableMap(series));
    }

    String name() {
        return entrant.name();
    }

    /** The end of its input is the sign to leave. */
    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException alreadyGone) {
            // As wanted.
        }
        exitCode();
    }

    private String given(String line) throws IOException {
        if (line == null) {
            throw ended();
        }
        return line;
    }

    private IOException ended() {
        return new IOException(entrant.name() + " ended with exit code " + exitCode() + "; its message is above");
    }

    private int exitCode() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            return -1;
        }
    }

    /** Of the machine or the container. */
    private static long memory() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }
}
