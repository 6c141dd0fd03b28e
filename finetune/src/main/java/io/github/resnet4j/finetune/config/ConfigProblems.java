package io.github.resnet4j.finetune.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Everything found wrong with a configuration so far. */
final class ConfigProblems {
    /** Enough to work on; a file of garbage has a hundred thousand. */
    private static final int MOST = 100;

    private record Problem(Where where, String text) {}

    private final List<Problem> found = new ArrayList<>();
    private final List<String> sources = new ArrayList<>();
    private int count;

    void add(Where where, String path, String message) {
        Problem problem = new Problem(where, where.problem(path, message));
        if (found.contains(problem)) {
            return; // of a file, or an argument, that several runs of an experiment share
        }
        count++;
        if (found.size() < MOST) {
            found.add(problem);
            if (!sources.contains(where.source())) {
                sources.add(where.source());
            }
        }
    }

    /** Throws all of it, file by file and line by line, if there is any. */
    void throwIfAny() {
        if (count == 0) {
            return;
        }
        Comparator<Problem> bySource = Comparator.comparingInt(p -> sources.indexOf(p.where.source()));
        List<String> lines = new ArrayList<>(found.stream()
                .sorted(bySource.thenComparingInt(p -> p.where.line()))
                .map(Problem::text)
                .toList());
        if (count > MOST) {
            lines.add("... and " + (count - MOST) + " more");
        }
        throw new ConfigException(lines);
    }
}
