package io.github.resnet4j.finetune.quality;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What an image looks like, in about a kilobyte: enough to find it again when it was scaled, recompressed or slightly cropped.
 *
 * @param pixels checksum of size and pixels
 * @param hash difference hash: a bit for each of 8×8 places, whether the image, shrunk to 9×8 greys, is brighter there than to
 *     the right of it
 * @param greys the image shrunk to 16×16 greys, less their mean, of length 1; zeros for an image of one grey
 */
record Fingerprint(int pixels, long hash, float[] greys) {
    private static final int HASH_SIDE = 8;
    private static final int GREY_SIDE = 16;

    static Fingerprint of(Rgb8Image image) {
        double[] row = shrunk(image, HASH_SIDE + 1, HASH_SIDE);
        long hash = 0;
        for (int y = 0; y < HASH_SIDE; y++) {
            for (int x = 0; x < HASH_SIDE; x++) {
                int at = y * (HASH_SIDE + 1) + x;
                hash = hash << 1 | (row[at] > row[at + 1] ? 1 : 0);
            }
        }
        return new Fingerprint(checksum(image), hash, standardised(shrunk(image, GREY_SIDE, GREY_SIDE)));
    }

    /** How alike two images are: the correlation of their greys, from -1 to 1. */
    double likeness(Fingerprint other) {
        double sum = 0;
        for (int i = 0; i < greys.length; i++) {
            sum += greys[i] * other.greys[i];
        }
        return sum;
    }

    private static int checksum(Rgb8Image image) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(image.width())
                .putInt(image.height())
                .flip());
        crc.update(image.pixels());
        return (int) crc.getValue();
    }

    private static float[] standardised(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        float[] result = new float[values.length];
        // Of one grey but for rounding: its direction would be noise.
        double length = squares < 1e-6 ? Double.POSITIVE_INFINITY : Math.sqrt(squares);
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) ((values[i] - mean) / length);
        }
        return result;
    }

    /** The mean luma (ITU-R BT.601) of each of {@code width}×{@code height} equal parts of the image, row by row. */
    private static double[] shrunk(Rgb8Image image, int width, int height) {
        double[] luma = new double[width * height];
        for (int v = 0; v < height; v++) {
            int top = v * image.height() / height;
            int bottom = Math.max(top + 1, (v + 1) * image.height() / height);
            for (int u = 0; u < width; u++) {
                int left = u * image.width() / width;
                int right = Math.max(left + 1, (u + 1) * image.width() / width);
                double sum = 0;
                for (int y = top; y < bottom; y++) {
                    for (int x = left; x < right; x++) {
                        sum += 0.299 * image.at(x, y, 0) + 0.587 * image.at(x, y, 1) + 0.114 * image.at(x, y, 2);
                    }
                }
                luma[v * width + u] = sum / ((long) (bottom - top) * (right - left));
            }
        }
        return luma;
    }
}
