package io.github.resnet4j.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * T-6: SIGTERM and SIGINT, in turns, at ten places of a run. It must end with the signal's code in time, and resuming must end
 * with the bytes of a run that was not stopped.
 */
final class Signals implements Measurement {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double SECOND_SIGNAL_SECONDS = 1;

    /** What {@link #LONG_STEPS} take once every part is trained. */
    private static final String MEMORY = "-Xmx1g";

    private static final String NO_SAVES = "train.checkpoint-every=0";

    /** Of a step of some seconds. */
    private static final List<String> LONG_STEPS = List.of(
            "model.name=resnet110-cifar", "train.batch-size=60", "train.accumulate=1", "train.epochs=4", NO_SAVES);

    /** Where the signal comes. */
    private enum Place {
        FIRST_SECOND(List.of(NO_SAVES)),
        MODEL_BUILD(List.of(NO_SAVES)),
        FIRST_STEPS(List.of(NO_SAVES)),
        BETWEEN_CHECKPOINTS(List.of(NO_SAVES)),
        SAVE(List.of("train.checkpoint-every=1")),
        EVALUATION(List.of(NO_SAVES)),
        RESULTS(List.of(NO_SAVES)),
        FEATURES(List.of(NO_SAVES)),
        SECOND_SIGNAL(LONG_STEPS),
        DOWNLOAD(List.of());

        private final List<String> settings;

        String config() {
            return this == FEATURES ? "frozen.yaml" : "tiny.yaml";
        }

        Place(List<String> settings) {
            this.settings = settings;
        }
    }

    private final Map<Place, Double> slowest = new EnumMap<>(Place.class);
    private final Map<String, Map<String, String>> wholes = new HashMap<>();
    private Program program;
    private Random random;
    private Tally tally;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("signals");
        TinyRun.writeConfig(folder, session.images());
        program = session.program(folder).jvm(MEMORY);
        random = session.random();
        int each = session.trials(1, 10);
        tally = new Tally(session, (long) each * Place.values().length);
        for (Place place : Place.values()) {
            for (int i = 0; i < each; i++) {
                String signal = i % 2 == 0 ? "TERM" : "INT";
                if (place == Place.DOWNLOAD) {
                    stopDownload(signal);
                } else {
                    stop(place, signal, i);
                }
                tally.tried();
            }
        }
        List<String> times = new ArrayList<>();
        slowest.forEach((place, seconds) -> times.add(String.format(
                Locale.ROOT, "%s %.2f", place.name().toLowerCase(Locale.ROOT).replace('_', ' '), seconds)));
        return tally.outcome(each + " signals at each of " + Place.values().length
                + " places; resumed runs end with the bytes of one that was not stopped. Slowest ends, in seconds: "
                + String.join(", ", times));
    }

    private void stop(Place place, String signal, int trial) throws IOException, InterruptedException {
        String name = place.name().toLowerCase(Locale.ROOT) + trial;
        String at = name + ", SIG" + signal;
        TinyRun run = TinyRun.of(program.folder(), name);
        // The values of frozen parts would be there in the next trial.
        Program own = program.env(
                "RESNET4J_CACHE", program.folder().resolve("cache-" + name).toString());
        try (Child child = own.start(TinyRun.train(place.config(), name, place.settings))) {
            arrive(place, child, run, own);
            boolean alive = child.isAlive();
            tally.check(alive, at + ": ended before: " + child.err());
            double seconds = end(child, signal, place == Place.SECOND_SIGNAL);
            int code = child.exitCode(PATIENCE);
            tally.check(code == code(signal), at + ": exit code " + code + ": " + child.err());
            tally.check(!child.err().contains("error:"), at + ": " + child.err());
            tally.check(
                    seconds <= (place == Place.SECOND_SIGNAL ? SECOND_SIGNAL_SECONDS : PATIENCE.toSeconds()),
                    String.format(Locale.ROOT, "%s: ended after %.1f s", at, seconds));
            slowest.merge(place, seconds, Math::max);
        }
        String differences = run(own, name, place).differences(whole(place));
        tally.check(differences.isEmpty(), at + ": differs at its end: " + differences);
        tally.check(run.leftovers().isEmpty(), at + ": left " + run.leftovers());
    }

    private TinyRun run(Program own, String name, Place place) throws IOException, InterruptedException {
        try (Child child = own.start(TinyRun.train(place.config(), name, place.settings, "--resume"))) {
            int code = child.exitCode();
            tally.check(code == 0, name + ", resumed: exit code " + code + ": " + child.err());
        }
        return TinyRun.of(program.folder(), name);
    }

    private Map<String, String> whole(Place place) throws IOException, InterruptedException {
        String key = place.config() + place.settings;
        if (!wholes.containsKey(key)) {
            String name = "whole" + wholes.size();
            wholes.put(key, run(program, name, place).content());
        }
        return wholes.get(key);
    }

    /** Seconds from the signal, or the second one, to the end. */
    private double end(Child child, String signal, boolean twice) throws InterruptedException {
        long start = System.nanoTime();
        child.signal(signal);
        if (twice) {
            Thread.sleep(100);
            start = System.nanoTime();
            child.signal(signal);
        }
        child.exitCode(PATIENCE);
        return (System.nanoTime() - start) / 1e9;
    }

    private void arrive(Place place, Child child, TinyRun run, Program own) throws InterruptedException {
        switch (place) {
            case FIRST_SECOND -> Thread.sleep(random.nextInt(900));
            case MODEL_BUILD -> child.await(() -> run.has(".lock"));
            case FIRST_STEPS -> {
                child.await(() -> run.has("log.csv"));
                Thread.sleep(random.nextInt(100));
            }
            case BETWEEN_CHECKPOINTS -> {
                child.await(() -> run.epochs() > 0);
                Thread.sleep(random.nextInt(200));
            }
            case SAVE -> child.await(() -> run.newest() > 1 && run.isSaving());
            case EVALUATION -> child.await(() -> run.newest() >= TinyRun.STEPS);
            case RESULTS -> child.await(() -> run.has("last.zip"));
            case FEATURES -> child.await(() -> hasFeatures(program.folder().resolve("cache-" + run.name())));
            case SECOND_SIGNAL -> {
                child.await(() -> run.epochs() > 0); // before its first step a run does not wait for anything
                Thread.sleep(random.nextInt(1000));
            }
            case DOWNLOAD -> throw new IllegalArgumentException("a download is no run");
        }
    }

    private static boolean hasFeatures(Path cache) {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.anyMatch(file -> file.toString().contains(".features"));
        } catch (IOException | UncheckedIOException e) {
            return false; // not yet there, or renamed in that moment
        }
    }

    private void stopDownload(String signal) throws IOException, InterruptedException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Child child = program.env("RESNET4J_MIRROR", "http://127.0.0.1:" + silent.getLocalPort() + "/")
                        .start("fetch", "resnet18.tv_in1k")) {
            silent.setSoTimeout(20_000);
            try (Socket asked = silent.accept()) {
                tally.check(asked.isConnected(), "no request");
                double seconds = end(child, signal, false);
                slowest.merge(Place.DOWNLOAD, seconds, Math::max);
                int code = child.exitCode(PATIENCE);
                tally.check(
                        code == code(signal), "download, SIG" + signal + ": exit code " + code + ": " + child.err());
                tally.check(seconds <= PATIENCE.toSeconds(), "download: ended after " + seconds + " s");
            }
        }
    }

    private static int code(String signal) {
        return signal.equals("TERM") ? 143 : 130;
    }
}
