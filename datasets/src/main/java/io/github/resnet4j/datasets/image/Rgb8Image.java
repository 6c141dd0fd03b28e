package io.github.resnet4j.datasets.image;

import java.util.Objects;

/**
 * A decoded image: 8-bit RGB, rows from the top, pixels interleaved (H×W×3).
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param pixels {@code height * width * 3} bytes, unsigned; not copied and not to be modified
 */
public record Rgb8Image(int width, int height, byte[] pixels) implements LazyImage {
    public Rgb8Image {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("an image needs at least one pixel, got " + width + "x" + height);
        }
        if (pixels.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(
                    width + "x" + height + " needs " + 3L * width * height + " bytes, got " + pixels.length);
        }
    }

    /** This image. */
    @Override
    public Rgb8Image decode() {
        return this;
    }

    @Override
    public Rgb8Image part(int left, int top, int partWidth, int partHeight) {
        Objects.checkFromIndexSize(left, partWidth, width);
        Objects.checkFromIndexSize(top, partHeight, height);
        if (partWidth == width && partHeight == height) {
            return this;
        }
        byte[] part = new byte[3 * partWidth * partHeight];
        for (int y = 0; y < partHeight; y++) {
            System.arraycopy(pixels, ((top + y) * width + left) * 3, part, y * partWidth * 3, partWidth * 3);
        }
        return new Rgb8Image(partWidth, partHeight, part);
    }

    /** The sample at column {@code x}, row {@code y}, channel {@code c} (0 red, 1 green, 2 blue), 0..255. */
    public int at(int x, int y, int c) {
        return pixels[(y * width + x) * 3 + c] & 0xff;
    }
}
