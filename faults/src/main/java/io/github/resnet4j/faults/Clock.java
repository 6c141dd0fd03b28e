package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** T-12: the wall clock jumps by a year, forwards and backwards, while a run trains. Needs libfaketime. */
final class Clock implements Measurement {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

    /** For all jumps to come while it trains. */
    private static final List<String> LONG = List.of("train.epochs=20");
    /** After which a process has seen that its clock was moved. */
    private static final long SEEN_MILLIS = 1100;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path library = LIBRARIES.stream().filter(Files::exists).findFirst().orElse(null);
        if (library == null) {
            return Outcome.notRun("needs libfaketime (Debian: apt-get install faketime)");
        }
        Path folder = session.folder("clock");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        program.succeed(TinyRun.train("whole", LONG));
        Map<String, String> whole = TinyRun.of(folder, "whole").content();
        Path time = folder.resolve("time");
        Program moved = program.env("LD_PRELOAD", library.toString())
                .env("FAKETIME_TIMESTAMP_FILE", time.toString())
                .env("FAKETIME_CACHE_DURATION", "1") // in seconds; to look at every call takes minutes for a run
                .env("FAKETIME_FORCE_MONOTONIC_FIX", "0") // which turns every timed wait of Java's into a busy one
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        Tally tally = new Tally(session, session.trials(2, 10));
        while (!tally.isDone()) {
            String name = "moved" + tally.trials();
            TinyRun run = TinyRun.of(folder, name);
            boolean killed = tally.trials() % 2 == 1;
            Files.writeString(time, "+0\n");
            List<String> lost = new ArrayList<>();
            try (Child child = moved.start(TinyRun.train(name, LONG))) {
                for (int jump = 1; jump <= 4; jump++) {
                    int step = 6 * jump;
                    child.await(() -> run.newest() >= step);
                    long before = run.newest();
                    Files.writeString(time, jump % 2 == 0 ? "-365d\n" : "+365d\n");
                    Thread.sleep(SEEN_MILLIS);
                    long seen = run.newest();
                    if (child.await(() -> run.newest() > seen + 1)
                            && run.checkpoints().size() < 2) {
                        lost.add("after iteration " + before + " only " + run.checkpoints());
                    }
                }
                tally.check(lost.isEmpty(), name + ": " + lost);
                tally.check(child.isAlive(), name + ": the clock did not move while it trained: " + child.err());
                if (killed) {
                    child.kill();
                } else {
                    int code = child.exitCode();
                    tally.check(code == 0, name + " ended with " + code + ": " + child.err());
                }
            }
            if (killed) {
                try (Child child = moved.start(TinyRun.train(name, LONG, "--resume"))) {
                    int code = child.exitCode();
                    tally.check(code == 0, name + ", resumed, ended with " + code + ": " + child.err());
                }
            }
            String differences = run.differences(whole);
            tally.check(differences.isEmpty(), name + " differs from the run whose clock stood right: " + differences);
            tally.tried();
        }
        return tally.outcome(
                tally.trials() + " runs, in each four jumps of the wall clock by a year or two; half of them were then"
                        + " killed and resumed: no checkpoint was lost, and the ends equal the run whose clock was right");
    }
}
