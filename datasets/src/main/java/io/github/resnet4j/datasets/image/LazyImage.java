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

    /**
     * The image at a half, a quarter or an eighth of its size, rounded up, where its format can be decoded to that in less
     * time: a JPEG, with the pixels of Pillow's {@code draft}. Other images return themselves.
     *
     * @param reduction 1, 2, 4 or 8
     */
    default LazyImage reduced(int reduction) {
        return this;
    }
}
