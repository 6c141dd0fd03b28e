package io.github.resnet4j.zoo.pretrained;

import java.util.Locale;

/**
 * The published hash of a file of weights.
 *
 * @param algorithm the hash function
 * @param hex the hash in lower-case hexadecimal, or its first digits, at least 8, if no more is known: PyTorch's file
 *     names carry 8 digits of the SHA-256
 */
public record FileHash(Algorithm algorithm, String hex) {
    private static final int SHORTEST_PREFIX = 8;

    /** The hash functions that publishers of weights use. */
    public enum Algorithm {
        /** Finds damage and malice; of a prefix of 8 digits, damage only. */
        SHA_256("SHA-256", 64),
        /** Finds damage; malice has been possible since 2017: safe only over https. pytorchcv's choice. */
        SHA_1("SHA-1", 40),
        /** Finds damage, not malice: safe only over https. Keras' choice. */
        MD5("MD5", 32);

        private final String jdkName;
        private final int digits;

        Algorithm(String jdkName, int digits) {
            this.jdkName = jdkName;
            this.digits = digits;
        }

        /** What Java calls it. */
        public String jdkName() {
            return jdkName;
        }
    }

    public FileHash {
        if (!hex.matches("[0-9a-f]{" + SHORTEST_PREFIX + "," + algorithm.digits + "}")) {
            throw new IllegalArgumentException(
                    "\"" + hex + "\" is not a " + algorithm.jdkName + " or its beginning: give " + SHORTEST_PREFIX
                            + " to " + algorithm.digits + " lower-case hex digits");
        }
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
