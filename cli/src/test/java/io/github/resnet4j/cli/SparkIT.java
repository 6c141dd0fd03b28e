package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the README's commands for Spark, with the launcher and with spark-submit, which stands in a script here. The cluster is
 * one of two workers with Spark's own main classes.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are those of bash")
final class SparkIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path INSTALLATION = ROOT.resolve("spark/target/spark");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```shell\\n(.*?)^```$");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final String CIFAR = "-c configs/cifar10/resnet20.yaml --data CIFAR";

    @TempDir
    static Path folder;

    private static final List<Process> CLUSTER = new ArrayList<>();
    private static Path clone;
    private static String master;

    private record Outcome(int code, String out, String err) {}

    @BeforeAll
    static void layOut() throws Exception {
        assumeTrue(Files.exists(ROOT.resolve("README.md")), "README.md is not here: nothing to run");
        Path jars = INSTALLATION.resolve("jars");
        Path pom = ROOT.resolve("spark/installation/pom.xml");
        if (!Files.exists(jars.resolve(".complete"))) {
            Outcome fetched = run(
                    ROOT,
                    Map.of(),
                    List.of(
                            ROOT.resolve("mvnw").toString(),
                            "-q",
                            "-B",
                            "-f",
                            pom.toString(),
                            "dependency:copy-dependencies",
                            "-DincludeScope=runtime"));
            assertThat(fetched.code()).as(fetched.out()).isZero();
            Files.writeString(jars.resolve(".complete"), "");
        }
        clone = Files.createDirectories(folder.resolve("clone"));
        Files.createDirectories(clone.resolve("cli"));
        Files.createDirectories(clone.resolve("spark/installation"));
        Files.createDirectories(clone.resolve("spark/target"));
        for (String link : List.of("cli/target", "spark/target/spark")) {
            Files.createSymbolicLink(clone.resolve(link), ROOT.resolve(link));
        }
        Path quickstart = Files.createDirectories(clone.resolve("runs/quickstart"));
        Files.copy(Path.of(Trained.model()), quickstart.resolve("model.zip"));
        for (String name : List.of("star", "moon")) {
            Path from = Trained.images().resolve("train").resolve(name);
            Path to = Files.createDirectories(clone.resolve("PHOTOS").resolve(name));
            for (int i = 0; i < 12; i++) {
                String image = String.format("%s-%04d.png", name, i);
                Files.copy(from.resolve(image), to.resolve(image));
            }
        }
        // As in a clone that is built: the launcher shall neither build nor fetch.
        Path old = Files.writeString(clone.resolve("spark/installation/pom.xml"), "");
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        String launcher = Files.readString(ROOT.resolve("resnet4j"));
        script("resnet4j", launcher.replace("if $clone && ! built; then", "if false; then"));
        layOutTraining();
        script("mvnw", "#!/bin/sh\necho 'not here' >&2; exit 1\n");
        script("spark-submit", """
                #!/bin/bash
                opens=()
                for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util \\
                  java.util.concurrent java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs \\
                  sun.security.action sun.util.calendar; do
                  opens+=(--add-opens=java.base/$package=ALL-UNNAMED)
                done
                export SPARK_HOME='%s' SPARK_LOCAL_IP=127.0.0.1
                exec '%s' "${opens[@]}" -Xmx1g -cp "$SPARK_HOME/jars/*" org.apache.spark.deploy.SparkSubmit "$@"
                """.formatted(INSTALLATION, JAVA));
    }

    /** In place of CIFAR-10. */
    private static void layOutTraining() throws IOException {
        ImageIO.setUseCache(false);
        for (String part : List.of("train", "val")) {
            for (int i = 0; i < 8; i++) {
                BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
                image.setRGB(i, i, 0xff0000 >> 8 * (i % 2));
                Path file = clone.resolve("images")
                        .resolve(part)
                        .resolve("class" + i % 2)
                        .resolve(i + ".png");
                Files.createDirectories(file.getParent());
                ImageIO.write(image, "png", file.toFile());
            }
        }
        Files.writeString(clone.resolve("tiny.yaml"), """
                name: tiny
                model: {name: resnet8-mlperf}
                data: {dataset: folder, dir: images, image-size: 8, normalize: cifar10}
                train: {epochs: 1, batch-size: 4}
                optimizer: {type: sgd, lr: 0.05}
                schedule: {type: constant}
                """);
    }

    private static void script(String name, String text) throws IOException {
        Path file = Files.writeString(clone.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Before JUnit deletes the folder, which warns of links out of it. */
    @AfterAll
    static void end() throws Exception {
        for (Process process : CLUSTER) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        for (Process process : CLUSTER) {
            process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
        }
        if (clone != null) {
            Files.deleteIfExists(clone.resolve("cli/target"));
            Files.deleteIfExists(clone.resolve("spark/target/spark"));
        }
    }

    @Test
    void commandsRunAsPrinted() throws Exception {
        startCluster();
        List<String> blocks = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).isNotEmpty().anyMatch(block -> block.startsWith("spark-submit "));
        for (String block : blocks) {
            for (String command : block.replaceAll("\\\\\\n\\s*", "").split("\\n")) {
                Outcome outcome =
                        shell(command.replace("spark://HOST:7077", master).replace(CIFAR, "-c tiny.yaml"));
                assertThat(outcome.code())
                        .as("exit code of %s: %s%s", command, outcome.out(), outcome.err())
                        .isZero();
                if (command.contains("spark predict")) {
                    assertThat(outcome.out()).startsWith("24 rows in predictions, 1 Parquet file; 24 now");
                }
                if (command.contains("spark eval")) {
                    assertThat(outcome.out()).startsWith("top-1 ").contains(" on 24 images", "CSV files");
                }
                if (command.contains("spark doctor")) {
                    assertThat(outcome.out())
                            .contains(
                                    "executor 0 on 127.0.0.1",
                                    "executor 1 on 127.0.0.1",
                                    "All compute as they should.");
                } else if (command.contains("spark train")) {
                    assertThat(outcome.out()).contains("model:  runs/tiny/model.zip");
                    assertThat(clone.resolve("runs/tiny/executors.csv"))
                            .content()
                            .contains("1,0,", "1,1,");
                }
            }
        }
    }

    private static Outcome shell(String command) throws Exception {
        return run(
                clone,
                Map.of(
                        "PATH",
                        clone + ":" + System.getenv("PATH"),
                        "RESNET4J_JAVA_OPTS",
                        "-Xmx1g -XX:TieredStopAtLevel=1"),
                List.of("bash", "-c", command));
    }

    private static Outcome run(Path where, Map<String, String> environment, List<String> command) throws Exception {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_") || name.startsWith("SPARK_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as("%s ends", command)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static void startCluster() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        master = "spark://127.0.0.1:" + port;
        Path log = daemon("master.Master", "--port", Integer.toString(port));
        await(() -> read(log).contains("I have been elected leader"));
        for (int i = 0; i < 2; i++) {
            Path worker = daemon(
                    "worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--work-dir",
                    folder.resolve("work" + i).toString(),
                    master);
            await(() -> read(worker).contains("Successfully registered"));
        }
    }

    private static Path daemon(String name, String... arguments) throws IOException {
        Path log = folder.resolve(CLUSTER.size() + ".log");
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dspark.master.rest.enabled=false",
                "-cp",
                INSTALLATION.resolve("jars") + "/*",
                "org.apache.spark.deploy." + name,
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME", INSTALLATION.toString(),
                        "SPARK_SCALA_VERSION", "2.13",
                        "SPARK_LOCAL_IP", "127.0.0.1"));
        CLUSTER.add(builder.start());
        return log;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for 180 s").isLessThan(end);
            Thread.sleep(100);
        }
    }
}
