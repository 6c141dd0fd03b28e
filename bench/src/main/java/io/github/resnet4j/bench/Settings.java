package io.github.resnet4j.bench;

import java.util.List;
import java.util.Set;

/**
 * What is measured.
 *
 * @param workloads in the order in which they are measured
 * @param who takes part
 * @param named whether the user named them, so that {@link Who#slow slow} ones take part in everything
 * @param rounds how often each contestant has its turn
 * @param seconds of a turn; at least one batch is computed
 * @param threads of each contestant
 */
record Settings(List<Workload> workloads, Set<Who> who, boolean named, int rounds, double seconds, int threads) {
    /**
     * @throws IllegalArgumentException for a number out of range, or if nothing is left to measure
     */
    Settings {
        workloads = List.copyOf(workloads);
        who = Set.copyOf(who);
        atLeastOne("--rounds", rounds);
        atLeastOne("--threads", threads);
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new IllegalArgumentException("--seconds must be above 0 and at most 3600, got " + seconds);
        }
    }

    /** Who takes part in this workload, in the order of the table. */
    List<Who> entrants(Workload workload) {
        return List.of(Who.values()).stream()
                .filter(who::contains)
                .filter(one -> one.does(workload.mode()))
                .filter(one -> !leftOut(one, workload))
                .toList();
    }

    /** Whether this one could take part, but is too slow and was not asked for. */
    boolean leftOut(Who one, Workload workload) {
        return !named && one.slow() && workload.large();
    }

    private static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }
}
