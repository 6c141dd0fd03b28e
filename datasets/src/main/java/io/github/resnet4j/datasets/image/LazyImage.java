package io.github.resnet4j.datasets.image;

/**
 * An image whose size is known, and whose pixels are decoded when they are asked for. Of a JPEG only those blocks are made
 * into pixels that a part needs.
 */
public interface LazyImage {
    /** Columns, at least 1. */
    int width();

    /** Rows, at least 1. */
    int height();

    /**
     * The whole image; decoded on every call.
     *
     * @throws BadImageException if the rest of its file is damaged
     */
    Rgb8Image decode();

    /**
     * The {@code width}×{@code height} pixels whose corner is at ({@code left}, {@code top}), the same as in
     * {@link #decode}; decoded on every call.
     *
     * @throws IndexOutOfBoundsException if they are not all in the image
     * @throws BadImageException if the file is damaged, here or elsewhere
     */
    Rgb8Image part(int left, int top, int width, int height);
}
