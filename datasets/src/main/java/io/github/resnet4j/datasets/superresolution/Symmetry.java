package io.github.resnet4j.datasets.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * One of the eight symmetries of a square, the dihedral group: first the rows and columns change places, if they do, then
 * the columns' order is reversed, then the rows'.
 *
 * @param transposed rows become columns
 * @param mirrored left becomes right
 * @param overturned the top becomes the bottom
 */
public record Symmetry(boolean transposed, boolean mirrored, boolean overturned) {
    /** How many there are. */
    public static final int COUNT = 8;

    /** The symmetry of a number from 0, which is none. */
    public static Symmetry of(int number) {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("there are " + COUNT + " symmetries, none with the number " + number);
        }
        return new Symmetry((number & 4) != 0, (number & 2) != 0, (number & 1) != 0);
    }

    /** What undoes this one. */
    public Symmetry inverse() {
        return transposed ? new Symmetry(true, overturned, mirrored) : this;
    }

    /** The image after it; the same one if nothing changes. */
    public Rgb8Image apply(Rgb8Image image) {
        if (equals(of(0))) {
            return image;
        }
        int width = transposed ? image.height() : image.width();
        int height = transposed ? image.width() : image.height();
        byte[] out = new byte[image.pixels().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(
                        image.pixels(), 3 * source(x, y, width, height, image.width()), out, 3 * (y * width + x), 3);
            }
        }
        return new Rgb8Image(width, height, out);
    }

    /**
     * The same of channels×height×width values.
     *
     * @return as many, of channels×width×height if it is transposed
     */
    public float[] apply(float[] values, int channels, int height, int width) {
        int places = height * width;
        if (values.length != channels * places) {
            throw new IllegalArgumentException(
                    channels + "x" + height + "x" + width + " are not " + values.length + " values");
        }
        int across = transposed ? height : width;
        int down = transposed ? width : height;
        float[] out = new float[values.length];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < down; y++) {
                for (int x = 0; x < across; x++) {
                    out[c * places + y * across + x] = values[c * places + source(x, y, across, down, width)];
                }
            }
        }
        return out;
    }

    /** Where the value at ({@code x}, {@code y}) of the result comes from. */
    private int source(int x, int y, int across, int down, int width) {
        int column = mirrored ? across - 1 - x : x;
        int row = overturned ? down - 1 - y : y;
        return transposed ? column * width + row : row * width + column;
    }
}
