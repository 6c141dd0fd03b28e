package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * T-18: one run for as long as the session says, and a random fault every two minutes on average. Whatever ends it, the same
 * command starts it again. Then it may end, and a run as long without faults follows, which it must equal.
 */
final class Soak implements Measurement {
    private static final Duration BETWEEN = Duration.ofMinutes(2);
    private static final Duration BETWEEN_SHORTLY = Duration.ofSeconds(5);
    private static final long SHORTLY_SECONDS = 30;
    private static final int LONG_EPOCHS = 100_000;
    private static final int DISK = 6;
    private static final int MEMORY = 7;
    private static final int LOCKED = 9;
    private static final String EVERY = "train.checkpoint-every=5";

    private enum Fault {
        KILL,
        TERM,
        INT,
        FULL_DISK,
        DAMAGED_CHECKPOINT,
        STANDSTILL,
        SECOND_RUN,
        TOO_LITTLE_MEMORY
    }

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private Program program;
    private TinyRun run;
    private Tally tally;
    private Optional<SmallDisk> disk;
    private Random random;
    private Child child;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("soak");
        TinyRun.writeConfig(folder, session.images());
        program = session.program(folder);
        run = TinyRun.of(folder, "soaked");
        random = session.random();
        long start = System.nanoTime();
        Duration length = session.full() ? session.soak() : Duration.ofSeconds(SHORTLY_SECONDS);
        Duration between = session.full() ? BETWEEN : BETWEEN_SHORTLY;
        tally = new Tally(session, length.dividedBy(between) / 2);
        disk = SmallDisk.on(folder.resolve(TinyRun.RUNS));
        try {
            start();
            while (System.nanoTime() - start < length.toNanos()) {
                pause(between);
                harm(session);
            }
            return compare(session, folder, length);
        } finally {
            child.close();
            if (disk.isPresent()) {
                disk.get().close();
            }
        }
    }

    private void pause(Duration between) throws InterruptedException {
        long millis = between.toMillis();
        Thread.sleep(millis / 2 + (long) (random.nextDouble() * millis));
    }

    private Child start(String... more) throws IOException {
        child = program.jvm(more)
                .start(TinyRun.train("soaked", List.of(EVERY, "train.epochs=" + LONG_EPOCHS), "--resume"));
        return child;
    }

    private void again() throws IOException, InterruptedException {
        child.close();
        start();
    }

    private void harm(Session session) throws IOException, InterruptedException {
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        if (fault == Fault.FULL_DISK && disk.isEmpty()) {
            fault = Fault.KILL;
        }
        long before = run.newest();
        session.say(fault + " after iteration " + before);
        tally.check(child.isAlive(), "ended by itself: " + child.err());
        switch (fault) {
            case KILL -> child.kill();
            case TERM -> end("TERM", 143);
            case INT -> end("INT", 130);
            case FULL_DISK -> fillDisk();
            case DAMAGED_CHECKPOINT -> damageNewest();
            case STANDSTILL -> {
                child.signal("STOP");
                Thread.sleep(5000);
                child.signal("CONT");
            }
            case SECOND_RUN -> {
                try (Child second = program.start(TinyRun.train("soaked", List.of(EVERY), "--resume"))) {
                    int code = second.exitCode();
                    tally.check(code == LOCKED, "a second run ended with " + code + ": " + second.err());
                }
            }
            case TOO_LITTLE_MEMORY -> {
                child.kill();
                child.close();
                int code = start("-Dorg.bytedeco.javacpp.maxphysicalbytes=150m").exitCode();
                tally.check(code == MEMORY, "with too little memory it ended with " + code + ": " + child.err());
            }
        }
        faults.merge(fault, 1, Integer::sum);
        tally.tried();
        boolean damaged = fault == Fault.DAMAGED_CHECKPOINT;
        tally.check(damaged || run.newest() >= before, fault + " lost checkpoint " + before);
        if (!child.isAlive()) {
            again();
        }
        boolean goesOn = child.await(() -> run.newest() > before);
        tally.check(goesOn, "does not go on after " + fault + ": " + child.err());
    }

    private void end(String signal, int expected) throws IOException, InterruptedException {
        child.signal(signal);
        int code = child.exitCode();
        tally.check(code == expected, signal + " ended it with " + code + ": " + child.err());
    }

    /** For some saves or until the run gives up. */
    private void fillDisk() throws IOException, InterruptedException {
        disk.orElseThrow().leave(random.nextInt(1 << 20));
        Thread.sleep(random.nextInt(3000));
        disk.orElseThrow().enlarge();
        if (!child.isAlive()) {
            int code = child.exitCode();
            tally.check(code == DISK, "a full disk ended it with " + code + ": " + child.err());
        }
    }

    /** While nothing runs, a bit of the newest checkpoint changes. */
    private void damageNewest() throws IOException, InterruptedException {
        child.kill();
        List<String> names = run.checkpoints();
        if (names.size() > 1) {
            Path file = run.path("checkpoints/" + names.get(names.size() - 1) + "/parameters.f32");
            Damage.flipBit(file, random);
        }
    }

    /** Lets the run end with the epoch after next, and trains as long without faults. */
    private Outcome compare(Session session, Path folder, Duration length) throws IOException, InterruptedException {
        child.signal("TERM");
        child.exitCode();
        child.close();
        long epochs = run.newest() / TinyRun.STEPS + 2;
        session.say("to epoch " + epochs + ", and then without faults");
        for (String name : List.of("soaked", "whole")) {
            List<String> settings =
                    List.of(name.equals("whole") ? "train.checkpoint-every=0" : EVERY, "train.epochs=" + epochs);
            child = program.start(TinyRun.train(name, settings, "--resume"));
            int code = child.exitCode();
            tally.check(code == 0, name + " ended with " + code + ": " + child.err());
            child.close();
        }
        String differences = run.differences(TinyRun.of(folder, "whole").content());
        tally.check(differences.isEmpty(), "differs from the run without faults: " + differences);
        tally.check(run.leftovers().isEmpty(), "left " + run.leftovers());
        String counts = faults.entrySet().stream()
                .map(entry -> entry.getValue() + " "
                        + entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
        return tally.outcome(
                session.full() && length.toMinutes() >= 60,
                epochs + " epochs, of which " + length.toMinutes() + " minutes with " + tally.trials() + " faults ("
                        + counts + "); parameters, optimiser state and log equal a run without faults");
    }
}
