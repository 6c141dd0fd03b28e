package io.github.resnet4j.finetune.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything found wrong with a configuration so far. */
final class ConfigProblems {
    /** Enough to work on; a file of garbage has a hundred thousand. */
    private static final int MOST = 100;

    private record Problem(Where where, String path, String message) {}

    /** With the runs of an experiment that have it. */
    private final Map<Problem, Set<String>> found = new LinkedHashMap<>();

    private final Set<String> runs = new LinkedHashSet<>();
    private Optional<String> run = Optional.empty();
    private final List<String> sources = new ArrayList<>();
    private int count;

    /** What follows concerns this run of an experiment. */
    void enter(String label) {
        runs.add(label);
        run = Optional.of(label);
    }

    /** What follows concerns no run, or all. */
    void leave() {
        run = Optional.empty();
    }

    void add(Where where, String path, String message) {
        Problem problem = new Problem(where, path, message);
        if (found.containsKey(problem)) {
            run.ifPresent(found.get(problem)::add); // several runs of an experiment share the file, or the argument
            return;
        }
        count++;
        if (found.size() < MOST) {
            found.put(problem, run.stream().collect(Collectors.toCollection(LinkedHashSet::new)));
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
        List<String> lines = new ArrayList<>(found.keySet().stream()
                .sorted(bySource.thenComparingInt(p -> p.where.line()))
                .map(this::text)
                .toList());
        if (count > MOST) {
            lines.add("... and " + (count - MOST) + " more");
        }
        throw new ConfigException(lines);
    }

    /** Names the runs if not all of them mind an argument, which does not belong to one as a file does. */
    private String text(Problem problem) {
        Set<String> affected = found.get(problem);
        boolean named = !problem.where.isFile() && !affected.isEmpty() && affected.size() < runs.size();
        return problem.where.problem(
                problem.path, (named ? "in " + String.join(", ", affected) + ": " : "") + problem.message);
    }
}
