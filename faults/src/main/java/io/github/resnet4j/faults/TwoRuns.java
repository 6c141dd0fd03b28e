package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** T-13: a second run in the same folder ends at once; the lock of one that was killed is taken over. */
final class TwoRuns implements Measurement {
    private static final int LOCKED = 9;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("two-runs");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        String[] train = TinyRun.train("shared", List.of("train.epochs=10000"), "--resume");
        TinyRun run = TinyRun.of(folder, "shared");
        Tally tally = new Tally(session, session.trials(2, 20));
        double slowest = 0;
        while (!tally.isDone()) {
            long before = run.newest();
            try (Child first = program.start(train)) {
                // Where the one before was killed, this one takes its lock over.
                tally.check(first.await(() -> run.newest() > before), "does not begin: " + first.err());
                long start = System.nanoTime();
                try (Child second = program.start(train)) {
                    int code = second.exitCode();
                    slowest = Math.max(slowest, (System.nanoTime() - start) / 1e9);
                    tally.check(code == LOCKED, "the second run ended with " + code + ": " + second.err());
                    tally.check(
                            second.err().contains(String.valueOf(first.pid())),
                            "does not name process " + first.pid() + ": " + second.err());
                }
                long now = run.newest();
                tally.check(first.await(() -> run.newest() > now), "the first run stands still: " + first.err());
                first.kill();
            }
            tally.tried();
        }
        return tally.outcome(
                slowest <= 1,
                String.format(
                        Locale.ROOT,
                        "%d times exit code 9 with the number of the other process, %.1f s at most with the start of Java; %d locks of"
                                + " killed processes were taken over",
                        tally.trials(),
                        slowest,
                        tally.trials() - 1));
    }
}
