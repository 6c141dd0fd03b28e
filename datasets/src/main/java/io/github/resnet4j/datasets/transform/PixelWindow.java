package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** Rectangles cut from images: every crop and padding is one. */
final class PixelWindow {
    private PixelWindow() {}

    /**
     * The {@code width}×{@code height} pixels whose corner is at ({@code left}, {@code top}), which may lie outside:
     * there they are black.
     */
    static Rgb8Image cut(Rgb8Image image, int left, int top, int width, int height) {
        if (left == 0 && top == 0 && width == image.width() && height == image.height()) {
            return image;
        }
        byte[] out = new byte[Math.multiplyExact(3 * width, height)];
        int from = Math.max(left, 0);
        int columns = Math.min(left + width, image.width()) - from;
        int end = Math.min(top + height, image.height());
        if (columns > 0) {
            for (int y = Math.max(top, 0); y < end; y++) {
                int o = ((y - top) * width + from - left) * 3;
                System.arraycopy(image.pixels(), (y * image.width() + from) * 3, out, o, columns * 3);
            }
        }
        return new Rgb8Image(width, height, out);
    }
}
