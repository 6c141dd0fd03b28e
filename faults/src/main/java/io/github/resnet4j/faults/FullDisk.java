package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * T-11: the disk is full at each tenth of a save. The checkpoint before stays, the temporary goes, training goes on and saves
 * at the next interval, and three failures in a row end the run with exit code 6.
 */
final class FullDisk implements Measurement {
    private static final int DISK = 6;
    private static final int TENTHS = 10;
    private static final List<String> SAVES = List.of("train.checkpoint-every=5", "train.epochs=8");

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("full-disk");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        Optional<SmallDisk> mounted = SmallDisk.on(folder.resolve(TinyRun.RUNS));
        if (mounted.isEmpty()) {
            return Outcome.notRun("mounting a small disk needs root on Linux");
        }
        try (SmallDisk disk = mounted.get()) {
            program.succeed(TinyRun.train("whole", SAVES));
            Map<String, String> whole = TinyRun.of(folder, "whole").content();
            Tally tally = new Tally(session, session.trials(2, TENTHS + 3));
            for (int tenth = 0; tenth < TENTHS && !tally.isDone(); tenth++) {
                once(program, disk, tenth, whole, tally);
                tally.tried();
            }
            if (session.full()) {
                threeTimes(program, disk, whole, tally);
                tally.tried();
                readOnly(program, disk, whole, tally);
                tally.tried();
                folderVanishes(program, whole, tally);
                tally.tried();
            }
            return tally.outcome(
                    "at each tenth of a save training went on, the checkpoint before was whole, nothing was left behind"
                            + " and the end equals the run with space; three failures in a row: exit code 6, resumed equally; likewise a disk"
                            + " that becomes read-only and a folder that is removed");
        }
    }

    private static long saveBytes(TinyRun run) throws IOException {
        List<String> names = run.checkpoints();
        try (Stream<Path> files = Files.walk(run.path("checkpoints").resolve(names.get(names.size() - 1)))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** One save fails; the next has room again. */
    private static void once(Program program, SmallDisk disk, int tenth, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        String name = "tenth" + tenth;
        TinyRun run = TinyRun.of(program.folder(), name);
        try (Child child = program.start(TinyRun.train(name, SAVES))) {
            child.await(() -> run.newest() >= 15 && run.temporaries().isEmpty());
            child.signal("STOP");
            List<String> before = run.checkpoints();
            disk.leave(saveBytes(run) * tenth / TENTHS);
            child.signal("CONT");
            boolean said = child.await(() -> child.says("was not saved"));
            tally.check(said, name + ": no failure is said: " + child.err());
            disk.enlarge();
            tally.check(run.checkpoints().containsAll(before), name + ": " + before + " became " + run.checkpoints());
            int code = child.exitCode();
            tally.check(code == 0, name + " ended with " + code + ": " + child.err());
            tally.check(child.err().contains("(training continues)"), name + ": " + child.err());
        } finally {
            disk.enlarge();
        }
        compare(run, name, whole, tally);
    }

    /** Nobody frees space. */
    private static void threeTimes(Program program, SmallDisk disk, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        TinyRun run = TinyRun.of(program.folder(), "three");
        try (Child child = program.start(TinyRun.train("three", SAVES))) {
            child.await(() -> run.newest() >= 15);
            disk.leave(100_000);
            int code = child.exitCode();
            tally.check(code == DISK, "three failures: ended with " + code + ": " + child.err());
            tally.check(run.temporaries().isEmpty(), "three failures left " + run.temporaries());
        } finally {
            disk.enlarge();
        }
        resume(program, "three", whole, tally);
    }

    private static void readOnly(Program program, SmallDisk disk, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        TinyRun run = TinyRun.of(program.folder(), "read-only");
        try (Child child = program.start(TinyRun.train("read-only", SAVES))) {
            child.await(() -> run.newest() >= 15);
            child.signal("STOP");
            boolean mounted = disk.tryReadOnly();
            child.signal("CONT");
            // Files that are open for writing, of which the run has some, keep a disk writable.
            if (mounted) {
                int code = child.exitCode();
                tally.check(code == DISK, "read-only: ended with " + code + ": " + child.err());
            } else {
                child.kill();
            }
        } finally {
            disk.writable();
        }
        resume(program, "read-only", whole, tally);
    }

    private static void folderVanishes(Program program, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        TinyRun run = TinyRun.of(program.folder(), "vanished");
        try (Child child = program.start(TinyRun.train("vanished", SAVES))) {
            child.await(() -> run.newest() >= 15);
            Files.move(run.path("checkpoints"), run.path("elsewhere"));
            int code = child.exitCode();
            tally.check(code == DISK, "without its folder it ended with " + code + ": " + child.err());
        }
        Files.move(run.path("elsewhere"), run.path("checkpoints"));
        resume(program, "vanished", whole, tally);
    }

    private static void resume(Program program, String name, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        try (Child child = program.start(TinyRun.train(name, SAVES, "--resume"))) {
            int code = child.exitCode();
            tally.check(code == 0, name + ", resumed: ended with " + code + ": " + child.err());
        }
        compare(TinyRun.of(program.folder(), name), name, whole, tally);
    }

    private static void compare(TinyRun run, String name, Map<String, String> whole, Tally tally) throws IOException {
        String differences = run.differences(whole);
        tally.check(differences.isEmpty(), name + " differs from the run with space: " + differences);
        tally.check(run.leftovers().isEmpty(), name + " left " + run.leftovers());
    }
}
