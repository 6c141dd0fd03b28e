package io.github.resnet4j.engine.internal.ir;

/**
 * Size of a value of one image, C×H×W; a vector is C×1×1. The batch comes in when a program is lowered.
 *
 * @param channels C
 * @param height H
 * @param width W
 */
public record Extent(int channels, int height, int width) {
    public Extent {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "a value of " + channels + "×" + height + "×" + width + " has no elements");
        }
    }

    /** C·H·W. */
    public long elements() {
        return (long) channels * height * width;
    }

    @Override
    public String toString() {
        return channels + "×" + height + "×" + width;
    }
}
