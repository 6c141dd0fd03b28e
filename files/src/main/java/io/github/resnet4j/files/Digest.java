package io.github.resnet4j.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A hash under construction. Not safe for use by several threads. */
public final class Digest {
    private final MessageDigest digest;

    Digest(String jdkName) {
        try {
            digest = MessageDigest.getInstance(jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + jdkName, e);
        }
    }

    /** A SHA-256. */
    public static Digest sha256() {
        return FileHash.Algorithm.SHA_256.digest();
    }

    /** Adds bytes. */
    public Digest add(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** Adds {@code length} bytes from {@code offset} on. */
    public Digest add(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
        return this;
    }

    /** Adds a text and a number, so that no other text and number add the same bytes. */
    public Digest add(String text, long number) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        return this;
    }

    /** The hash of all that was added, in lower-case hexadecimal; the next byte begins another. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
