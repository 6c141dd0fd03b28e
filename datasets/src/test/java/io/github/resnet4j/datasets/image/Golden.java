package io.github.resnet4j.datasets.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The files that {@code src/test/fixtures/images.py} wrote. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private Golden() {}

    public static Path file(String name) {
        return ROOT.resolve(name);
    }

    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names in a folder that end so, sorted. */
    public static List<String> names(String folder, String... endings) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> Arrays.stream(endings).anyMatch(n::endsWith))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of a CSV file without quotes, split, without the first. */
    public static List<String[]> table(String name) {
        try (Stream<String> lines = Files.lines(ROOT.resolve(name))) {
            return lines.skip(1).map(line -> line.split(",")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An image whose pixels are stored as they are. */
    public static Rgb8Image ppm(String name) {
        byte[] bytes = bytes(name);
        int end = 0;
        while (bytes[end] != '\n') {
            end++;
        }
        String[] header = new String(bytes, 0, end, StandardCharsets.US_ASCII).split(" ");
        return new Rgb8Image(
                Integer.parseInt(header[1]),
                Integer.parseInt(header[2]),
                Arrays.copyOfRange(bytes, end + 1, bytes.length));
    }

    /** The first eight bytes of the SHA-256, in hexadecimal. */
    public static String sha(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
