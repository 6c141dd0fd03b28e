package io.github.resnet4j.datasets.image;

/**
 * A decoded image: 8-bit RGB, rows from the top, pixels interleaved (H×W×3).
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param pixels {@code height * width * 3} bytes, unsigned; not copied and not to be modified
 */
public record Rgb8Image(int width, int height, byte[] pixels) {
    public Rgb8Image {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("an image needs at least one pixel, got " + width + "x" + height);
        }
        if (pixels.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(
                    width + "x" + height + " needs " + 3L * width * height + " bytes, got " + pixels.length);
        }
    }

    /** The sample at column {@code x}, row {@code y}, channel {@code c} (0 red, 1 green, 2 blue), 0..255. */
    public int at(int x, int y, int c) {
        return pixels[(y * width + x) * 3 + c] & 0xff;
    }
}
