package io.github.resnet4j.spark.internal;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.zoo.Zoo;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipFile;

/**
 * The classes of this library that a JVM runs, in a word: the version, and a checksum that tells builds of one version apart.
 * It does not depend on whether the classes are in one jar, in several or in folders.
 */
final class Release {
    private static final String ROOT = "io/github/resnet4j/";

    /** One class of each module that executors run. */
    private static final List<Class<?>> MODULES =
            List.of(FileProblem.class, Zoo.class, Engine.class, BadDataException.class, Machine.class, Release.class);

    private Release() {}

    static String here() {
        String version = Machine.here(1, "").resnet4j();
        try {
            return version + " (" + checksum() + ")";
        } catch (IOException | URISyntaxException e) {
            return version + " (unknown)";
        }
    }

    private static String checksum() throws IOException, URISyntaxException {
        TreeMap<String, Long> sums = new TreeMap<>();
        for (Class<?> module : MODULES) {
            String folder = ROOT + module.getPackageName().split("\\.")[3] + "/";
            Path source = Path.of(
                    module.getProtectionDomain().getCodeSource().getLocation().toURI());
            add(source, folder, sums);
        }
        CRC32 all = new CRC32();
        all.update(sums.toString().getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(all.getValue());
    }

    /** Adds the checksum of each class in a folder of a jar, or of a root of classes. */
    static void add(Path source, String folder, TreeMap<String, Long> sums) throws IOException {
        if (Files.isRegularFile(source)) {
            try (ZipFile zip = new ZipFile(source.toFile())) {
                zip.stream()
                        .filter(entry -> entry.getName().startsWith(folder)
                                && entry.getName().endsWith(".class"))
                        .forEach(entry -> sums.put(entry.getName(), entry.getCrc()));
            }
            return;
        }
        try (Stream<Path> files = Files.walk(source.resolve(folder))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".class")).toList()) {
                CRC32 sum = new CRC32();
                sum.update(Files.readAllBytes(file));
                sums.put(source.relativize(file).toString().replace('\\', '/'), sum.getValue());
            }
        }
    }
}
