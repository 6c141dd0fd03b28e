package io.github.resnet4j.datasets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a scan of folders did not take, counted by extension ({@code .webp}) or reason ({@code broken link}). */
public final class PassedOver {
    private static final Logger LOG = LoggerFactory.getLogger(PassedOver.class);

    private final Map<String, List<String>> names = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    PassedOver() {}

    /** Counts an entry without its name. */
    void add(String reason) {
        counts.merge(reason, 1, Integer::sum);
    }

    /** Counts an entry and remembers its name. */
    void add(String reason, String name) {
        add(reason);
        names.computeIfAbsent(reason, key -> new ArrayList<>()).add(name);
    }

    void addAll(PassedOver other) {
        other.counts.forEach((reason, count) -> counts.merge(reason, count, Integer::sum));
        other.names.forEach((reason, more) ->
                names.computeIfAbsent(reason, key -> new ArrayList<>()).addAll(more));
    }

    /** Logs it, if anything was passed over. */
    void report(Path where) {
        if (!isEmpty()) {
            LOG.warn("{}: passed over {}", where, this);
        }
    }

    /** Whether everything was taken. */
    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /** How many entries, by extension or reason. */
    public Map<String, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** {@code 30 × .webp, 1 × link out of the data ("cats/7.png")}. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " × " + entry.getKey()
                        + (names.containsKey(entry.getKey())
                                ? " ("
                                        + DataProblems.names(names.get(entry.getKey()).stream()
                                                .sorted(FolderScan::byCodePoint)
                                                .toList())
                                        + ")"
                                : ""))
                .collect(Collectors.joining(", "));
    }
}
