package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** T-9: memory runs out at three places. The run ends with exit code 7 and a sentence, and what was saved is good. */
final class Memory implements Measurement {
    private static final int MEMORY = 7;
    private static final int EACH = 7;

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
                List<String> large = List.of("train.batch-size=3000", "data.limit=null");
                starve(program.jvm("-Dorg.bytedeco.javacpp.maxphysicalbytes=400m"), "large" + trial, large, tally);
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
                false,
                tally.trials()
                        + " times too little memory (batch too large, native memory, Java's heap): exit code 7 and one line of"
                        + " advice, no crash of the JVM, and with enough memory the end equals an undisturbed run's. Not built: an"
                        + " estimate before the start that names the largest batch that fits");
    }

    private static void starve(Program program, String name, List<String> settings, Tally tally)
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
        }
    }
}
