package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * K-7: the disk of a worker, where its executors have their local folders and their working directories, is full. Work under
 * way needs none of it; an executor that starts has no room for what the driver sends, or cannot even start. A command that
 * cannot end ends with a clear error, and is given again once there is room. What it ends with must equal what it ends with
 * undisturbed.
 */
final class FullWorkerDisk implements Measurement {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int MOST_MILLIS = 1500;
    /** For the files that an executor begins with, not for what it is sent. */
    private static final long LITTLE = 1 << 20;

    /** Of a cluster that does not give what is asked, and of a disk. */
    private static final Set<Integer> CODES = Set.of(5, 6);

    private final int trials;
    private final Map<SparkWork, Map<String, String>> whole = new EnumMap<>(SparkWork.class);
    private final Map<SparkWork, Double> undisturbed = new EnumMap<>(SparkWork.class);
    private final List<Ended> ended = new ArrayList<>();

    /** When the disk gets full. */
    private enum Moment {
        UNDER_WAY("full under way", 0, false),
        NONE_STARTS("full as an executor is lost", 0, true),
        NEXT_LACKS_ROOM("almost full as an executor is lost", LITTLE, true),
        BEFORE("almost full before the start", LITTLE, false);

        private final String words;
        private final long left;
        private final boolean kills;

        Moment(String words, long left, boolean kills) {
            this.words = words;
            this.left = left;
            this.kills = kills;
        }
    }

    /**
     * A command that met a full disk.
     *
     * @param code its exit code
     */
    private record Ended(SparkWork work, Moment moment, int code, double seconds) {}

    /** @param trials at full length, of each work and moment */
    FullWorkerDisk(int trials) {
        this.trials = trials;
    }

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("spark-full-disk");
        SparkCommands spark = new SparkCommands(session.home(), folder);
        for (SparkWork work : SparkWork.values()) {
            work.prepare(session, folder);
            String name = "whole-" + work;
            undisturbed.put(work, spark.succeed(work.arguments(session, name)));
            whole.put(work, work.content(folder, name));
        }
        int cases = SparkWork.values().length * Moment.values().length;
        Tally tally = new Tally(session, session.trials(1, trials) * cases);
        Random random = session.random();
        while (!tally.isDone()) {
            for (SparkWork work : SparkWork.values()) {
                for (Moment moment : Moment.values()) {
                    // Of its own for each: the disks are empty.
                    Optional<StandaloneCluster> started =
                            StandaloneCluster.start(session.home(), session.folder("spark-full-disk-cluster"));
                    if (started.isEmpty()) {
                        return StandaloneCluster.NEEDS_ROOT;
                    }
                    try (StandaloneCluster cluster = started.get()) {
                        once(session, cluster, folder, work, moment, random, tally);
                    }
                    tally.tried();
                }
            }
        }
        return tally.outcome(figure() + " (seed " + session.seed() + ")");
    }

    private void once(
            Session session,
            StandaloneCluster cluster,
            Path folder,
            SparkWork work,
            Moment moment,
            Random random,
            Tally tally)
            throws IOException, InterruptedException {
        String name = work + "-" + moment + tally.trials();
        SparkCommands spark = cluster.commands(session.home(), folder);
        int worker = random.nextInt(StandaloneCluster.WORKERS);
        long start = System.nanoTime();
        if (moment == Moment.BEFORE) {
            cluster.disk(worker).leave(moment.left);
        }
        try (Child child = spark.start(work.arguments(session, name))) {
            if (moment != Moment.BEFORE) {
                child.await(() -> work.progress(folder, name) > 0);
                Thread.sleep(random.nextInt(MOST_MILLIS));
                cluster.disk(worker).leave(moment.left);
            }
            if (moment.kills) {
                cluster.executors(worker).forEach(ProcessHandle::destroyForcibly);
            }
            int code = child.exitCode(PATIENCE);
            ended.add(new Ended(work, moment, code, (System.nanoTime() - start) / 1e9));
            session.say(name + ": exit code " + code + " " + (code == 0 ? "" : child.err()));
            tally.check(code == 0 || CODES.contains(code), name + " ended with " + code + ": " + child.err());
            tally.check(code == 0 || isClear(child.err()), name + ": no clear error: " + child.err());
        }
        cluster.disk(worker).enlarge();
        if (ended.get(ended.size() - 1).code() != 0) {
            spark.succeed(work.arguments(session, name));
        }
        tally.check(work.content(folder, name).equals(whole.get(work)), name + " differs from the undisturbed one");
    }

    /** One line at the end, without the traces that Spark's messages bring along. */
    private static boolean isClear(String err) {
        List<String> lines = err.lines().filter(line -> !line.isBlank()).toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        return last.startsWith("error: ") && !last.contains("\tat ") && !last.contains(" at org.apache.");
    }

    private String figure() {
        List<String> cases = new ArrayList<>();
        for (SparkWork work : SparkWork.values()) {
            for (Moment moment : Moment.values()) {
                List<Ended> those = ended.stream()
                        .filter(each -> each.work() == work && each.moment() == moment)
                        .toList();
                Set<Integer> codes = those.stream().map(Ended::code).collect(Collectors.toCollection(TreeSet::new));
                cases.add(String.format(
                        Locale.ROOT,
                        "%s: exit code %s after %.0f s",
                        moment.words,
                        codes.stream().map(String::valueOf).collect(Collectors.joining(" or ")),
                        those.stream().mapToDouble(Ended::seconds).average().orElse(0)));
            }
            cases.set(
                    cases.size() - Moment.values().length,
                    String.format(
                            Locale.ROOT,
                            "%s (undisturbed: %.0f s) with a disk %s",
                            work.plural(),
                            undisturbed.get(work),
                            cases.get(cases.size() - Moment.values().length)));
        }
        return String.join("; ", cases)
                + "; all, given again once there was room, with the bytes of the undisturbed one";
    }
}
