package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** The image that {@code pattern} in {@code src/test/fixtures/images.py} computes. */
final class PatternImage {
    private PatternImage() {}

    static Rgb8Image of(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0, o = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[o++] = (byte) (x * (3 + c) + y * (7 - c) + (x * y >> 4) * (c + 1));
                }
            }
        }
        return new Rgb8Image(width, height, pixels);
    }
}
