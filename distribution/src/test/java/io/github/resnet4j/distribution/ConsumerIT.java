package io.github.resnet4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project with three dependencies on what is published. Its Maven runs offline, on a local repository whose third-party
 * artifacts are this build's, by symbolic links, and in which ours stand as they are published.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "symbolic links need a privilege there")
final class ConsumerIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String VERSION = System.getProperty("project.version");
    private static final String PLATFORM = System.getProperty("native.platform");
    private static final List<String> LIBRARIES = List.of("files", "zoo", "engine", "datasets", "finetune");

    @TempDir
    static Path folder;

    private static Path project;
    private static Path repository;

    @BeforeAll
    static void layOut() throws IOException {
        repository = folder.resolve("repository");
        Path ours = link(Path.of(System.getProperty("local.repository")), repository, "io", "github", "resnet4j");
        for (String library : LIBRARIES) {
            Path target = ROOT.resolve(library).resolve("target");
            Path published = publish(ours, "resnet4j-" + library, target);
            String jar = "resnet4j-" + library + "-" + VERSION + ".jar";
            Files.createSymbolicLink(published.resolve(jar), target.resolve(jar));
        }
        publish(ours, "resnet4j-bom", ROOT.resolve("bom/target"));
        publish(
                ours,
                "resnet4j-natives-" + PLATFORM,
                ROOT.resolve("natives").resolve(PLATFORM).resolve("target"));
        project = Files.createDirectory(folder.resolve("project"));
        Path source = Path.of("src/test/consumer");
        Path main = Path.of("src/main/java/consumer/Consumer.java");
        Files.createDirectories(project.resolve(main).getParent());
        Files.copy(source.resolve(main), project.resolve(main));
        Files.writeString(project.resolve("pom.xml"), filled(Files.readString(source.resolve("pom.xml"))));
    }

    /** Before JUnit deletes the folder, which warns of links out of it. */
    @AfterAll
    static void unlink() throws IOException {
        Links.delete(folder);
    }

    /**
     * Makes {@code to} a folder of links to what {@code from} holds, except for the folder of the given names, which is
     * made anew.
     */
    private static Path link(Path from, Path to, String... names) throws IOException {
        Files.createDirectories(to);
        if (names.length == 0) {
            return to;
        }
        if (Files.isDirectory(from)) {
            try (Stream<Path> entries = Files.list(from)) {
                for (Path entry : entries.filter(any -> !any.endsWith(names[0])).toList()) {
                    Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
                }
            }
        }
        String[] rest = Arrays.copyOfRange(names, 1, names.length);
        return link(from.resolve(names[0]), to.resolve(names[0]), rest);
    }

    private static Path publish(Path group, String artifact, Path target) throws IOException {
        Path to = Files.createDirectories(group.resolve(artifact).resolve(VERSION));
        Files.copy(
                target.resolve("published-pom.xml"),
                to.resolve(artifact + "-" + VERSION + ".pom"),
                StandardCopyOption.REPLACE_EXISTING);
        return to;
    }

    /** With versions and platform of this build. */
    private static String filled(String pom) throws IOException {
        String parent = Files.readString(ROOT.resolve("pom.xml"));
        return Pattern.compile("@([a-z0-9-]+)@").matcher(pom).replaceAll(token -> switch (token.group(1)) {
            case "version" -> VERSION;
            case "platform" -> PLATFORM;
            case "slf4j" -> group(parent, "<slf4j\\.version>(.*)</slf4j\\.version>");
            default -> group(parent, "<artifactId>" + token.group(1) + "</artifactId>\\s*<version>(.*)</version>");
        });
    }

    private static String group(String text, String regex) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        assertThat(matcher.find()).as(regex).isTrue();
        return matcher.group(1);
    }

    @Test
    void compilesAndRuns() throws Exception {
        Path classPath = folder.resolve("class-path.txt");
        run(
                Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(),
                "-o",
                "-q",
                "-B",
                "-Dmaven.repo.local=" + repository,
                "compile",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + classPath);
        String libraries = Files.readString(classPath).strip();
        assertThat(libraries.split(File.pathSeparator))
                .as("natives of one platform, and none of the native image stack")
                .allSatisfy(library -> assertThat(library)
                        .doesNotContain("opencv", "ffmpeg", "leptonica", "hdf5")
                        // nd4j-native-preset has a classifier, but no natives.
                        .doesNotMatch(
                                ".*(?<!preset-.{1,20})-(linux|macosx|windows)-.*(?<!" + PLATFORM + "|avx2)\\.jar"));
        String out = run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                project.resolve("target/classes") + File.pathSeparator + libraries,
                "consumer.Consumer");
        assertThat(out).contains("best: ", "learnt: true").doesNotContain("DEBUG");
        if (System.getProperty("native.classifier").contains("onednn")) {
            assertThat(out).contains("engine: ONEDNN");
        }
    }

    @Test
    void bomHasTheVersionsThatThisBuildRunsWith() throws IOException {
        String parent = Files.readString(ROOT.resolve("pom.xml"));
        String bom = Files.readString(ROOT.resolve("bom/target/published-pom.xml"));
        assertThat(bom).doesNotContain("${", "<parent>", "<properties>");
        Map.of("nd4j-native", "dl4j", "javacpp", "javacpp", "openblas", "openblas", "dnnl", "dnnl", "opencl", "opencl")
                .forEach((artifact, property) -> assertThat(
                                group(bom, "<artifactId>" + artifact + "</artifactId>\\s*<version>(.*)</version>"))
                        .as(artifact)
                        .isEqualTo(group(parent, "<" + property + "\\.version>(.*)</" + property + "\\.version>")));
    }

    /** What the README says is what this project does. */
    @Test
    void readmeNamesTheSameDependencies() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String xml = block(readme, "xml");
        String pom = Files.readString(project.resolve("pom.xml")).replace("-SNAPSHOT", "");
        assertThat(xml.replace("linux-x86_64", PLATFORM).replaceAll("\\s+", ""))
                .isEqualTo(group(pom, "(?s)(<dependencyManagement>.*</dependencies>)")
                        .replaceAll("\\s+", ""));
        assertThat(Pattern.compile("[\\w.]+:[\\w.:-]+")
                        .matcher(block(readme, "kotlin"))
                        .results()
                        .map(MatchResult::group))
                .containsExactlyElementsOf(Pattern.compile(
                                "<groupId>(.*)</groupId>\\s*<artifactId>(.*)</artifactId>(?:\\s*<version>(.*)</version>)?")
                        .matcher(xml)
                        .results()
                        .map(d -> d.group(1) + ":" + d.group(2) + (d.group(3) == null ? "" : ":" + d.group(3)))
                        .toList());
    }

    private static String block(String readme, String language) {
        return group(readme, "(?ms)^```" + language + "\\n(.*?)^```$");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of(
                        "OMP_WAIT_POLICY",
                        "passive",
                        "RESNET4J_CACHE",
                        folder.resolve("cache").toString()));
        int code = builder.start().waitFor();
        String text = Files.readString(output);
        assertThat(code).as(text).isZero();
        return text;
    }
}
