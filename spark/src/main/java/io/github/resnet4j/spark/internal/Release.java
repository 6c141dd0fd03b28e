package io.github.resnet4j.spark.internal;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.zoo.Zoo;
import java.io.IOException;
import java.net.URISyntaxException;
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
            if (Files.isDirectory(source)) {
                addFolder(source, folder, sums);
            } else {
                addJar(source, folder, sums);
            }
        }
        CRC32 all = new CRC32();
        all.update(sums.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return "%08x".formatted(all.getValue());
    }

    private static void addFolder(Path root, String folder, TreeMap<String, Long> sums) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(folder))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".class")).toList()) {
                CRC32 sum = new CRC32();
                sum.update(Files.readAllBytes(file));
                sums.put(root.relativize(file).toString().replace('\\', '/'), sum.getValue());
            }
        }
    }

    private static void addJar(Path jar, String folder, TreeMap<String, Long> sums) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .filter(entry -> entry.getName().startsWith(folder)
                            && entry.getName().endsWith(".class"))
                    .forEach(entry -> sums.put(entry.getName(), entry.getCrc()));
        }
    }
}
