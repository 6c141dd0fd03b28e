package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** T-5: two runs of the same configuration end with the same bytes. */
final class Repetitions implements Measurement {
    private static final int EPOCHS = 25;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("repetitions");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder).env("OMP_NUM_THREADS", "2");
        List<String> settings = List.of("train.epochs=" + (session.full() ? EPOCHS : 2), "train.checkpoint-every=0");
        program.succeed(TinyRun.train("first", settings));
        Map<String, String> first = TinyRun.of(folder, "first").content();
        Tally tally = new Tally(session, session.trials(1, 3));
        while (!tally.isDone()) {
            String name = "again" + tally.trials();
            program.succeed(TinyRun.train(name, settings));
            String differences = TinyRun.of(folder, name).differences(first);
            tally.check(differences.isEmpty(), name + " differs: " + differences);
            tally.tried();
        }
        return tally.outcome((tally.trials() + 1) + " runs of " + EPOCHS * TinyRun.STEPS
                + " iterations with every lever on, in two threads: the same bytes");
    }
}
