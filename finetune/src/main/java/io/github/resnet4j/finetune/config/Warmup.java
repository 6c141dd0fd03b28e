package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.util.Optional;

/**
 * A small learning rate at the start of a run. The schedule counts from the start of the run, not from the warm-up's
 * end.
 *
 * @param kind key {@code kind}, default {@code linear}
 * @param epochs key {@code epochs}: how long, greater than 0; either this or {@code iterations} is required
 * @param iterations key {@code iterations}: how long, at least 1
 * @param lr key {@code lr}, greater than 0: the learning rate at the start; either this or {@code factor} is required
 * @param factor key {@code factor}, greater than 0: the same as a multiple of the optimizer's learning rate
 */
public record Warmup(
        @Default("linear") Kind kind,
        Optional<Double> epochs,
        Optional<Integer> iterations,
        Optional<Double> lr,
        Optional<Double> factor) {
    /** How the learning rate moves from the start of the warm-up to its end. */
    public enum Kind {
        /** {@code linear}: in a straight line to the schedule's value (Goyal et al. 2017, section 2.2). */
        LINEAR,
        /** {@code constant}: unchanged, then a jump (He et al. 2015, section 4.2: 0.01 for ResNet-110). */
        CONSTANT
    }

    /** Throws {@link IllegalArgumentException} for numbers out of range, and unless each pair has exactly one value. */
    public Warmup {
        new Requirements()
                .positive("epochs", epochs)
                .atLeast("iterations", iterations, 1)
                .positive("lr", lr)
                .positive("factor", factor)
                .together(epochs.isPresent() != iterations.isPresent(), "give either epochs or iterations")
                .together(lr.isPresent() != factor.isPresent(), "give either lr or factor")
                .verify();
    }

    /** For a run of {@code epochs} instead of {@code of}: a warm-up in epochs shrinks, one in iterations stays. */
    Warmup scaled(int epochs, int of) {
        return new Warmup(kind, this.epochs.map(length -> length * epochs / of), iterations, lr, factor);
    }

    /** How long, in iterations, at least 1. */
    public long iterations(int iterationsPerEpoch) {
        return iterations
                .map(Integer::longValue)
                .orElseGet(() -> Math.max(1, Math.round(epochs.orElseThrow() * iterationsPerEpoch)));
    }

    /** The learning rate at the start, {@code baseLr} being the optimizer's. */
    public double startLr(double baseLr) {
        return lr.orElseGet(() -> factor.orElseThrow() * baseLr);
    }
}
