package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.internal.report.GitCommit;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The software and hardware of a run.
 *
 * @param resnet4j version, {@code development} when run from compiled classes
 * @param commit of the working copy it was built in, where there is one
 * @param java version and vendor
 * @param os name, version and architecture
 * @param cpu its model
 * @param cores processors this process may use
 * @param threads the network runs on
 * @param dl4j version of Deeplearning4j
 * @param backend what computes, such as {@code oneDNN 2.5.2, AVX2}
 */
public record Machine(
        String resnet4j,
        Optional<String> commit,
        String java,
        String os,
        String cpu,
        int cores,
        int threads,
        String dl4j,
        String backend) {

    /** This machine; reads files and properties only, no native code. */
    public static Machine here(int threads, String backend) {
        return new Machine(
                version("io.github.resnet4j", "resnet4j-finetune").orElse("development"),
                codeFolder().flatMap(GitCommit::of),
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                String.join(
                        " ",
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch")),
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                threads,
                version("org.deeplearning4j", "deeplearning4j-nn").orElse("unknown"),
                backend);
    }

    /** The version Maven wrote into an artifact's jar. */
    private static Optional<String> version(String group, String artifact) {
        String properties = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Machine.class.getResourceAsStream(properties)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties pom = new Properties();
            pom.load(in);
            return Optional.ofNullable(pom.getProperty("version"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> codeFolder() {
        CodeSource source = Machine.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()));
        } catch (URISyntaxException | RuntimeException e) {
            // Inside another jar or a custom class loader: not a folder, so no working copy.
            return Optional.empty();
        }
    }

    private static String cpuModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")).orElse(System.getProperty("os.arch"));
        }
    }
}
