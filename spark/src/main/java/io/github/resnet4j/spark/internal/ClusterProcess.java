package io.github.resnet4j.spark.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The main class of a master or worker on this machine. It ends with the process that started it, however that ends: that
 * process holds the other end of its standard input.
 */
final class ClusterProcess {
    private ClusterProcess() {}

    /** @param arguments the folder to delete at the end or nothing, {@code master} or {@code worker}, and its arguments */
    public static void main(String[] arguments) {
        Thread watch = new Thread(() -> endWithParent(arguments[0]), "parent watch");
        watch.setDaemon(true);
        watch.start();
        String[] rest = Arrays.copyOfRange(arguments, 2, arguments.length);
        if (arguments[1].equals("master")) {
            org.apache.spark.deploy.master.Master.main(rest);
        } else {
            org.apache.spark.deploy.worker.Worker.main(rest);
        }
    }

    private static void endWithParent(String folder) {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever written: this waits for the end
            }
        } catch (IOException e) {
            // the end too
        }
        // A worker ends its executors in a shutdown hook; a hook that hangs must not keep this process.
        Thread last = new Thread(() -> {
            pause(5);
            Runtime.getRuntime().halt(1);
        });
        last.setDaemon(true);
        last.start();
        if (!folder.isEmpty()) {
            pause(2); // for the workers and executors, which write there
            delete(Path.of(folder));
        }
        System.exit(0);
    }

    private static void pause(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes what it can: the folder is one for temporary files. */
    static void delete(Path folder) {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return;
        }
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // somebody still writes there
            }
        }
    }
}
