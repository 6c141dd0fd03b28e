package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** T-17: what saving costs. */
final class Overhead implements Measurement {
    private static final double SAVE_SECONDS = 5;
    private static final double PAUSE_SECONDS = 1;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("overhead");
        TinyRun.writeConfig(folder, session.images());
        // Compiled as by ./resnet4j train: half of the time goes into checksums.
        Program program = session.program(folder).jvm("-Xmx2g", "-XX:TieredStopAtLevel=4");
        int saves = session.trials(1, 5);
        double slowest = 0;
        TinyRun run = TinyRun.of(folder, "resnet50");
        // As in a run of it: momentum, no average.
        List<String> settings = List.of(
                "model={name: resnet50}",
                "train={epochs: 100, batch-size: 2, checkpoint-every: 1}",
                "data.limit=6",
                "optimizer={type: sgd, lr: 0.001}");
        int measured = 0;
        try (Child child = program.start(TinyRun.train("resnet50", settings))) {
            while (measured < saves) {
                if (!child.await(() -> !run.isSaving()) || !child.await(run::isSaving)) {
                    throw new IOException("ended: " + child.err());
                }
                long start = System.nanoTime();
                child.await(() -> !run.isSaving());
                slowest = Math.max(slowest, (System.nanoTime() - start) / 1e9);
                measured++;
            }
            child.kill();
            child.exitCode();
        }
        return new Outcome(
                slowest <= PAUSE_SECONDS ? Verdict.MET : Verdict.SHORT,
                String.format(
                        Locale.ROOT,
                        "ResNet-50 with momentum (205 MB): written, forced to disk and read back in %.1f s at most of %d saves (asked: %.0f);"
                                + " training waits for it, so that is the pause, too (asked: %.0f)",
                        slowest,
                        measured,
                        SAVE_SECONDS,
                        PAUSE_SECONDS),
                measured);
    }
}
