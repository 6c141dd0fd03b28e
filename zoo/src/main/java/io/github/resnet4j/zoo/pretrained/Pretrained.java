package io.github.resnet4j.zoo.pretrained;

import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.NamePattern;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.weights.FileBytes;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The registry of pretrained weights: every file by name. Loads neither DL4J nor native code, fetches nothing. */
public final class Pretrained {
    private static final int CHUNK = 1 << 16;
    private static final Map<String, PretrainedWeights> BY_NAME = byName();

    private Pretrained() {}

    /** All weights, architecture by architecture, its default first. */
    public static List<PretrainedWeights> list() {
        return List.copyOf(BY_NAME.values());
    }

    /**
     * The weights whose names match a pattern with {@code *} and {@code ?}; those of all architectures that match, if
     * the pattern has no dot: {@code resnet50}, {@code resnet*.a1_in1k}, {@code *.tv?_in1k}.
     */
    public static List<PretrainedWeights> list(String pattern) {
        NamePattern names = new NamePattern(pattern);
        return BY_NAME.values().stream()
                .filter(row -> names.matches(row.name()) || names.matches(row.architecture()))
                .toList();
    }

    /** The default weights of an architecture, if it has any. */
    public static Optional<PretrainedWeights> defaultOf(String architecture) {
        return of(architecture).stream().findFirst();
    }

    /**
     * The weights of this name; without a tag the architecture's default.
     *
     * @throws UnknownModelException if there are none; the message has the nearest name
     */
    public static PretrainedWeights find(String name) {
        PretrainedWeights row = BY_NAME.get(name);
        if (row != null) {
            return row;
        }
        ModelName asked = ModelName.parse(name);
        List<PretrainedWeights> tags = of(asked.architecture());
        if (asked.tag().isEmpty() && !tags.isEmpty()) {
            return tags.get(0);
        }
        throw new UnknownModelException("no pretrained weights named \"" + name + "\""
                + hint(name, asked, tags)
                        .or(() -> Suggest.nearest(name, BY_NAME.keySet()).map(near -> "; did you mean " + near + "?"))
                        .orElse(".")
                + " See `resnet4j list --pretrained`.");
    }

    /** The tags that exist for a known architecture whose tag is unknown. */
    private static Optional<String> hint(String name, ModelName asked, List<PretrainedWeights> tags) {
        if (!tags.isEmpty()) {
            List<String> names = tags.stream().map(PretrainedWeights::name).toList();
            return Optional.of(Suggest.nearest(name, names)
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("; there are " + String.join(", ", names) + "."));
        }
        boolean known = Zoo.list().stream().anyMatch(row -> row.name().equals(asked.architecture()));
        return known ? Optional.of("; none are published for " + asked.architecture() + ".") : Optional.empty();
    }

    /**
     * The row that describes a file, whatever its name: by its size, where that is known, and its hash. Empty for a file
     * that is not in the registry. Reads the file once, 100 MB in a fraction of a second, and not at all if none of its
     * size is known.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file was cut since it was opened
     */
    public static Optional<PretrainedWeights> recognise(FileBytes file) {
        List<PretrainedWeights> candidates = BY_NAME.values().stream()
                .filter(row -> row.bytes().isPresent()
                        ? row.bytes().getAsLong() == file.size()
                        : file.size() <= row.maxBytes())
                .toList();
        Map<FileHash.Algorithm, String> digests = digests(file, candidates);
        return candidates.stream()
                .filter(row -> row.hash().matches(digests.get(row.hash().algorithm())))
                .findFirst();
    }

    private static Map<FileHash.Algorithm, String> digests(FileBytes file, List<PretrainedWeights> candidates) {
        Map<FileHash.Algorithm, Digest> digests = new EnumMap<>(FileHash.Algorithm.class);
        candidates.forEach(row -> digests.computeIfAbsent(row.hash().algorithm(), FileHash.Algorithm::digest));
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long at = 0; at < file.size() && !digests.isEmpty(); at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, file.size() - at));
            file.copy(at, chunk);
            digests.values().forEach(digest -> digest.add(chunk.array(), 0, chunk.limit()));
        }
        Map<FileHash.Algorithm, String> texts = new EnumMap<>(FileHash.Algorithm.class);
        digests.forEach((algorithm, digest) -> texts.put(algorithm, digest.hex()));
        return texts;
    }

    private static List<PretrainedWeights> of(String architecture) {
        return BY_NAME.values().stream()
                .filter(row -> row.architecture().equals(architecture))
                .toList();
    }

    private static Map<String, PretrainedWeights> byName() {
        Map<String, PretrainedWeights> rows = new LinkedHashMap<>();
        for (PretrainedWeights row : PublishedFiles.table()) {
            if (rows.put(row.name(), row) != null) {
                throw new IllegalStateException("two files are named " + row.name());
            }
        }
        return rows;
    }
}
