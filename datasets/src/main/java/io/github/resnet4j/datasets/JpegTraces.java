package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.Rgb8Image;

/**
 * Tells images that once were JPEGs from such that never were. Compression sets most of the high frequencies of a block of
 * 8×8 pixels to zero, and decoding leaves them there, but for the rounding of the pixels.
 */
public final class JpegTraces {
    private static final int BLOCK = 8;
    private static final int MOST_IMAGES = 200;
    /** Rounding red, green and blue to whole numbers moves a coefficient of the luminance by 0.19 (standard deviation). */
    private static final double ZERO = 0.75;

    private static final int HIGH = 7;
    /** Of photographs in CIFAR's size about a fifth are that small, of the same as JPEGs in quality 75 five sixths. */
    private static final double SHARE = 0.5;

    private static final double[][] COSINES = cosines();

    private JpegTraces() {}

    /** Whether most high frequencies of a sample are zero. Blocks of one colour, which say nothing, do not count. */
    public static boolean in(ImageDataset data) {
        return share(data.limit(MOST_IMAGES)) > SHARE;
    }

    /** The share of high frequencies that are zero but for rounding. */
    static double share(ImageDataset sample) {
        long zeros = 0;
        long all = 0;
        for (int i = 0; i < sample.size(); i++) {
            Rgb8Image image = sample.image(i);
            for (int y = 0; y + BLOCK <= image.height(); y += BLOCK) {
                for (int x = 0; x + BLOCK <= image.width(); x += BLOCK) {
                    double[][] block = transform(image, x, y);
                    if (isFlat(block)) {
                        continue;
                    }
                    for (int v = 0; v < BLOCK; v++) {
                        for (int u = Math.max(0, HIGH - v); u < BLOCK; u++) {
                            zeros += Math.abs(block[v][u]) < ZERO ? 1 : 0;
                            all++;
                        }
                    }
                }
            }
        }
        return all == 0 ? 0 : (double) zeros / all;
    }

    private static boolean isFlat(double[][] block) {
        for (int v = 0; v < BLOCK; v++) {
            for (int u = 0; u < BLOCK; u++) {
                if (u + v > 0 && Math.abs(block[v][u]) >= ZERO) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The discrete cosine transform of the luminance, as JPEG takes it (ITU-T T.81, A.3.3; JFIF 1.02). */
    private static double[][] transform(Rgb8Image image, int left, int top) {
        double[][] rows = new double[BLOCK][BLOCK];
        for (int y = 0; y < BLOCK; y++) {
            for (int x = 0; x < BLOCK; x++) {
                double luminance = 0.299 * image.at(left + x, top + y, 0)
                        + 0.587 * image.at(left + x, top + y, 1)
                        + 0.114 * image.at(left + x, top + y, 2);
                for (int u = 0; u < BLOCK; u++) {
                    rows[y][u] += luminance * COSINES[u][x];
                }
            }
        }
        double[][] block = new double[BLOCK][BLOCK];
        for (int v = 0; v < BLOCK; v++) {
            for (int y = 0; y < BLOCK; y++) {
                for (int u = 0; u < BLOCK; u++) {
                    block[v][u] += rows[y][u] * COSINES[v][y];
                }
            }
        }
        return block;
    }

    private static double[][] cosines() {
        double[][] cosines = new double[BLOCK][BLOCK];
        for (int u = 0; u < BLOCK; u++) {
            double scale = Math.sqrt((u == 0 ? 1.0 : 2.0) / BLOCK);
            for (int x = 0; x < BLOCK; x++) {
                cosines[u][x] = scale * Math.cos((2 * x + 1) * u * Math.PI / (2 * BLOCK));
            }
        }
        return cosines;
    }
}
