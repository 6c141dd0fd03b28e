package io.github.resnet4j.spark.internal;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The jars that executors need and Spark lacks. Knows no class of Spark. */
public final class ApplicationJars {
    /** What Spark has itself, or only the command line needs. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "(slf4j|logback|jackson-annotations|jetty|prometheus|jjava|onnxruntime|resnet4j-(serving|notebooks|spark-app)).*");

    private ApplicationJars() {}

    /** Those of the class path of this program, without Spark's. */
    public static List<String> ofClassPath() {
        List<Path> all = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(Files::isRegularFile)
                .toList();
        Optional<Path> spark = all.stream()
                .filter(jar -> jar.getFileName().toString().startsWith("spark-core_"))
                .map(Path::getParent)
                .findFirst();
        return needed(all.stream().filter(jar -> !spark.equals(Optional.of(jar.getParent()))))
                .map(Path::toString)
                .collect(Collectors.toList());
    }

    /** Of these jars those that executors need. */
    public static Stream<Path> needed(Stream<Path> jars) {
        return jars.filter(
                jar -> !LEFT_OUT.matcher(jar.getFileName().toString()).matches());
    }
}
