package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.BadDataException;

/** What the loader does about unreadable images. */
public enum BadImages {
    /** Stop at the first one. */
    FAIL,
    /**
     * For training: use the next readable image of the data set instead (mostly of the same class), so that batches
     * keep their size.
     */
    REPLACE,
    /** For evaluation: leave it out, so that no image counts twice; a batch may come out smaller, or empty. */
    LEAVE_OUT,
    /**
     * For prediction: leave out however many there are, also images that the transforms refuse, and keep why: {@link
     * BatchLoader#problems}.
     */
    COLLECT;

    static final int IN_A_ROW = 20;

    /**
     * How many of {@code size} images may be bad, under {@link #REPLACE} and {@link #LEAVE_OUT}, before the loader stops with
     * a {@link BadDataException}: 1 % up to 10 images, beyond that 0.1 %; one of two or more is always tolerated. {@link #REPLACE} also stops
     * at {@value #IN_A_ROW} in a row.
     */
    public static int tolerated(int size) {
        return Math.max(1, Math.max(Math.min(size / 100, 10), size / 1000));
    }
}
