package io.github.resnet4j.engine;

import java.util.Optional;

/**
 * One of several copies of a network that train together, each on a part of every batch (synchronous data parallelism).
 *
 * @param rank of this copy, from 0. Dropout and stochastic depth draw otherwise in every copy
 * @param count of all copies
 * @param gradients sums the gradients of every step over all copies, whose parameters then stay the same; absent, each copy
 *     takes its own steps
 */
public record Replica(int rank, int count, Optional<AllReduce> gradients) {
    /** The only copy. */
    public static final Replica ALONE = new Replica(0, 1, Optional.empty());

    /** Throws {@link IllegalArgumentException} unless {@code 0 <= rank < count}. */
    public Replica {
        if (rank < 0 || rank >= count) {
            throw new IllegalArgumentException("there is no replica " + rank + " of " + count);
        }
    }

    /** Tells the draws of this copy's parts of a step from all others. */
    int draw(int part) {
        return part * count + rank;
    }
}
