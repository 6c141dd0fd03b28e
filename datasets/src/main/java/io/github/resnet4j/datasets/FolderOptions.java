package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.ImageDecoder;

/**
 * How folders of images are read.
 *
 * @param followLinks whether symbolic links may lead out of the data; those that lead to a folder above them never count
 * @param maxPixels the most pixels of an image, 1 to {@value ImageDecoder#MOST_PIXELS}
 */
public record FolderOptions(boolean followLinks, long maxPixels) {
    /** Links within the data only, and Pillow's limit of pixels. */
    public static final FolderOptions DEFAULT = new FolderOptions(false, ImageDecoder.DEFAULT_MAX_PIXELS);

    /** Throws {@link IllegalArgumentException} for a limit out of range. */
    public FolderOptions {
        if (maxPixels < 1 || maxPixels > ImageDecoder.MOST_PIXELS) {
            throw new IllegalArgumentException(
                    "max-pixels must be 1 to " + ImageDecoder.MOST_PIXELS + ", got " + maxPixels);
        }
    }
}
