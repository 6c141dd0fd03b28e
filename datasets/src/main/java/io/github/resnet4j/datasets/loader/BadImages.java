package io.github.resnet4j.datasets.loader;

/** What the loader does about images that cannot be read. */
public enum BadImages {
    /** Stop at the first one. */
    FAIL,
    /**
     * Take the next readable image of the data set in its place (which is mostly of the same class) and log the bad one, once.
     * Stop when 20 in a row or too many in all are bad: 1 % up to 10 images, beyond that 0.1 %; one is always tolerated.
     */
    SKIP;

    static final int IN_A_ROW = 20;

    /** How many of {@code size} images may be bad under {@link #SKIP}. */
    static int tolerated(int size) {
        return Math.max(1, Math.max(Math.min(size / 100, 10), size / 1000));
    }
}
