package io.github.resnet4j.zoo.weights.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Place;

/**
 * What has been read of a file, and ends it where no network is so large: so that time and memory are bounded whatever
 * refers to what. The structures of a ResNet-152 with 3,000 objects are 3 MiB.
 */
final class Account {
    private static final long STRUCTURES = 32L << 20;
    private static final int OBJECTS = 1 << 16;
    private static final int TEXTS = 1 << 17;

    /** Of arrays as they are in the file, times its size: each is there once. */
    private static final int STORED_RATIO = 2;

    /** Of arrays that are compressed, times the file's size, and so many bytes more: honest ones shrink by a half. */
    private static final int DECODED_RATIO = 8;

    private static final long DECODED = 512L << 20;

    private final Hdf5 file;
    private long structures;
    private int objects;
    private int texts;
    private long stored;
    private long decoded;

    Account(Hdf5 file) {
        this.file = file;
    }

    /** A structure of so many bytes. */
    void structure(long bytes, Place place) {
        structures += bytes;
        if (structures > STRUCTURES) {
            throw file.hostile(Fault.LIMIT, place, "has more than " + (STRUCTURES >> 20) + " MiB of structures");
        }
    }

    /** An object or a link. */
    void object() {
        if (++objects > OBJECTS) {
            throw file.hostile(Fault.LIMIT, Place.WHOLE, "has more than " + OBJECTS + " groups, arrays and links");
        }
    }

    /** A text of an attribute. */
    void text() {
        if (++texts > TEXTS) {
            throw file.hostile(
                    Fault.LIMIT_TENSORS, Place.WHOLE, "lists more than " + TEXTS + " names of layers and weights");
        }
    }

    /** Bytes of an array as they are in the file. */
    void stored(long bytes, Place place) {
        stored += bytes;
        if (stored > STORED_RATIO * file.file().size()) {
            throw file.hostile(Fault.AMPLIFY, place, "gives the same bytes for many arrays");
        }
    }

    /** Bytes of an array that come out of its chunks; at most 2^59, so that the sum is one, too. */
    void decoded(long bytes, Place place) {
        decoded += bytes;
        if (decoded > DECODED + DECODED_RATIO * file.file().size()) {
            throw file.hostile(
                    Fault.AMPLIFY, place, "has arrays in chunks of together more than eight times its own size");
        }
    }
}
