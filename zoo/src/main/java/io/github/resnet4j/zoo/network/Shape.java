package io.github.resnet4j.zoo.network;

/**
 * The shape of one sample's feature map: channels × height × width. A vector is {@code C×1×1}.
 *
 * @param channels at least 1
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record Shape(int channels, int height, int width) {
    public Shape {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("a feature map needs at least 1 channel, row and column, got " + channels
                    + "x" + height + "x" + width);
        }
    }

    /** A square map: {@code channels × size × size}. */
    public static Shape square(int channels, int size) {
        return new Shape(channels, size, size);
    }

    /** Values in one sample. */
    public long elements() {
        return (long) channels * height * width;
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
