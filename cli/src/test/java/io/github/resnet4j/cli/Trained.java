package io.github.resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small model that {@code quickstart} trained, made once in each JVM that runs tests. */
final class Trained {
    private static final Path FOLDER = make();

    private Trained() {}

    /** {@code runs/quickstart} of the run. */
    static Path run() {
        return FOLDER.resolve("runs").resolve("quickstart");
    }

    static String model() {
        return run().resolve("model.zip").toString();
    }

    /** Six classes of shapes, 32×32. */
    static Path images() {
        return run().resolve("images");
    }

    private static Path make() {
        try {
            Path folder = Files.createDirectories(
                    Path.of("target", "trained-" + ProcessHandle.current().pid())
                            .toAbsolutePath());
            Cli.in(folder)
                    .run("quickstart", "--set", "train.epochs=1", "--set", "data.limit=180")
                    .succeeds();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
