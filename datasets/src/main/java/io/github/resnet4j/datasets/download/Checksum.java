package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The published hash of a file, in lower-case hexadecimal. */
public record Checksum(Algorithm algorithm, String hex) {
    /** The hash functions that publishers of data sets use. */
    public enum Algorithm {
        /** Finds damage, not malice: safe only over https. */
        MD5("MD5", 32),
        /** Finds both. */
        SHA256("SHA-256", 64);

        private final String jdkName;
        private final int digits;

        Algorithm(String jdkName, int digits) {
            this.jdkName = jdkName;
            this.digits = digits;
        }
    }

    public Checksum {
        if (!hex.matches("[0-9a-f]{" + algorithm.digits + "}")) {
            throw new IllegalArgumentException("A " + algorithm.jdkName + " has " + algorithm.digits
                    + " lower-case hex digits, not \"" + hex + "\"");
        }
    }

    public static Checksum md5(String hex) {
        return new Checksum(Algorithm.MD5, hex);
    }

    public static Checksum sha256(String hex) {
        return new Checksum(Algorithm.SHA256, hex);
    }

    /** The same hash function over {@code file}, read once from start to end. */
    Checksum of(Path file) throws IOException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public String toString() {
        return algorithm.jdkName + " " + hex;
    }

    private MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(algorithm.jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm.jdkName, e);
        }
    }
}
