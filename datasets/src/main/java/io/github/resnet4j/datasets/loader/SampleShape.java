package io.github.resnet4j.datasets.loader;

/** The shape of a sample of a batch, or of its target: C×H×W. */
public record SampleShape(int channels, int height, int width) {
    /** Throws {@link IllegalArgumentException} if a side is below 1. */
    public SampleShape {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("a sample cannot be " + channels + "x" + height + "x" + width);
        }
    }

    /** The number of its values. */
    int length() {
        return channels * height * width;
    }

    /** {N, C, H, W}. */
    int[] batch(int size) {
        return new int[] {size, channels, height, width};
    }

    void requireRoom(int batchSize) {
        double values = (double) batchSize * channels * height * width;
        if (values > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a batch of " + batchSize + "x" + channels + "x" + height + "x" + width
                    + " does not fit into one array: reduce the batch size");
        }
    }
}
