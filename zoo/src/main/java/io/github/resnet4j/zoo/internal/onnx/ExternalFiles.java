package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The files beside a model that hold numbers of its tensors. A model may name files in its own folder and below it, by
 * relative paths, and no others: neither by {@code ..} nor through a symbolic link.
 */
final class ExternalFiles {
    /** Each is open as long as its tensors are in use. */
    private static final int MOST_FILES = 512;

    private static final int LONGEST = 1 << 10;
    private static final Pattern LOCATION = Pattern.compile("[^/\\\\:\\p{Cntrl}]+(?:/[^/\\\\:\\p{Cntrl}]+)*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final Limits limits;
    private final Map<String, FileBytes> open = new HashMap<>();

    /** Where the numbers of a tensor begin. */
    record Place(FileBytes file, long offset) {}

    ExternalFiles(Limits limits) {
        this.limits = limits;
    }

    /**
     * Finds the numbers of a tensor.
     *
     * @param entries what the model says about them: {@code location}, {@code offset}, {@code length}
     * @param bytes how many there must be
     */
    Place find(Stored tensor, Map<String, String> entries, long bytes) {
        String location = entries.getOrDefault("location", "");
        FileBytes file = open.get(location);
        if (file == null) {
            file = open(tensor, location);
            open.put(location, file);
        }
        long offset = number(tensor, entries, "offset", 0);
        long length = number(tensor, entries, "length", bytes);
        if (length != bytes) {
            throw bad(tensor, Fault.SIZE, "takes " + length + " bytes of another file where it has " + bytes);
        }
        if (offset > file.size() || bytes > file.size() - offset) {
            throw bad(
                    tensor,
                    Fault.BOUNDS,
                    "takes bytes " + offset + " to " + (offset + bytes) + " of " + Printable.brief(location)
                            + ", which has " + file.size());
        }
        return new Place(file, offset);
    }

    /** Bytes of all files that have been opened. */
    long bytes() {
        return open.values().stream().mapToLong(FileBytes::size).sum();
    }

    private FileBytes open(Stored tensor, String location) {
        if (location.length() > LONGEST // before the expression, whose time and stack grow with it
                || !LOCATION.matcher(location).matches()
                || (location + "/").contains("../")) {
            throw hostile(tensor, location, "which is not a path of files in the model's folder");
        }
        limits.atMost(MOST_FILES, open.size() + 1, tensor.at(), "files beside it");
        try {
            Path folder = limits.file().path().toAbsolutePath().getParent().toRealPath();
            Path file = folder.resolve(location);
            if (!Files.exists(file)) {
                throw bad(
                        tensor,
                        Fault.EXTERNAL,
                        "has its numbers in " + Printable.brief(location)
                                + ", which is not beside the model; copy both into one folder");
            }
            Path real = file.toRealPath();
            if (!real.startsWith(folder)) {
                throw hostile(tensor, location, "a link that leads out of the model's folder");
            }
            return FileBytes.open(real);
        } catch (InvalidPathException e) {
            throw hostile(tensor, location, "which is no path on this system");
        } catch (IOException e) {
            throw bad(
                    tensor,
                    Fault.EXTERNAL,
                    "has its numbers in " + Printable.brief(location) + ", which cannot be read");
        }
    }

    private long number(Stored tensor, Map<String, String> entries, String key, long absent) {
        String text = entries.get(key);
        if (text == null) {
            return absent;
        }
        if (!NUMBER.matcher(text).matches()) {
            throw bad(tensor, Fault.OFFSETS, "is in another file with the " + key + " " + Printable.brief(text));
        }
        return Long.parseLong(text);
    }

    private BadWeightsException hostile(Stored tensor, String location, String problem) {
        return bad(
                tensor,
                Fault.EXTERNAL,
                "would have its numbers in " + Printable.brief(location) + ", " + problem
                        + "; copy the file there or do not trust the model");
    }

    private BadWeightsException bad(Stored tensor, Fault fault, String problem) {
        return limits.bad(fault, tensor.place(), "has a tensor that " + problem);
    }
}
