package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Where the pixel of a moved image comes from: column a·x + b·y + c, row d·x + e·y + f. What comes from outside is black,
 * the nearest pixel counts, and all of it is as Pillow's {@code Image.transform} computes it.
 */
record AffineMap(double a, double b, double c, double d, double e, double f) {
    private static final double ONE = 65536;

    /** Rows move sideways, the further down the further. */
    static AffineMap shearX(double slope) {
        return new AffineMap(1, slant(slope), 0, 0, 1, 0);
    }

    /** Columns move up or down, the further to the right the further. */
    static AffineMap shearY(double slope) {
        return new AffineMap(1, 0, 0, slant(slope), 1, 0);
    }

    /** The angle is in degrees in between, which costs a bit. */
    private static double slant(double slope) {
        return Math.tan(Math.toRadians(Math.toDegrees(Math.atan(slope))));
    }

    /** Moves the image by whole pixels to the right and down. */
    static AffineMap translation(int right, int down) {
        return new AffineMap(1, 0, -right, 0, 1, -down);
    }

    /** Turns an image of this size around its middle, counter-clockwise. */
    static AffineMap rotation(double degrees, int width, int height) {
        double angle = -Math.toRadians(((degrees % 360) + 360) % 360);
        double cos = rounded(Math.cos(angle));
        double sin = rounded(Math.sin(angle));
        double x = width / 2.0;
        double y = height / 2.0;
        return new AffineMap(cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
    }

    /** To 15 decimals. */
    private static double rounded(double value) {
        return Math.rint(value * 1e15) / 1e15;
    }

    Rgb8Image apply(Rgb8Image image) {
        boolean straight = b == 0 && d == 0;
        return straight ? scaled(image) : fixed(image);
    }

    private Rgb8Image scaled(Rgb8Image image) {
        byte[] out = new byte[image.pixels().length];
        for (int y = 0; y < image.height(); y++) {
            double row = f + e * 0.5 + e * y;
            for (int x = 0; x < image.width(); x++) {
                copy(image, (int) Math.floor(c + a * 0.5 + a * x), (int) Math.floor(row), out, x, y);
            }
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }

    /** In fixed point of 16 bits behind the point, as Pillow does. */
    private Rgb8Image fixed(Rgb8Image image) {
        byte[] out = new byte[image.pixels().length];
        long column = fix(c + a * 0.5 + b * 0.5);
        long row = fix(f + d * 0.5 + e * 0.5);
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                long fromX = column + fix(b) * y + fix(a) * x >> 16;
                long fromY = row + fix(e) * y + fix(d) * x >> 16;
                copy(image, fromX, fromY, out, x, y);
            }
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }

    private static long fix(double value) {
        return (long) Math.floor(value * ONE + 0.5);
    }

    private static void copy(Rgb8Image image, long fromX, long fromY, byte[] out, int x, int y) {
        if (fromX >= 0 && fromX < image.width() && fromY >= 0 && fromY < image.height()) {
            int from = (int) (fromY * image.width() + fromX) * 3;
            System.arraycopy(image.pixels(), from, out, (y * image.width() + x) * 3, 3);
        }
    }
}
