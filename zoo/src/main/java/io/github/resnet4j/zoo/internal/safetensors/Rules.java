package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.util.Optional;

/** What a header may contain, whether it is read or written. */
final class Rules {
    /** Bytes of the header's length before it. */
    static final int PREFIX = Long.BYTES;

    /** Bytes of the header, as in the reference. */
    static final int MAX_HEADER = 100_000_000;

    /** Objects and arrays in each other: the header, a tensor, its shape. */
    static final int MAX_DEPTH = 3;

    /** Characters of a string or a number: more would be held in memory several times before it can be refused. */
    static final int MAX_TOKEN = 4 << 20;

    /** Tensors, and entries of metadata. */
    static final int MAX_ENTRIES = 1 << 16;

    static final int MAX_RANK = 8;

    /** The largest integer up to which every JSON reader is exact. */
    static final long MAX_INTEGER = 1L << 53;

    /** Characters of all names and all metadata. */
    static final int MAX_TEXT = 4 << 20;

    static final String METADATA = "__metadata__";

    private static final int MAX_NAME = 512;

    private Rules() {}

    /** What is wrong with a tensor's name, if anything. Called for every tensor, it takes no memory. */
    static Optional<String> nameProblem(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (!isText(name)) {
            return Optional.of("has an unpaired surrogate");
        }
        int bytes = 0;
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                return Optional.of("has control characters");
            }
            bytes += utf8(name.charAt(i));
        }
        return bytes > MAX_NAME
                ? Optional.of("has " + bytes + " bytes, at most " + MAX_NAME + " are allowed")
                : Optional.empty();
    }

    /** Whether it can be written in UTF-8: JSON can spell halves of surrogate pairs. */
    static boolean isText(String text) {
        int point;
        for (int i = 0; i < text.length(); i += Character.charCount(point)) {
            point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                return false;
            }
        }
        return true;
    }

    /** Bytes that a {@code char} of well-formed text takes in UTF-8. */
    static int utf8(char c) {
        return c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }

    static BadWeightsException bad(FileBytes file, Fault fault, Location place, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.SAFETENSORS, fault, place, problem);
    }
}
