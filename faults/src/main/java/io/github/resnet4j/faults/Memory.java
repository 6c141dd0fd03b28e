package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * T-9: memory runs out at three places. The run ends with exit code 7 and a sentence, and what was saved is good. Of a batch
 * that is too large it says before the first step how many images there is room for, and is right within 15 %.
 */
final class Memory implements Measurement {
    private static final int MEMORY = 7;
    private static final int EACH = 7;
    private static final int TOO_MANY = 100;
    private static final Pattern ROOM = Pattern.compile("there is room for about (\\d+)");

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("memory");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        program.succeed(TinyRun.train("whole", List.of()));
        Map<String, String> whole = TinyRun.of(folder, "whole").content();
        Tally tally = new Tally(session, session.trials(3, 3 * EACH));
        while (!tally.isDone()) {
            int trial = (int) tally.trials();
            if (trial % 3 == 0) {
                // A batch that cannot be planned.
                large(
                        program.jvm("-Dorg.bytedeco.javacpp.maxbytes=" + (200 + 5 * trial) + "m"),
                        "large" + trial,
                        tally);
            } else {
                // Too little to go on, native or Java's own; with enough, the run goes on as if nothing had been.
                String name = "starved" + trial;
                TinyRun run = TinyRun.of(folder, name);
                try (Child child = program.start(TinyRun.train(name, List.of()))) {
                    child.await(() -> run.newest() >= 5);
                    child.kill();
                }
                String limit = trial % 3 == 1 ? "-Dorg.bytedeco.javacpp.maxphysicalbytes=150m" : "-Xmx20m";
                starve(program.jvm(limit), name, List.of(), tally);
                try (Child child = program.start(TinyRun.train(name, List.of(), "--resume"))) {
                    int code = child.exitCode();
                    String differences = code == 0 ? run.differences(whole) : "exit code " + code + ": " + child.err();
                    tally.check(differences.isEmpty(), name + " differs with enough memory: " + differences);
                }
            }
            tally.tried();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            tally.check(files.noneMatch(file -> file.getFileName().toString().startsWith("hs_err")), "a JVM crashed");
        }
        return tally.outcome(
                true,
                tally.trials()
                        + " times too little memory (batch too large, native memory, Java's heap): exit code 7 and one line of"
                        + " advice, no crash of the JVM, and with enough memory the end equals an undisturbed run's. The batch that"
                        + " the message names before the first step fits, and is at most 15 % smaller than the largest that does");
    }

    private static void large(Program program, String name, Tally tally) throws IOException, InterruptedException {
        Matcher room = ROOM.matcher(starve(program, name, batches(TOO_MANY), tally));
        if (!room.find()) {
            tally.check(false, name + " did not say how large a batch may be");
            return;
        }
        int fits = Integer.parseInt(room.group(1));
        try (Child child = program.start(TinyRun.train(name + "-fits", batches(fits)))) {
            int code = child.exitCode();
            tally.check(code == 0, name + ": a batch of " + fits + " was to fit: " + child.err());
        }
        // Nor is the figure too small: 15 % below the truth at most.
        starve(program, name + "-more", batches((int) (fits / 0.85) + 1), tally);
    }

    private static List<String> batches(int size) {
        return List.of(
                "train.batch-size=" + size,
                "train.epochs=1",
                "data.limit=" + size,
                "data.image-size=64",
                "data.augment=[{random-resized-crop: {size: 64}}]",
                "optimizer.groups=[]");
    }

    /** Returns what it says. */
    private static String starve(Program program, String name, List<String> settings, Tally tally)
            throws IOException, InterruptedException {
        try (Child child = program.start(TinyRun.train(name, settings, "--resume"))) {
            int code = child.exitCode();
            String err = child.err();
            tally.check(code == MEMORY, name + " ended with " + code + ": " + err);
            tally.check(
                    err.lines()
                                    .filter(line -> line.startsWith("error: out of memory"))
                                    .count()
                            == 1,
                    name + ": " + err);
            return err;
        }
    }
}
