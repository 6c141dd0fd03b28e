package io.github.resnet4j.datasets;

import io.github.resnet4j.files.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Everything that is wrong with a data set, so that one run reports all of it. */
final class DataProblems {
    private static final int NAMED = 8;

    private final List<String> found = new ArrayList<>();

    void add(String problem) {
        found.add(problem);
    }

    void forEach(Consumer<String> action) {
        found.forEach(action);
    }

    void throwIfAny(Path where) {
        if (found.size() == 1) {
            throw new BadDataException(where, found.get(0));
        }
        if (!found.isEmpty()) {
            throw new BadDataException(where, found.size() + " problems: " + String.join("; ", found));
        }
    }

    /** The names in quotes, no more than can be read, on one line whatever characters a file name holds. */
    static String names(Collection<String> names) {
        String first = names.stream()
                .limit(NAMED)
                .map(name -> '"' + Printable.line(name) + '"')
                .collect(Collectors.joining(", "));
        return names.size() <= NAMED ? first : first + " and " + (names.size() - NAMED) + " more";
    }
}
