package io.github.resnet4j.engine;

/** Sums over the replicas of a network that train together. All of them call it equally often, with equally many values. */
public interface AllReduce {
    /**
     * Replaces the values by their sums over all replicas, added in the order of the ranks, so that the result is the same
     * bytes on every replica and however it is computed.
     *
     * @param values summed in single precision
     * @param totals summed in double precision
     * @throws java.io.UncheckedIOException if another replica cannot be reached any more
     */
    void sum(float[] values, double[] totals);
}
