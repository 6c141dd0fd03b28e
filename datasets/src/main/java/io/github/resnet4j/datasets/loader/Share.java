package io.github.resnet4j.datasets.loader;

/**
 * A part of every batch: the samples {@code rank}, {@code rank + of}, {@code rank + 2 of}, … of it. The shares of all ranks
 * together are the batch; of a small one, some are empty.
 *
 * @param rank from 0
 * @param of how many shares there are
 */
public record Share(int rank, int of) {
    /** All of it. */
    public static final Share WHOLE = new Share(0, 1);

    /** Throws {@link IllegalArgumentException} unless {@code 0 <= rank < of}. */
    public Share {
        if (rank < 0 || rank >= of) {
            throw new IllegalArgumentException("there is no share " + rank + " of " + of);
        }
    }

    /** Of a batch of {@code size} samples. */
    public int size(int size) {
        return (size - rank + of - 1) / of;
    }
}
