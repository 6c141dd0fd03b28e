package io.github.resnet4j.faults;

import io.github.resnet4j.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * K-1 to K-5: training and prediction on two executors, of which one, or the driver, is killed or stopped again and again. Each
 * time there has been progress before, so that every kill hits another moment of the work. What they end with must equal what
 * they end with undisturbed.
 */
final class SparkFaults implements Measurement {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int MOST_MILLIS = 1500;
    private static final int STOPPED_SECONDS = 30;

    private final Work work;
    private final Fault fault;
    private final int trials;
    private int runs;

    /** What is disturbed. */
    enum Work {
        TRAINING,
        PREDICTION
    }

    /** What happens to it. */
    enum Fault {
        EXECUTOR_KILLED,
        EXECUTOR_STOPPED,
        DRIVER_KILLED
    }

    /** @param trials at full length */
    SparkFaults(Work work, Fault fault, int trials) {
        this.work = work;
        this.fault = fault;
        this.trials = trials;
    }

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("spark-" + work + "-" + fault);
        TinyRun.writeConfig(folder, session.images());
        SparkCommands spark = new SparkCommands(session.home(), folder);
        if (work == Work.PREDICTION) {
            // Any weights will do.
            session.program(folder).succeed(TinyRun.train("model", List.of("train.epochs=1")));
        }
        spark.succeed(arguments(session, "whole"));
        Map<String, String> whole = content(folder, "whole");
        Tally tally = new Tally(session, session.trials(1, trials));
        Random random = session.random();
        List<Double> seconds = new ArrayList<>();
        while (!tally.isDone()) {
            String name = "disturbed" + runs++;
            long start = System.nanoTime();
            boolean over = false;
            while (!over) {
                over = live(session, spark, name, random, tally);
            }
            seconds.add((System.nanoTime() - start) / 1e9);
            Map<String, String> found = content(folder, name);
            tally.check(found.equals(whole), name + " differs from the undisturbed one");
        }
        return tally.outcome(String.format(
                "in %d %s of %.0f s on average, each with the bytes of the undisturbed one (seed %d)",
                runs,
                work == Work.TRAINING ? "trainings" : "predictions",
                seconds.stream().mapToDouble(each -> each).average().orElse(0),
                session.seed()));
    }

    private String[] arguments(Session session, String name) throws IOException {
        return work == Work.TRAINING
                ? TinyRun.train(name, List.of("train.checkpoint-every=4"), "--resume", "--no-progress")
                : new String[] {
                    "predict",
                    "--model",
                    "runs/model/model.zip",
                    "--data",
                    session.images().resolve("train").toString(),
                    "--images-per-part",
                    "2",
                    "--csv",
                    "--resume",
                    "--out",
                    name
                };
    }

    /** Whether the work is done. A life ends with the first kill of its driver. */
    private boolean live(Session session, SparkCommands spark, String name, Random random, Tally tally)
            throws IOException, InterruptedException {
        LongSupplier progress = () -> progress(spark.folder(), name);
        long before = progress.getAsLong();
        try (Child child = spark.start(arguments(session, name))) {
            while (child.isAlive() && !tally.isDone()) {
                long from = before;
                if (!child.await(() -> progress.getAsLong() > from)) {
                    continue;
                }
                Thread.sleep(random.nextInt(MOST_MILLIS));
                before = progress.getAsLong();
                if (fault == Fault.DRIVER_KILLED) {
                    if (child.isAlive()) {
                        child.kill();
                        tally.tried();
                        return false;
                    }
                } else if (disturb(child, random)) {
                    tally.tried();
                }
            }
            int code = child.exitCode(PATIENCE);
            tally.check(code == 0, name + " ended with " + code + ": " + child.err());
            return true;
        }
    }

    private boolean disturb(Child child, Random random) throws InterruptedException {
        List<ProcessHandle> executors = SparkCommands.executors(child);
        if (executors.isEmpty()) {
            return false;
        }
        ProcessHandle executor = executors.get(random.nextInt(executors.size()));
        if (fault == Fault.EXECUTOR_KILLED) {
            return executor.destroyForcibly();
        }
        String pid = String.valueOf(executor.pid());
        boolean stopped = Command.succeeds("kill", "-STOP", pid);
        Thread.sleep(STOPPED_SECONDS * 1000L);
        return Command.succeeds("kill", "-CONT", pid) && stopped;
    }

    /** Grows as the work goes on. */
    private long progress(Path folder, String name) {
        if (work == Work.TRAINING) {
            return TinyRun.of(folder, name).newest();
        }
        String[] parts = folder.resolve(name).toFile().list((parent, file) -> file.startsWith("part-"));
        return parts == null ? 0 : parts.length;
    }

    private Map<String, String> content(Path folder, String name) throws IOException {
        if (work == Work.TRAINING) {
            return TinyRun.of(folder, name).content();
        }
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> parts = Files.list(folder.resolve(name))) {
            for (Path part : parts.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(part);
                content.put(
                        part.getFileName().toString(),
                        Digest.sha256().add(bytes, 0, bytes.length).hex());
            }
        }
        if (content.isEmpty()) {
            throw new IOException(folder.resolve(name) + ": no rows were written");
        }
        return content;
    }
}
