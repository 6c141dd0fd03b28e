package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Scaling that mixes no pixels, with Pillow's choice of them (libImaging/Geometry.c, ImagingScaleAffine). */
final class NearestNeighbour {
    private NearestNeighbour() {}

    static Rgb8Image resize(Rgb8Image image, int width, int height) {
        if (width == image.width() && height == image.height()) {
            return image;
        }
        int[] columns = nearest(image.width(), width);
        int[] rows = nearest(image.height(), height);
        byte[] in = image.pixels();
        byte[] out = new byte[Math.multiplyExact(3 * width, height)];
        int o = 0;
        for (int row : rows) {
            for (int column : columns) {
                int i = 3 * (row * image.width() + column);
                out[o++] = in[i];
                out[o++] = in[i + 1];
                out[o++] = in[i + 2];
            }
        }
        return new Rgb8Image(width, height, out);
    }

    /** Which of {@code in} pixels each of {@code out} is: the one that its middle lies in. */
    private static int[] nearest(int in, int out) {
        int[] from = new int[out];
        double scale = (double) in / out;
        double at = scale / 2;
        for (int x = 0; x < out; x++) {
            from[x] = Math.min(in - 1, (int) at);
            at += scale; // as Pillow does, and not x * scale: they round otherwise
        }
        return from;
    }
}
