package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import java.util.HashSet;
import java.util.Set;

/**
 * What has been read of a file, and ends it where no network is so large: so that time and memory are bounded whatever
 * refers to what. A ResNet-50 has 1,200 objects and links, 1,600 messages and 700 texts in 0.2 MiB.
 */
final class Account {
    private static final long STRUCTURES = 8L << 20;

    /** A large file in chunks may have more: a hundred bytes for each, which are thousands. */
    private static final int STRUCTURES_RATIO = 64;

    private static final int OBJECTS = 1 << 16;
    private static final int MESSAGES = 1 << 17;
    private static final int TEXTS = 1 << 16;

    /** Of arrays as they are in the file, times its size: each is there once. */
    private static final int STORED_RATIO = 2;

    /** Of arrays that are compressed, times the file's size, and so many bytes more: honest ones shrink by a half. */
    private static final int DECODED_RATIO = 8;

    private static final long DECODED = 256L << 20;

    private final Hdf5 file;
    private final Set<Long> arrays = new HashSet<>();
    private long structures;
    private int objects;
    private int messages;
    private int texts;
    private long stored;
    private long decoded;

    Account(Hdf5 file) {
        this.file = file;
    }

    /** A structure of so many bytes. */
    void structure(long bytes, Location place) {
        structures += bytes;
        if (structures > STRUCTURES + file.file().size() / STRUCTURES_RATIO) {
            throw file.hostile(Fault.LIMIT, place, "has more than 8 MiB of structures");
        }
    }

    /** An object or a link. */
    void object() {
        if (++objects > OBJECTS) {
            throw file.hostile(Fault.LIMIT, Location.WHOLE, "has more than " + OBJECTS + " groups, arrays and links");
        }
    }

    /** A message of an object, if it is of use. */
    void message() {
        if (++messages > MESSAGES) {
            throw file.hostile(Fault.LIMIT, Location.WHOLE, "has objects with more than " + MESSAGES + " messages");
        }
    }

    /** A text of an attribute, or an attribute that is read. */
    void text() {
        if (++texts > TEXTS) {
            throw file.hostile(
                    Fault.LIMIT_TENSORS, Location.WHOLE, "lists more than " + TEXTS + " names of layers and weights");
        }
    }

    /** An array, which no writer gives two names. */
    void array(long address, Location place) {
        if (!arrays.add(address)) {
            throw file.hostile(Fault.AMPLIFY, place, "has an array under two names");
        }
    }

    /** Bytes of an array or a chunk as they are in the file. */
    void stored(long bytes, Location place) {
        stored += bytes;
        if (stored > STORED_RATIO * file.file().size()) {
            throw file.hostile(Fault.AMPLIFY, place, "has the same bytes in many arrays or chunks");
        }
    }

    /** Bytes of an array that come out of its chunks; at most 2^59, so that the sum is one, too. */
    void decoded(long bytes, Location place) {
        decoded += bytes;
        if (decoded > DECODED + DECODED_RATIO * file.file().size()) {
            throw file.hostile(
                    Fault.AMPLIFY, place, "has chunked arrays that total more than eight times its own size");
        }
    }
}
