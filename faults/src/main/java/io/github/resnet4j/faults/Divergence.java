package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * T-7: learning rates that make losses, weights and statistics infinite at the beginning, in the middle and at the end. Whatever
 * is saved must be finite.
 */
final class Divergence implements Measurement {
    private static final int DIVERGED = 8;
    private static final String TO_THE_LAST = "schedule={type: multi-step, milestones: [5], gamma: %s}";
    private static final String IN_THE_MIDDLE = "schedule={type: multi-step, milestones: [2.5], gamma: %s}";

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("divergence");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        Tally tally = new Tally(session, session.trials(2, 12));
        for (String factor : List.of("1e30", "1e18", "1e12")) {
            for (List<String> settings : List.of(
                    List.of("optimizer.lr=" + factor, "train.clip-norm=null"),
                    List.of("optimizer={type: sgd, lr: " + factor + ", nesterov: true}", "train.ema-decay=null"),
                    List.of(IN_THE_MIDDLE.formatted(factor), "train.clip-norm=null"),
                    List.of(TO_THE_LAST.formatted(factor), "train.clip-norm=null"))) {
                if (tally.isDone()) {
                    break;
                }
                String name = "diverged" + tally.trials();
                try (Child child = program.start(TinyRun.train(name, settings))) {
                    int code = child.exitCode();
                    tally.check(code == DIVERGED, settings + " ended with " + code + ": " + child.err());
                    tally.check(child.err().contains("optimizer.lr"), settings + ": no advice: " + child.err());
                }
                checkFinite(TinyRun.of(folder, name), settings, tally);
                tally.tried();
            }
        }
        return tally.outcome(
                false,
                tally.trials()
                        + " runs with learning rates from 1e12 on at the start, in the middle or in the last epoch: exit code"
                        + " 8 with advice, and every value of every checkpoint is finite. Not built: going back by itself with a"
                        + " smaller rate; the images and the layer are not named. Inputs cannot hold NaN: images are bytes");
    }

    private static void checkFinite(TinyRun run, List<String> settings, Tally tally) throws IOException {
        for (String checkpoint : run.checkpoints()) {
            try (Stream<Path> files = Files.list(run.path("checkpoints").resolve(checkpoint))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".f32")).toList()) {
                    FloatBuffer values = ByteBuffer.wrap(Files.readAllBytes(file))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer();
                    boolean finite = true;
                    while (values.hasRemaining()) {
                        finite &= Float.isFinite(values.get());
                    }
                    tally.check(finite, settings + ": not finite: " + checkpoint + "/" + file.getFileName());
                }
            }
        }
    }
}
