package io.github.resnet4j.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The speed of one contestant at one workload.
 *
 * @param rounds images per second, round by round from the first; at least one
 */
record Series(List<Double> rounds) {
    Series {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("a series needs at least one round");
        }
    }

    double median() {
        List<Double> sorted = rounds.stream().sorted().toList();
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    double min() {
        return rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double max() {
        return rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /**
     * Speed relative to the other: the median of the ratios of each round that both have, so that a round in which the
     * machine was busy weighs on both sides.
     */
    double ratioTo(Series other) {
        int both = Math.min(rounds.size(), other.rounds.size());
        return new Series(IntStream.range(0, both)
                        .mapToObj(i -> rounds.get(i) / other.rounds.get(i))
                        .toList())
                .median();
    }
}
