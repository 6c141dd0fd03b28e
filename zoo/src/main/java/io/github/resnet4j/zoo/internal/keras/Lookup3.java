package io.github.resnet4j.zoo.internal.keras;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bob Jenkins' lookup3 hash ("hashlittle"), HDF5's checksum of its newer structures. */
final class Lookup3 {
    private Lookup3() {}

    /** The hash of all the bytes up to the limit. */
    static int hash(ByteBuffer any) {
        ByteBuffer bytes = any.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.limit();
        int a = 0xDEAD_BEEF + length;
        int b = a;
        int c = a;
        int at = 0;
        for (; length - at > 12; at += 12) {
            a += bytes.getInt(at);
            b += bytes.getInt(at + 4);
            c += bytes.getInt(at + 8);
            a = a - c ^ Integer.rotateLeft(c, 4);
            c += b;
            b = b - a ^ Integer.rotateLeft(a, 6);
            a += c;
            c = c - b ^ Integer.rotateLeft(b, 8);
            b += a;
            a = a - c ^ Integer.rotateLeft(c, 16);
            c += b;
            b = b - a ^ Integer.rotateLeft(a, 19);
            a += c;
            c = c - b ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        if (at == length) { // nothing at all; otherwise 1 to 12 bytes are left
            return c;
        }
        a += word(bytes, at);
        b += word(bytes, at + 4);
        c += word(bytes, at + 8);
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        return (c ^ b) - Integer.rotateLeft(b, 24);
    }

    /** Four bytes, little-endian; those behind the end are 0. */
    private static int word(ByteBuffer bytes, int at) {
        int word = 0;
        for (int i = Math.min(3, bytes.limit() - 1 - at); i >= 0; i--) {
            word = word << 8 | bytes.get(at + i) & 0xFF;
        }
        return word;
    }
}
