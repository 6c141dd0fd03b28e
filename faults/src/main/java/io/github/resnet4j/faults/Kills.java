package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * T-1: runs that are killed again and again until they end. They save in every step, which takes most of their time. Each
 * life must go on from the newest checkpoint that the one before left under its final name, and what the last life ends with
 * must equal a run that nobody killed.
 */
final class Kills implements Measurement {
    private static final Pattern RESUMED = Pattern.compile("resumed at iteration (\\d+)");

    /** Of the kills, that many come before training has begun again, if at all: in the start, the reading, the cleaning. */
    private static final double EARLY = 0.1;

    /** Of the others, that many wait for a write to begin, and come at a random moment of the time that the one before took. */
    private static final double AIMED = 0.8;

    private static final int EARLY_MILLIS = 2500;
    private static final int TRAINING_MILLIS = 500;
    private static final double SHARE_IN_WRITES = 0.6;

    private int inWrites;
    private int runs;
    private int ended;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("kills");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        program.succeed(TinyRun.train("whole", List.of("train.checkpoint-every=0")));
        Map<String, String> whole = TinyRun.of(folder, "whole").content();
        Tally tally = new Tally(session, session.trials(10, 500));
        Random random = session.random();
        while (!tally.isDone()) {
            String name = "killed" + runs++;
            TinyRun run = TinyRun.of(folder, name);
            boolean over = false;
            while (!over && !tally.isDone()) {
                over = live(program, run, name, random, tally);
            }
            if (over) {
                ended++;
                String differences = run.differences(whole);
                tally.check(differences.isEmpty(), name + " differs from the run that was not killed: " + differences);
                tally.check(run.leftovers().isEmpty(), name + " left " + run.leftovers());
            }
        }
        return tally.outcome(
                inWrites >= SHARE_IN_WRITES * tally.trials(),
                inWrites + " of " + tally.trials()
                        + " kills within the write of a checkpoint; each life went on from the newest"
                        + " checkpoint there was; " + ended + " runs ended, equal to one that was not killed (seed "
                        + session.seed() + ")");
    }

    /** Starts the run again and kills it, unless it ends before. */
    private boolean live(Program program, TinyRun run, String name, Random random, Tally tally)
            throws IOException, InterruptedException {
        long before = run.newest();
        boolean early = random.nextDouble() < EARLY;
        boolean aimed = random.nextDouble() < AIMED;
        int wait = random.nextInt(early ? EARLY_MILLIS : TRAINING_MILLIS);
        double further = random.nextDouble();
        try (Child child = program.start(TinyRun.train(name, List.of(), "--resume"))) {
            if (!early) {
                child.await(() -> run.newest() > before);
            }
            Thread.sleep(wait);
            if (!early && aimed) {
                long nanos = write(child, run);
                child.await(run::isSaving);
                Thread.sleep((long) (further * nanos / 1e6));
            }
            long seen = run.newest();
            if (!child.isAlive()) {
                int code = child.exitCode();
                tally.check(code == 0, name + " ended with " + code + ": " + child.err());
                return true;
            }
            child.kill();
            tally.tried();
            inWrites += run.isSaving() ? 1 : 0;
            check(run, name, before, seen, child.err(), tally);
        }
        return false;
    }

    /** Waits for a whole write, and for how long it takes. */
    private static long write(Child child, TinyRun run) throws InterruptedException {
        child.await(() -> !run.isSaving());
        child.await(run::isSaving);
        long start = System.nanoTime();
        child.await(() -> !run.isSaving());
        return System.nanoTime() - start;
    }

    private static void check(TinyRun run, String name, long before, long seen, String err, Tally tally) {
        String at = name + ", killed after iteration " + run.newest();
        tally.check(run.newest() >= seen, at + ": checkpoint " + seen + " was there before");
        tally.check(run.temporaries().size() <= 1, at + ": left " + run.temporaries());
        tally.check(!err.contains("skipped"), at + ": " + err);
        List<Long> resumed = new ArrayList<>();
        Matcher line = RESUMED.matcher(err);
        while (line.find()) {
            resumed.add(Long.parseLong(line.group(1)));
        }
        if (before > 0 && (run.newest() > before || !resumed.isEmpty())) {
            tally.check(resumed.equals(List.of(before)), at + ": resumed at " + resumed + ", not at " + before);
        }
    }
}
