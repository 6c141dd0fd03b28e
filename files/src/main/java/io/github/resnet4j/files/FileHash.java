package io.github.resnet4j.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The published hash of a file.
 *
 * @param algorithm the hash function
 * @param hex the hash in lower-case hexadecimal, or its first digits, at least 8, if no more is known: PyTorch's file
 *     names carry 8 digits of the SHA-256
 */
public record FileHash(Algorithm algorithm, String hex) {
    private static final int SHORTEST_PREFIX = 8;
    private static final int BUFFER = 1 << 16;

    /** The hash functions that publishers use. */
    public enum Algorithm {
        /** Finds damage and malice; of a prefix of 8 digits, damage only. */
        SHA_256("SHA-256", 64),
        /** Finds damage; malice has been possible since 2017: safe only over https. */
        SHA_1("SHA-1", 40),
        /** Finds damage, not malice: safe only over https. */
        MD5("MD5", 32);

        private final String jdkName;
        private final int digits;

        Algorithm(String jdkName, int digits) {
            this.jdkName = jdkName;
            this.digits = digits;
        }

        /** A hash of bytes that are still to come. */
        public Digest digest() {
            return new Digest(jdkName);
        }

        /** The hash of {@code file}. */
        public FileHash of(Path file) throws IOException {
            Digest digest = digest();
            byte[] buffer = new byte[BUFFER];
            try (InputStream in = Files.newInputStream(file)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.add(buffer, 0, n);
                }
            }
            return new FileHash(this, digest.hex());
        }
    }

    public FileHash {
        if (!hex.matches("[0-9a-f]{" + SHORTEST_PREFIX + "," + algorithm.digits + "}")) {
            throw new IllegalArgumentException(
                    "\"" + hex + "\" is not a " + algorithm.jdkName + " or its beginning: give " + SHORTEST_PREFIX
                            + " to " + algorithm.digits + " lower-case hex digits");
        }
    }

    /** The full hash of {@code file} by the same hash function. */
    public FileHash of(Path file) throws IOException {
        return algorithm.of(file);
    }

    /** Whether all digits are known. */
    public boolean isWhole() {
        return hex.length() == algorithm.digits;
    }

    /** Whether a file with the hash {@code found}, all digits in either case, can be the one. */
    public boolean matches(String found) {
        return found.length() == algorithm.digits
                && found.toLowerCase(Locale.ROOT).startsWith(hex);
    }

    @Override
    public String toString() {
        return algorithm.jdkName + " " + hex + (isWhole() ? "" : "…");
    }
}
