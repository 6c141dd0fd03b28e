package io.github.resnet4j.zoo.network;

/**
 * The random numbers of one node in one step of training: a function of the graph's seed, the iteration, the node's name
 * and the number's index, and of nothing else. So they are the same whatever ran before, in a run that goes on where
 * another one stopped, and whoever computes the node.
 *
 * <p>The numbers are those of SplitMix64 (Steele et al. 2014), which gives each without those before it.
 */
public final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long key;

    private Draws(long key) {
        this.key = key;
    }

    /**
     * Those of {@code node} in step {@code iteration}.
     *
     * @param seed the graph's
     * @param iteration the graph's count of steps before this one
     */
    public static Draws of(long seed, long iteration, String node) {
        return new Draws(mix(mix(mix(seed) + iteration) + hash(node)));
    }

    /** The {@code index}-th number, uniform in [0, 1). */
    public double get(long index) {
        return (mix(key + index * GOLDEN) >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** FNV-1a. */
    private static long hash(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }
}
