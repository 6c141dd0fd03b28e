package io.github.resnet4j.spark;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The jars on this program's class path that executors need. Knows no class of Spark. */
public final class ClassPathJars {
    /** What Spark has itself, and what only other commands need. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "(spark|scala|slf4j|logback|jackson-annotations|jetty|prometheus-metrics|jjava|jeromq|jnacl|onnxruntime)-.*");

    private static final Pattern OWN = Pattern.compile("resnet4j-.*");

    private ClassPathJars() {}

    /** This project's and others', without Spark's. */
    static List<String> all() {
        List<Path> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .map(entry -> Path.of(entry).toAbsolutePath().normalize())
                .filter(Files::isRegularFile)
                .toList();
        Optional<Path> spark = jars.stream()
                .filter(jar -> name(jar).startsWith("spark-core_"))
                .map(Path::getParent)
                .findFirst();
        return jars.stream()
                .filter(jar -> !spark.equals(Optional.of(jar.getParent())))
                .filter(jar -> !LEFT_OUT.matcher(name(jar)).matches())
                .map(Path::toString)
                .toList();
    }

    /** Those of others: what {@code spark-submit --jars} is to be given beside this project's own. */
    public static List<String> libraries() {
        return all().stream()
                .filter(jar -> !OWN.matcher(name(Path.of(jar))).matches())
                .toList();
    }

    private static String name(Path jar) {
        return jar.getFileName().toString();
    }
}
