package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * K-1 to K-6 and K-8: training and prediction on two executors, of which one, or the driver, is killed, stopped, slowed or cut
 * off again and again. Each time there has been progress before, so that every fault hits another moment of the work. What they
 * end with must equal what they end with undisturbed.
 */
final class SparkFaults implements Measurement {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int MOST_MILLIS = 1500;
    private static final int SECONDS = 30;
    /** Of each tenth of a second, as cpulimit does it: a fifth of a core is left. */
    private static final int STOPPED_MILLIS = 80;

    private static final int RUNNING_MILLIS = 20;

    private final SparkWork work;
    private final Fault fault;
    private final int trials;
    private int runs;

    /** What happens. */
    enum Fault {
        EXECUTOR_KILLED,
        EXECUTOR_STOPPED,
        EXECUTOR_SLOWED,
        DRIVER_KILLED,
        NETWORK_CUT
    }

    /** @param cluster there if it is one that can be cut */
    private record Scene(
            Session session, SparkCommands spark, Optional<StandaloneCluster> cluster, Random random, Tally tally) {}

    /** @param trials at full length */
    SparkFaults(SparkWork work, Fault fault, int trials) {
        this.work = work;
        this.fault = fault;
        this.trials = trials;
    }

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("spark-" + work + "-" + fault);
        work.prepare(session, folder);
        SparkCommands spark = new SparkCommands(session.home(), folder);
        double undisturbed = spark.succeed(work.arguments(session, "whole"));
        if (fault != Fault.NETWORK_CUT) {
            return disturbed(session, spark, Optional.empty(), undisturbed);
        }
        Optional<StandaloneCluster> started = StandaloneCluster.start(session.home(), folder.resolve("cluster"));
        if (started.isEmpty()) {
            return StandaloneCluster.NEEDS_ROOT;
        }
        try (StandaloneCluster cluster = started.get()) {
            return disturbed(session, cluster.commands(session.home(), folder), started, undisturbed);
        }
    }

    private Outcome disturbed(
            Session session, SparkCommands spark, Optional<StandaloneCluster> cluster, double undisturbed)
            throws IOException, InterruptedException {
        Path folder = spark.folder();
        Map<String, String> whole = work.content(folder, "whole");
        Tally tally = new Tally(session, session.trials(1, trials));
        Scene scene = new Scene(session, spark, cluster, session.random(), tally);
        List<Double> seconds = new ArrayList<>();
        while (!tally.isDone()) {
            String name = "disturbed" + runs++;
            long start = System.nanoTime();
            boolean over = false;
            while (!over) {
                over = live(scene, name);
            }
            seconds.add((System.nanoTime() - start) / 1e9);
            Map<String, String> found = work.content(folder, name);
            tally.check(found.equals(whole), name + " differs from the undisturbed one");
        }
        return tally.outcome(String.format(
                "in %d %s of %.0f s on average, each with the bytes of the undisturbed one of %.0f s (seed %d)",
                runs,
                work.plural(),
                seconds.stream().mapToDouble(each -> each).average().orElse(0),
                undisturbed,
                session.seed()));
    }

    /** Whether the work is done. A life ends with the first kill of its driver. */
    private boolean live(Scene scene, String name) throws IOException, InterruptedException {
        Tally tally = scene.tally();
        LongSupplier progress = () -> work.progress(scene.spark().folder(), name);
        long before = progress.getAsLong();
        try (Child child = scene.spark().start(work.arguments(scene.session(), name))) {
            while (child.isAlive() && !tally.isDone()) {
                long from = before;
                if (!child.await(() -> progress.getAsLong() > from)) {
                    continue;
                }
                Thread.sleep(scene.random().nextInt(MOST_MILLIS));
                before = progress.getAsLong();
                if (fault == Fault.DRIVER_KILLED) {
                    if (child.isAlive()) {
                        child.kill();
                        tally.tried();
                        return false;
                    }
                } else if (disturb(child, scene)) {
                    tally.tried();
                }
            }
            int code = child.exitCode(PATIENCE);
            tally.check(code == 0, name + " ended with " + code + ": " + child.err());
            return true;
        }
    }

    private boolean disturb(Child child, Scene scene) throws IOException, InterruptedException {
        if (fault == Fault.NETWORK_CUT) {
            cut(scene.cluster().orElseThrow(), scene.random().nextInt(StandaloneCluster.WORKERS));
            return child.isAlive();
        }
        List<ProcessHandle> executors = SparkCommands.executorsBelow(child.pid());
        if (executors.isEmpty()) {
            return false;
        }
        ProcessHandle executor = executors.get(scene.random().nextInt(executors.size()));
        return switch (fault) {
            case EXECUTOR_STOPPED -> stop(executor, SECONDS * 1000L);
            case EXECUTOR_SLOWED -> slow(executor);
            default -> executor.destroyForcibly();
        };
    }

    private static void cut(StandaloneCluster cluster, int worker) throws IOException, InterruptedException {
        cluster.cut(worker);
        try {
            Thread.sleep(SECONDS * 1000L);
        } finally {
            cluster.join(worker);
        }
    }

    private static boolean stop(ProcessHandle process, long millis) throws InterruptedException {
        String pid = String.valueOf(process.pid());
        boolean stopped = Command.succeeds("kill", "-STOP", pid);
        Thread.sleep(millis);
        return Command.succeeds("kill", "-CONT", pid) && stopped;
    }

    /** Whether it was there all the time. */
    private static boolean slow(ProcessHandle process) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        boolean there = true;
        while (there && System.nanoTime() < end) {
            there = stop(process, STOPPED_MILLIS);
            Thread.sleep(RUNNING_MILLIS);
        }
        return there;
    }
}
