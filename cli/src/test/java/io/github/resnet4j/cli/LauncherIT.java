package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The launcher in a clone of a few files, whose build does nothing but count. */
@DisabledOnOs(OS.WINDOWS)
final class LauncherIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private Path clone;
    private Path libraries;
    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void makeClone() throws IOException {
        clone = Files.createDirectories(folder.resolve("clone"));
        String script = Files.readString(ROOT.resolve("resnet4j"));
        executable(clone.resolve("resnet4j"), script);
        executable(clone.resolve("mvnw"), """
                #!/bin/sh
                echo built >>builds
                sleep 1
                """);
        Files.writeString(clone.resolve("pom.xml"), "");
        for (String module : group(script, "find pom\\.xml \\{([a-z,]+)\\}").split(",")) {
            Files.createDirectories(clone.resolve(module).resolve("src/main"));
            Files.writeString(clone.resolve(module).resolve("pom.xml"), "");
            Files.writeString(clone.resolve(module).resolve("src/main/Source.java"), "");
        }
        Files.createDirectories(clone.resolve("natives/platform"));
        Files.writeString(clone.resolve("natives/pom.xml"), "");
        Files.writeString(clone.resolve("natives/platform/pom.xml"), "");
        String module = group(script, "target=\\$home/([a-z]+)/target");
        Path built = ROOT.resolve(module).resolve("target");
        Path target = Files.createDirectories(clone.resolve(module).resolve("target"));
        Path jar = Path.of("resnet4j-" + module + ".jar");
        Files.copy(built.resolve(jar), target.resolve(jar));
        libraries = target.resolve("lib");
        Files.createSymbolicLink(libraries, built.resolve("lib"));
    }

    /** Before JUnit deletes the folder, which warns of links out of it. */
    @AfterEach
    void unlinkLibraries() throws IOException {
        Files.deleteIfExists(clone.resolve(folder.resolve("clone").relativize(libraries)));
    }

    private static String group(String text, String regex) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        assertThat(matcher.find()).as(regex).isTrue();
        return matcher.group(1);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(clone.resolve("resnet4j").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_") || name.equals("SPARK_HOME"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Outcome outcome(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        return new Outcome(process.waitFor(), out, err);
    }

    private Outcome list() throws Exception {
        Outcome outcome = outcome(start("list", "resnet18", "--json"));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(outcome.out())
                        .get(0)
                        .get("name")
                        .asString())
                .isEqualTo("resnet18");
        return outcome;
    }

    private long builds() throws IOException {
        return Files.exists(clone.resolve("builds"))
                ? Files.readAllLines(clone.resolve("builds")).size()
                : 0;
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewerAddedOrGone() throws Exception {
        assertThat(list().err()).contains("building once");
        assertThat(list().err()).isEmpty();
        assertThat(builds()).isEqualTo(1);

        Path source = clone.resolve("zoo/src/main/Source.java");
        Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        list();
        assertThat(builds()).isEqualTo(2);

        Path old = Files.createFile(clone.resolve("zoo/src/main/Old.java"));
        Files.setLastModifiedTime(source, FileTime.fromMillis(0));
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        list();
        assertThat(builds()).isEqualTo(3);

        Files.delete(old);
        list();
        assertThat(builds()).isEqualTo(4);
        assertThat(list().err()).isEmpty();
        assertThat(builds()).isEqualTo(4);
    }

    @Test
    void twoFirstStartsBuildOnce() throws Exception {
        Process first = start("list", "resnet18", "--json");
        Process second = start("list", "resnet18", "--json");
        Outcome one = outcome(first);
        Outcome two = outcome(second);
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(two.code()).as(two.err()).isZero();
        assertThat(one.out()).isEqualTo(two.out()).startsWith("[{");
        assertThat(builds()).isEqualTo(1);
    }

    /** The archive of class data knows its jars by their paths; the JVM says so on standard output, unless told not to. */
    @Test
    void aMovedCloneWritesNothingButJson() throws Exception {
        list();
        byte[] unfit = Files.readAllBytes(archive());
        Path elsewhere = folder.resolve("else where");
        Files.move(clone, elsewhere, StandardCopyOption.ATOMIC_MOVE);
        clone = elsewhere;
        assertThat(list().err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
        Files.write(archive(), unfit);
        assertThat(list().err()).isEmpty();
        Files.write(archive(), new byte[100]);
        assertThat(list().err()).isEmpty();
    }

    /** Maven's part is played by a script that makes the folder and leaves it empty. */
    @Test
    void sparkIsFetchedOnFirstUseAlone() throws Exception {
        list();
        Path pom = Files.createDirectories(clone.resolve("spark/installation")).resolve("pom.xml");
        Files.writeString(pom, "");
        Files.setLastModifiedTime(pom, FileTime.fromMillis(0));
        executable(clone.resolve("mvnw"), """
                #!/bin/sh
                echo built >>builds
                mkdir -p spark/target/spark/jars
                """);
        for (List<String> light :
                List.of(List.of("spark"), List.of("spark", "doctor", "--help"), List.of("spark", "jars"))) {
            Outcome help = outcome(start(light.toArray(String[]::new)));
            assertThat(help.code()).as(help.err()).isZero();
            assertThat(help.err()).isEmpty();
        }
        assertThat(builds()).isEqualTo(1);

        Outcome first = outcome(start("--debug", "spark", "doctor"));
        assertThat(first.code()).isEqualTo(ExitCode.USAGE);
        assertThat(first.err()).contains("fetching Spark once", "Spark is not on the class path");
        assertThat(outcome(start("spark", "doctor")).err()).doesNotContain("fetching");
        assertThat(builds()).isEqualTo(2);

        environment.put("SPARK_HOME", folder.toString());
        assertThat(outcome(start("spark", "doctor")).err()).contains("SPARK_HOME=" + folder + " holds no Spark");
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.walk(clone)) {
            return files.filter(file -> file.toString().endsWith(".jsa"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
