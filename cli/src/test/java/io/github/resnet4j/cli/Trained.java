package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A small model that {@code quickstart} trained, and the class data of all that it loaded, which other processes map instead
 * of loading classes anew: a third of a short command's time. Made once for the jars that are tested, by the first of the
 * JVMs that run tests.
 */
final class Trained {
    /** Jars before folders, as class data of folders cannot be shared. */
    static final String CLASS_PATH = Stream.concat(
                    classPath().filter(entry -> !Files.isDirectory(entry)),
                    classPath().filter(Files::isDirectory))
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));

    private static final Path FOLDER = Path.of("target", "trained").toAbsolutePath();
    private static boolean made;

    private Trained() {}

    /** {@code runs/quickstart} of the run. */
    static Path run() {
        make();
        return FOLDER.resolve("runs").resolve("quickstart");
    }

    static String model() {
        return run().resolve("model.zip").toString();
    }

    /** Six classes of shapes, 32×32. */
    static Path images() {
        return run().resolve("images");
    }

    /** Options of a JVM that maps the class data (JEP 350). */
    static List<String> classData() {
        make();
        return List.of("-XX:+UseSerialGC", "-XX:SharedArchiveFile=" + FOLDER.resolve("classes.jsa"));
    }

    private static Stream<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of);
    }

    private static synchronized void make() {
        if (made) {
            return;
        }
        try {
            Files.createDirectories(FOLDER);
            try (FileChannel channel = FileChannel.open(
                            FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assertThat(lock.isValid()).isTrue();
                Path done = FOLDER.resolve("of-jars.txt");
                String jars = jars();
                if (!Files.exists(done) || !Files.readString(done).equals(jars)) {
                    train();
                    Files.writeString(done, jars);
                }
            }
            made = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jars and when they were made: the JVM takes class data of no others. */
    private static String jars() throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.home"));
        for (Path jar : classPath().filter(Files::isRegularFile).toList()) {
            text.append('\n').append(jar).append(' ').append(Files.getLastModifiedTime(jar));
        }
        return text.toString();
    }

    private static void train() throws IOException {
        Path classes = FOLDER.resolve("classes.jsa");
        Path log = FOLDER.resolve("log.txt");
        Files.deleteIfExists(classes);
        delete(FOLDER.resolve("runs"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ArchiveClassesAtExit=" + classes,
                        // Some old libraries' classes cannot be in it.
                        "-Xlog:cds=off",
                        "-Djava.awt.headless=true",
                        "-cp",
                        classPath()
                                .filter(Files::isRegularFile)
                                .map(Path::toString)
                                .collect(Collectors.joining(File.pathSeparator)),
                        Main.class.getName(),
                        "quickstart",
                        "--set",
                        "train.epochs=1",
                        "--set",
                        "data.limit=180")
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_"));
        builder.environment()
                .putAll(Map.of(
                        "OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "passive", "RESNET4J_CACHE", FOLDER + "/cache"));
        try {
            assertThat(builder.start().waitFor()).as(() -> read(log)).isZero();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
