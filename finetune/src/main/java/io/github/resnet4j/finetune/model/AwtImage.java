package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/** Images of {@code java.awt} with the pixels that the decoder would give: transparency is dropped, not blended. */
final class AwtImage {
    private static final int BYTE_BITS = 8;

    private AwtImage() {}

    static Rgb8Image rgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
            grey(image, rgb);
            return new Rgb8Image(width, height, rgb);
        }
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * 3;
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
        return new Rgb8Image(width, height, rgb);
    }

    /** Java takes the samples of grey images as linear light, and {@code getRGB} would brighten them. */
    private static void grey(BufferedImage image, byte[] rgb) {
        Raster raster = image.getRaster();
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - BYTE_BITS);
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getSamples(0, y, image.getWidth(), 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                byte value = (byte) (row[x] >> shift);
                int at = (y * row.length + x) * 3;
                rgb[at] = value;
                rgb[at + 1] = value;
                rgb[at + 2] = value;
            }
        }
    }
}
