package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.ImageDecoder;

/**
 * How folders of images are read.
 *
 * @param followLinks whether to follow symbolic links out of the data; links to a folder that holds them are never
 *     followed
 * @param maxPixels largest image in pixels, 1 to {@value ImageDecoder#MOST_PIXELS}
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
