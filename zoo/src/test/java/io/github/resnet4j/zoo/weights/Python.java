package io.github.resnet4j.zoo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The system's Python, whose programs read what we write. Tests that need it are skipped where it is not. */
public final class Python {
    private static final Path PROGRAM = Path.of("/usr/bin/python3");

    private Python() {}

    /** Skips the test unless there is Python with these modules. */
    public static void assume(String... modules) throws IOException, InterruptedException {
        assumeThat(Files.isExecutable(PROGRAM)).as("there is no " + PROGRAM).isTrue();
        String imports = String.join(",", modules);
        assumeThat(start(ProcessBuilder.Redirect.DISCARD, "-c", "import " + imports)
                        .waitFor())
                .as("Python has not all of " + imports)
                .isZero();
    }

    /** What a script of {@code src/test/fixtures} prints as JSON. */
    public static JsonNode json(String script, Object... arguments) throws IOException, InterruptedException {
        String[] texts = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        Process process = start(
                ProcessBuilder.Redirect.INHERIT,
                Stream.concat(Stream.of("src/test/fixtures/" + script), Stream.of(texts))
                        .toArray(String[]::new));
        JsonNode printed = new ObjectMapper().readTree(process.getInputStream());
        assertThat(process.waitFor()).as(script).isZero();
        return printed;
    }

    private static Process start(ProcessBuilder.Redirect errors, String... arguments) throws IOException {
        return new ProcessBuilder(Stream.concat(Stream.of(PROGRAM.toString()), Stream.of(arguments))
                        .toList())
                .redirectError(errors)
                .start();
    }

    /** As {@code hashlib.sha256(bytes).hexdigest()}. */
    public static String sha256(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return String.format("%064x", new BigInteger(1, hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
