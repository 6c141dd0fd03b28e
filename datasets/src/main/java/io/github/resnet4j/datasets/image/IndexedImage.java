package io.github.resnet4j.datasets.image;

/**
 * An image of numbers, such as those of a palette's colours: rows from the top.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param samples {@code height * width} numbers, unsigned; not copied and not to be modified
 */
public record IndexedImage(int width, int height, byte[] samples) {
    public IndexedImage {
        if (width < 1 || height < 1 || samples.length != Math.multiplyExact(width, height)) {
            throw new IllegalArgumentException(
                    width + "x" + height + " needs so many samples, at least one; got " + samples.length);
        }
    }

    /** The number at column {@code x}, row {@code y}, 0..255. */
    public int at(int x, int y) {
        return samples[y * width + x] & 0xff;
    }
}
