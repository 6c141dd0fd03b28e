package io.github.resnet4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The zip as somebody unpacks it who has a Java runtime, and neither a JDK nor Maven. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DistributionIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String VERSION = System.getProperty("project.version");
    private static final String PLATFORM = System.getProperty("native.platform");

    /** All that the launcher needs besides Java; Java's compiler and Maven are not among it. */
    private static final List<String> PROGRAMS = List.of(
            "bash",
            "env",
            "readlink",
            "dirname",
            "cat",
            "rm",
            "grep",
            "uname",
            "awk",
            "nproc",
            "locale",
            "flock",
            "mkdir");

    @TempDir
    static Path folder;

    private static Path home;
    private static Path path;
    private static Path work;

    private record Outcome(int code, String out, String err) {
        Outcome succeeds() {
            assertThat(code).as(out + err).isZero();
            return this;
        }
    }

    @BeforeAll
    static void unpack() throws IOException {
        Path zip = Path.of("target", "resnet4j-" + VERSION + "-" + PLATFORM + ".zip");
        Path place = Files.createDirectory(folder.resolve("für alle"));
        unpack(zip, place);
        home = place.resolve("resnet4j-" + VERSION);
        path = Files.createDirectory(folder.resolve("path"));
        for (String program : PROGRAMS) {
            for (String bin : List.of("/usr/bin", "/bin", "/opt/homebrew/bin", "/usr/local/bin")) {
                Path here = Path.of(bin, program);
                if (Files.exists(here) && !Files.exists(path.resolve(program))) {
                    Files.createSymbolicLink(path.resolve(program), here);
                }
            }
        }
        Files.createSymbolicLink(path.resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
        work = Files.createDirectory(folder.resolve("work"));
        BufferedImage plane = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = plane.createGraphics();
        g.setColor(new Color(120, 170, 220));
        g.fillRect(0, 0, 32, 32);
        g.setColor(Color.LIGHT_GRAY);
        g.fillPolygon(new int[] {2, 5, 26, 30, 26, 6}, new int[] {15, 13, 13, 16, 18, 17}, 6);
        g.dispose();
        ImageIO.write(plane, "png", work.resolve("plane.png").toFile());
    }

    /** Before JUnit deletes the folder, which warns of links out of it. */
    @AfterAll
    static void unlink() throws IOException {
        Links.delete(folder);
    }

    private static void unpack(Path zip, Path to) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true))) {
            Path root = files.getPath("/");
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes any) throws IOException {
                    Files.createDirectories(to.resolve(root.relativize(from).toString()));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path from, BasicFileAttributes any) throws IOException {
                    Path copy = to.resolve(root.relativize(from).toString());
                    Files.copy(from, copy);
                    if (Files.getFileStore(copy).supportsFileAttributeView("posix")) {
                        Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(from));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    /** A command in the folder {@code work}, with nothing but {@code path} in its environment. */
    private static Outcome run(List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        path.toString(),
                        "HOME",
                        folder.toString(),
                        "RESNET4J_CACHE",
                        folder.resolve("cache").toString(),
                        "RESNET4J_JAVA_OPTS",
                        "-Xmx1g -XX:TieredStopAtLevel=1",
                        "OMP_NUM_THREADS",
                        "1"));
        int code = builder.start().waitFor();
        return new Outcome(code, Files.readString(out), Files.readString(err));
    }

    private static Outcome resnet4j(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/resnet4j").toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Through a link, as in /usr/local/bin, without any network, and where nothing can be written. */
    @Test
    @Order(1)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another")
    void readOnlyAndOfflineThroughALinkItPredicts() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("resnet4j"), home.resolve("bin/resnet4j"));
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/unshare",
                "--map-root-user",
                "--net",
                "--mount",
                "/bin/sh",
                "-c",
                "PATH=/usr/bin:/bin:/usr/sbin:/sbin; mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\""
                        + " && ! touch \"$0/x\" 2>/dev/null && export PATH=" + path + " && exec \"$@\"",
                home.toString()));
        List<String> probe = new ArrayList<>(command);
        probe.add("/bin/true");
        assumeTrue(
                Files.exists(Path.of(command.get(0))) && run(probe).code() == 0,
                "here nobody may mount a folder read-only in a namespace of its own");
        command.addAll(List.of(
                link.toString(), "predict", "--model", "resnet20-cifar.r4j_cifar10jpeg", "plane.png", "--json"));
        Outcome outcome = run(command).succeeds();
        assertThat(outcome.out()).contains("\"airplane\"");
        assertThat(home.resolve("lib/resnet4j.jsa")).doesNotExist();
    }

    @Test
    @Order(2)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another")
    void startsFasterFromTheSecondTimeOnAndBuildsNothing() throws Exception {
        Outcome first = resnet4j("--version").succeeds();
        assertThat(first.out()).startsWith("resnet4j " + VERSION);
        assertThat(first.err()).isEmpty();
        assertThat(home.resolve("lib/resnet4j.jsa")).exists();
        Outcome list = resnet4j("list", "resnet18").succeeds();
        assertThat(list.out()).contains("11,689,512");
        assertThat(list.err()).isEmpty();
    }

    @Test
    @Order(3)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another")
    void findsItsConfigurationsFromElsewhere() throws Exception {
        Outcome train = resnet4j("train", "-c", "configs/cifar10/resnet20.yaml", "--offline");
        assertThat(train.code())
                .as("not the configuration is missing, but the data: %s", train)
                .isEqualTo(5);
    }

    @Test
    @Order(4)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another")
    void saysWhereSparkComesFrom() throws Exception {
        resnet4j("spark", "doctor", "--help").succeeds();
        Outcome doctor = resnet4j("spark", "doctor");
        assertThat(doctor.code()).isEqualTo(2);
        assertThat(doctor.err())
                .isEqualTo("error: Spark is not part of resnet4j: unpack one for Scala 2.13"
                        + " (https://spark.apache.org/downloads.html) and set SPARK_HOME to its folder\n");
        assertThat(resnet4j("spark", "jars").succeeds().out())
                .contains(home.resolve("lib").toRealPath() + "/nd4j-api-")
                .doesNotContain("resnet4j-spark-app", "slf4j");
    }

    /** What a reader of the README looks for, and nothing that was left of other builds. */
    @Test
    void holdsWhatTheReadmeNames() throws IOException {
        assertThat(home.resolve("README.md")).hasSameBinaryContentAs(ROOT.resolve("README.md"));
        String released = VERSION.replace("-SNAPSHOT", "");
        assertThat(home.resolve("README.md"))
                .content()
                .contains(
                        "unzip resnet4j-" + released + "-linux-x86_64.zip ",
                        "/resnet4j-" + released + "/bin/resnet4j ");
        for (String file : List.of(
                "LICENSE",
                "CHANGELOG.md",
                "bin/resnet4j.cmd",
                "configs/finetune/full.yaml",
                "lib/spark/resnet4j-spark-app.jar",
                "notebooks/01-first-prediction.ipynb",
                "results/bundled/resnet20-cifar/README.md")) {
            assertThat(home.resolve(file)).exists();
        }
        try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
            List<String> names = libraries
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".jsa") && !name.endsWith(".owner") && !name.equals("spark"))
                    .toList();
            assertThat(names).contains("resnet4j-cli.jar").allSatisfy(name -> assertThat(name)
                    .endsWith(".jar"));
            assertThat(names.stream()
                            .map(name -> name.replaceFirst("-\\d.*?(-(linux|macosx|windows).*)?\\.jar$", "$1")))
                    .doesNotHaveDuplicates();
        }
    }

    /** Two scripts start the same program in the same way. */
    @Test
    void launchersAgree() throws IOException {
        String shell = Files.readString(ROOT.resolve("resnet4j"));
        String windows = Files.readString(ROOT.resolve("resnet4j.cmd"));
        assertThat(options(windows)).isEqualTo(options(shell)).hasSizeGreaterThan(10);
        String percentages = "(?i)total ?\\* ?(\\d+) ?/ ?100";
        assertThat(all(percentages, windows)).isEqualTo(all(percentages, shell)).hasSize(3);
        assertThat(words(all("ForEach|\\('(files'.*?)\\|", windows)))
                .isEqualTo(words(all("\\{(files,.*?)\\}", shell)))
                .contains("zoo", "spark", "cli");
        assertThat(words(all("%%c in \\((.*?)\\)", windows)))
                .isEqualTo(words(all("'' \\| (.*?)\\)", shell)))
                .contains("list", "version");
        String opens = "\\bjava\\.lang java\\.[\\w. \\\\\n]+sun\\.util\\.calendar";
        assertThat(words(all("(" + opens + ")", windows)))
                .isEqualTo(words(all("(" + opens + ")", shell)))
                .hasSizeGreaterThan(20);
        String variables = "\\b(SPARK_HOME|G?OMP_[A-Z_]+|RESNET4J_[A-Z_]+|JAVA_HOME)\\b";
        assertThat(all(variables, windows).stream().distinct().sorted())
                .isEqualTo(all(variables, shell).stream().distinct().sorted().toList());
    }

    /** Options of Java and Maven, up to what depends on the machine. */
    private static List<String> options(String script) {
        return all(
                        "(?<![\\w-])(-(?:XX:|X[a-z]+|D[\\w.]+|-(?:enable|sun|add)-)[\\w.:=,*+-]*)",
                        script.replaceAll("(?m)^ *(#|rem ).*", ""))
                .stream()
                .map(option -> option.replaceFirst("=(linux|windows)-", "="))
                .distinct()
                .sorted()
                .toList();
    }

    private static List<String> all(String regex, String text) {
        return Pattern.compile(regex)
                .matcher(text)
                .results()
                .filter(match -> match.group(1) != null)
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static List<String> words(List<String> texts) {
        return texts.stream()
                .flatMap(text -> Stream.of(text.split("\\W+")))
                .filter(word -> !word.isEmpty())
                .sorted()
                .collect(Collectors.toList());
    }
}
