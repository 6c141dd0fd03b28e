package io.github.resnet4j.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * T-16: images become named pipes that nobody writes to, as on a file server that does not answer any more. The run must end by
 * itself, tell what it waits for, and go on once the images are back.
 */
final class Stalls implements Measurement {
    private static final int STALLED = 10;
    /** The bar's ten minutes would be as long for each trial; what is waited for is the same. */
    private static final String SHORT_LIMIT = "10s";

    private static final String LONG_LIMIT = "10m";

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("stalls");
        Path images = folder.resolve("images");
        copy(session.images(), images);
        TinyRun.writeConfig(folder, images);
        Program program = session.program(folder);
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
                if (!block(images, folder.resolve("aside"))) {
                    return Outcome.notRun("needs mkfifo");
                }
                start = System.nanoTime();
                int code = child.exitCode();
                session.say(name + " ended after " + Math.round((System.nanoTime() - start) / 1e9) + " s");
                String err = child.err();
                tally.check(code == STALLED, name + ": exit code " + code + ": " + err);
                tally.check(err.contains("stands still") && err.contains("    at "), name + ": no dump: " + err);
            }
            unblock(images, folder.resolve("aside"));
            try (Child child = program.start(TinyRun.train(name, List.of(), "--resume"))) {
                int code = child.exitCode();
                String differences = code == 0 ? run.differences(whole) : "exit code " + code + ": " + child.err();
                tally.check(differences.isEmpty(), name + " differs once the images are back: " + differences);
            }
            tally.tried();
        }
        return tally.outcome(
                tally.trials() + " runs whose images stopped to answer ended with exit code 10 and the threads'"
                        + " stacks, four after " + SHORT_LIMIT + " (--stall-limit), one after " + LONG_LIMIT
                        + ", the default; with the images back, --resume ended with the bytes of an undisturbed run");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Moves the images aside and puts pipes in their places. */
    private static boolean block(Path images, Path aside) throws IOException, InterruptedException {
        for (Path image : files(images)) {
            Path kept = aside.resolve(images.relativize(image).toString());
            Files.createDirectories(kept.getParent());
            Files.move(image, kept);
            if (!Command.succeeds("mkfifo", image.toString())) {
                return false;
            }
        }
        return true;
    }

    private static void unblock(Path images, Path aside) throws IOException {
        for (Path image : files(aside)) {
            Path place = images.resolve(aside.relativize(image).toString());
            Files.delete(place);
            Files.move(image, place);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !Files.isDirectory(path)).toList();
        }
    }
}
