package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The published hash of a file.
 *
 * @param algorithm the hash function
 * @param hex the hash in lower-case hexadecimal, or its first digits if only those are published
 */
public record Checksum(Algorithm algorithm, String hex) {
    /** The shortest prefix worth comparing: the digits in the file names of PyTorch's weights. */
    private static final int SHORTEST_PREFIX = 8;

    private static final int BUFFER = 1 << 16;

    /** The hash functions that publishers use. */
    public enum Algorithm {
        /** Finds damage, not malice: safe only over https. */
        MD5("MD5", 32),
        /** Finds damage; malice has been possible since 2017: safe only over https. */
        SHA1("SHA-1", 40),
        /** Finds both; of a prefix of 8 digits, damage only. */
        SHA256("SHA-256", 64);

        private final String jdkName;
        private final int digits;

        Algorithm(String jdkName, int digits) {
            this.jdkName = jdkName;
            this.digits = digits;
        }
    }

    public Checksum {
        if (!hex.matches("[0-9a-f]{" + SHORTEST_PREFIX + "," + algorithm.digits + "}")) {
            throw new IllegalArgumentException("\"" + hex + "\" is not the beginning of a " + algorithm.jdkName + ", "
                    + SHORTEST_PREFIX + " to " + algorithm.digits + " lower-case hex digits");
        }
    }

    public static Checksum md5(String hex) {
        return whole(Algorithm.MD5, hex);
    }

    public static Checksum sha256(String hex) {
        return whole(Algorithm.SHA256, hex);
    }

    /** A hash of which only the first digits are known, at least 8, such as those in {@code resnet50-0676ba61.pth}. */
    public static Checksum sha256Prefix(String hex) {
        return new Checksum(Algorithm.SHA256, hex);
    }

    /** The full hash of {@code file} by the same hash function. */
    Checksum of(Path file) throws IOException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    /** The full hash of the only file in the zip archive {@code path}; empty if it is something else. */
    Optional<Checksum> ofZipped(Path path) throws IOException {
        MessageDigest digest = newDigest();
        return ZippedFile.copy(path, new DigestOutputStream(OutputStream.nullOutputStream(), digest))
                ? Optional.of(new Checksum(algorithm, HexFormat.of().formatHex(digest.digest())))
                : Optional.empty();
    }

    /** Whether a file with the full hash {@code found} is the published one. */
    boolean matches(Checksum found) {
        return found.algorithm == algorithm && found.isWhole() && found.hex.startsWith(hex);
    }

    @Override
    public String toString() {
        return algorithm.jdkName + " " + hex + (isWhole() ? "" : "…");
    }

    private boolean isWhole() {
        return hex.length() == algorithm.digits;
    }

    private static Checksum whole(Algorithm algorithm, String hex) {
        if (hex.length() != algorithm.digits) {
            throw new IllegalArgumentException("A " + algorithm.jdkName + " has " + algorithm.digits
                    + " lower-case hex digits, not \"" + hex + "\"");
        }
        return new Checksum(algorithm, hex);
    }

    private MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(algorithm.jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm.jdkName, e);
        }
    }
}
