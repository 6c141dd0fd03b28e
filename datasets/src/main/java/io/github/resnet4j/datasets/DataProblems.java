package io.github.resnet4j.datasets;

import io.github.resnet4j.files.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Everything that is wrong with a data set, so that one run reports all of it. */
final class DataProblems {
    private static final int NAMED = 8;
    /** Problems that are told; of more, how many there are. */
    private static final int LISTED = 20;

    private final List<String> found = new ArrayList<>();
    private int more;

    void add(String problem) {
        add(() -> problem);
    }

    /** The same for a problem that takes a search to describe. */
    void add(Supplier<String> problem) {
        if (found.size() < LISTED) {
            found.add(problem.get());
        } else {
            more++;
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void forEach(Consumer<String> action) {
        found.forEach(action);
    }

    void throwIfAny(Path where) {
        if (found.size() == 1) {
            throw new BadDataException(where, found.get(0));
        }
        if (!found.isEmpty()) {
            throw new BadDataException(
                    where,
                    found.size() + more + " problems: " + String.join("; ", found)
                            + (more == 0 ? "" : "; and " + more + " more"));
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

    /** {@code line 3}, {@code lines 3, 7, 9 and 2 more}. */
    static String lines(List<Long> lines) {
        String first = lines.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
        return (lines.size() == 1 ? "line " : "lines ")
                + first
                + (lines.size() <= NAMED ? "" : " and " + (lines.size() - NAMED) + " more");
    }
}
