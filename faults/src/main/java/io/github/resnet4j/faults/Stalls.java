package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * T-16: the images lie on a file system whose server is stopped while the run trains, and does not answer any more. The run must
 * end by itself, tell what it waits for, and go on once the images are back. Needs bindfs.
 */
final class Stalls implements Measurement {
    private static final int STALLED = 10;
    /** The bar's ten minutes would be as long for each trial; what is waited for is the same. */
    private static final String SHORT_LIMIT = "10s";

    private static final int HALTED_MILLIS = 3000;
    private static final String LONG_LIMIT = "10m";

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        SmallDisk.unmount(session.work().resolve("stalls").resolve("images")); // of a harness that was killed
        Path folder = session.folder("stalls");
        Path images = Files.createDirectories(folder.resolve("images"));
        TinyRun.writeConfig(folder, images);
        Program program = session.program(folder);
        try (Server server = Server.of(session.images(), images)) {
            return server.answers()
                    ? in(session, folder, program, server)
                    : Outcome.notRun("needs bindfs (Debian: apt-get install bindfs) and the right to mount");
        }
    }

    private static Outcome in(Session session, Path folder, Program program, Server server)
            throws IOException, InterruptedException {
        program.succeed(TinyRun.train("whole", List.of()));
        Map<String, String> whole = TinyRun.of(folder, "whole").content();
        Tally tally = new Tally(session, session.trials(1, 5));
        while (!tally.isDone()) {
            boolean last = session.full() && tally.trials() == 4;
            String name = "stalled" + tally.trials();
            TinyRun run = TinyRun.of(folder, name);
            long start;
            try (Child child =
                    program.start(TinyRun.train(name, List.of(), "--stall-limit", last ? LONG_LIMIT : SHORT_LIMIT))) {
                child.await(() -> run.newest() >= 2);
                server.stop();
                start = System.nanoTime();
                child.await(() -> child.says("stands still"));
                session.say(name + " ended after " + Math.round((System.nanoTime() - start) / 1e9) + " s");
                // The kernel lets no process go while a read of its has reached the server that stands still.
                Thread.sleep(HALTED_MILLIS);
                server.resume();
                int code = child.exitCode();
                String err = child.err();
                tally.check(code == STALLED, name + ": exit code " + code + ": " + err);
                tally.check(err.contains("stands still") && err.contains("    at "), name + ": no dump: " + err);
            }
            try (Child child = program.start(TinyRun.train(name, List.of(), "--resume"))) {
                int code = child.exitCode();
                String differences = code == 0 ? run.differences(whole) : "exit code " + code + ": " + child.err();
                tally.check(differences.isEmpty(), name + " differs once the images are back: " + differences);
            }
            tally.tried();
        }
        return tally.outcome(tally.trials()
                + " runs whose images were no longer answered for ended with exit code 10 and the threads'"
                + " stacks, four after " + SHORT_LIMIT + " (--stall-limit), one after " + LONG_LIMIT
                + ", the default; with the images back, --resume ended with the bytes of an undisturbed run");
    }

    /** Shows a folder in another place, as long as it is not stopped. */
    private record Server(Process process, Path place) implements AutoCloseable {
        private static final int ATTEMPTS = 200;

        static Server of(Path folder, Path place) throws IOException, InterruptedException {
            if (!Command.succeeds("bindfs", "--version")) {
                return new Server(new ProcessBuilder("false").start(), place);
            }
            return new Server(
                    new ProcessBuilder("bindfs", "-f", folder.toString(), place.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start(),
                    place);
        }

        /** Whether the images are there, after a moment at most. */
        boolean answers() throws InterruptedException {
            for (int i = 0; i < ATTEMPTS && process.isAlive(); i++) {
                if (Files.isDirectory(place.resolve("train"))) {
                    return true;
                }
                Thread.sleep(50);
            }
            return false;
        }

        void stop() throws InterruptedException {
            Command.succeeds("kill", "-STOP", String.valueOf(process.pid()));
        }

        void resume() throws InterruptedException {
            Command.succeeds("kill", "-CONT", String.valueOf(process.pid()));
        }

        @Override
        public void close() throws InterruptedException {
            SmallDisk.unmount(place);
            process.destroyForcibly().waitFor();
        }
    }
}
