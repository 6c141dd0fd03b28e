package io.github.resnet4j.faults;

import io.github.resnet4j.datasets.ShapeImages;
import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What rows are run with.
 *
 * @param home the clone, with Maven and the modules whose tests some rows run
 * @param work a folder for what the rows write
 * @param full whether at the length that the bars ask for, not shortly
 * @param soak how long the soak runs
 * @param seed decides when faults happen, as far as a machine repeats itself
 * @param progress receives a line now and then
 * @param stopping whether the rows are to end with the trial under way
 */
record Session(
        Path home, Path work, boolean full, Duration soak, long seed, PrintStream progress, AtomicBoolean stopping) {
    private static final int IMAGES_PER_CLASS = 20;

    Session(Path home, Path work, boolean full, Duration soak, long seed, PrintStream progress) {
        this(home, work, full, soak, seed, progress, new AtomicBoolean());
    }

    int trials(int shortly, int fully) {
        return full ? fully : shortly;
    }

    Random random() {
        return new Random(seed);
    }

    void say(String line) {
        progress.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }

    /** An empty folder of a row's own. */
    Path folder(String name) throws IOException, InterruptedException {
        Path folder = work.resolve(name);
        SmallDisk.unmountBelow(folder); // of a harness that was killed
        AtomicFile.deleteTree(folder);
        return Files.createDirectories(folder);
    }

    /** Small images of six classes, the same in every session. */
    Path images() throws IOException {
        Path images = work.resolve("images");
        if (Files.notExists(images.resolve("val"))) {
            AtomicFile.deleteTree(images);
            ShapeImages.write(images, IMAGES_PER_CLASS, IMAGES_PER_CLASS, 1);
        }
        return images;
    }

    /** The command line, started in a folder. */
    Program program(Path folder) throws IOException, InterruptedException {
        return Program.in(folder, work.resolve("classes.jsa"));
    }
}
