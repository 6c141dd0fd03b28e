package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts what is read from a file and stops where no network is so large. That bounds time and memory, whatever the
 * file's references look like. A ResNet-50 has 1,200 objects and links, 1,600 messages and 700 texts in 0.2 MiB.
 */
final class Account {
    private static final long STRUCTURES = 8L << 20;

    /** A large chunked file may have more: it takes a hundred bytes for each chunk of thousands. */
    private static final int STRUCTURES_RATIO = 64;

    private static final int OBJECTS = 1 << 16;
    private static final int MESSAGES = 1 << 17;
    private static final int TEXTS = 1 << 16;

    /** Bytes of arrays as stored, as a multiple of the file's size: each is stored once. */
    private static final int STORED_RATIO = 2;

    /** Bytes of arrays once decompressed: a multiple of the file's size, and a constant. Real ones shrink by half. */
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

    /** Counts a structure. */
    void structure(long bytes, Location place) {
        structures += bytes;
        if (structures > STRUCTURES + file.file().size() / STRUCTURES_RATIO) {
            throw file.hostile(Fault.LIMIT, place, "has more than 8 MiB of structures");
        }
    }

    /** Counts an object or a link. */
    void object() {
        if (++objects > OBJECTS) {
            throw file.hostile(Fault.LIMIT, Location.WHOLE, "has more than " + OBJECTS + " groups, arrays and links");
        }
    }

    /** Counts a message of an object that is read. */
    void message() {
        if (++messages > MESSAGES) {
            throw file.hostile(Fault.LIMIT, Location.WHOLE, "has objects with more than " + MESSAGES + " messages");
        }
    }

    /** Counts a text of an attribute, or an attribute that is read. */
    void text() {
        if (++texts > TEXTS) {
            throw file.hostile(
                    Fault.LIMIT_TENSORS, Location.WHOLE, "lists more than " + TEXTS + " names of layers and weights");
        }
    }

    /** Counts an array. No writer gives one two names. */
    void array(long address, Location place) {
        if (!arrays.add(address)) {
            throw file.hostile(Fault.AMPLIFY, place, "has an array under two names");
        }
    }

    /** Counts bytes of an array or a chunk as stored. */
    void stored(long bytes, Location place) {
        stored += bytes;
        if (stored > STORED_RATIO * file.file().size()) {
            throw file.hostile(Fault.AMPLIFY, place, "has the same bytes in many arrays or chunks");
        }
    }

    /** Counts bytes of an array once decompressed; at most 2^59, so that the sum cannot overflow. */
    void decoded(long bytes, Location place) {
        decoded += bytes;
        if (decoded > DECODED + DECODED_RATIO * file.file().size()) {
            throw file.hostile(
                    Fault.AMPLIFY, place, "has chunked arrays that total more than eight times its own size");
        }
    }
}
