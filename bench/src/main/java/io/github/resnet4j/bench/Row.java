package io.github.resnet4j.bench;

import java.util.List;
import java.util.Optional;

/**
 * What one contestant achieved at one workload.
 *
 * @param workload what was measured
 * @param who measured
 * @param description software, versions and settings as it reported them; empty if it reported nothing
 * @param rounds images per second, round by round
 * @param failure why it did not finish; if so, its rounds count for nothing
 */
record Row(Workload workload, Who who, String description, List<Double> rounds, Optional<String> failure) {
    Row {
        rounds = List.copyOf(rounds);
    }

    /** Its speed, if it finished. */
    Optional<Series> series() {
        return failure.isPresent() || rounds.isEmpty() ? Optional.empty() : Optional.of(new Series(rounds));
    }
}
