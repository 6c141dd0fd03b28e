package io.github.resnet4j.datasets.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * MATLAB's {@code imresize(image, [height width], 'bicubic')} of 8-bit images, bit for bit: Keys' cubic with a = -0.5, as
 * much wider as the image becomes smaller, over the rows first and then over the columns, each time rounded to 8 bits. With
 * more exact values in between, about one value in six differs by 1.
 *
 * @param border what stands beyond the edge
 */
public record Bicubic(Border border) {
    private static final int MAX = 255;
    private static final int CHANNELS = 3;

    /** Rows that are computed together. */
    private static final int BAND = 16;

    /** What stands beyond the edge of an image. */
    public enum Border {
        /** The image in a mirror: MATLAB since 2011 or so, and the files of MSRN's authors. */
        SYMMETRIC,
        /** The outermost pixels again and again: older MATLAB, and the files of SelfExSR, Set5 and Set14 among them. */
        REPLICATE;

        /** The position that stands in for {@code at}. */
        int inside(int at, int length) {
            if (this == REPLICATE) {
                return Math.min(Math.max(at, 0), length - 1);
            }
            int folded = Math.floorMod(at, 2 * length);
            return folded < length ? folded : 2 * length - 1 - folded;
        }
    }

    /** The image with every {@code factor} pixels made one; what is left over at the right and at the bottom is cut off first. */
    public Rgb8Image smaller(Rgb8Image image, int factor) {
        Rgb8Image whole = cropped(image, factor);
        return resized(whole, whole.width() / factor, whole.height() / factor);
    }

    /** The image {@code factor} times as wide and as high. */
    public Rgb8Image larger(Rgb8Image image, int factor) {
        return resized(image, Math.multiplyExact(image.width(), factor), Math.multiplyExact(image.height(), factor));
    }

    /**
     * The part from the upper left whose width and height are multiples of {@code factor}.
     *
     * @throws IllegalArgumentException if nothing is left
     */
    public static Rgb8Image cropped(Rgb8Image image, int factor) {
        if (factor < 1 || image.width() < factor || image.height() < factor) {
            throw new IllegalArgumentException("an image of " + image.width() + "x" + image.height()
                    + " pixels cannot become " + factor + " times smaller");
        }
        return image.part(0, 0, image.width() / factor * factor, image.height() / factor * factor);
    }

    /** The image in another size, both at least 1. */
    public Rgb8Image resized(Rgb8Image image, int width, int height) {
        Weights rows = Weights.of(image.height(), height, border);
        Weights columns = Weights.of(image.width(), width, border);
        int stride = CHANNELS * image.width();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)];
        IntStream.range(0, (height + BAND - 1) / BAND).parallel().forEach(band -> {
            double[] sums = new double[stride];
            int[] row = new int[stride];
            for (int y = band * BAND; y < Math.min(height, (band + 1) * BAND); y++) {
                rows.combine(y, image.pixels(), stride, sums);
                for (int i = 0; i < stride; i++) {
                    row[i] = rounded(sums[i]);
                }
                for (int x = 0; x < width; x++) {
                    columns.combine(x, row, out, (y * width + x) * CHANNELS);
                }
            }
        });
        return new Rgb8Image(width, height, out);
    }

    private static int rounded(double value) {
        return (int) Math.min(MAX, Math.max(0, Math.floor(value + 0.5)));
    }

    /**
     * What each position of the result is made of along one axis.
     *
     * @param from positions of the source
     * @param weight of each of these
     */
    private record Weights(int[][] from, double[][] weight) {
        /** MATLAB's {@code contributions}, with positions from 0. */
        static Weights of(int in, int out, Border border) {
            double scale = (double) out / in;
            double squeezed = Math.min(1, scale);
            double width = 4 / squeezed;
            int taps = (int) Math.ceil(width) + 2;
            int[][] from = new int[out][taps];
            double[][] weight = new double[out][taps];
            for (int x = 0; x < out; x++) {
                double centre = (x + 1) / scale + 0.5 * (1 - 1 / scale);
                int left = (int) Math.floor(centre - width / 2);
                double total = 0;
                for (int i = 0; i < taps; i++) {
                    from[x][i] = border.inside(left + i - 1, in);
                    weight[x][i] = squeezed * cubic(squeezed * (centre - (left + i)));
                    total += weight[x][i];
                }
                for (int i = 0; i < taps; i++) {
                    weight[x][i] /= total;
                }
            }
            return new Weights(from, weight);
        }

        /** Keys 1981, with a = -0.5. */
        private static double cubic(double x) {
            double a = Math.abs(x);
            double squared = a * a;
            double cubed = squared * a;
            if (a <= 1) {
                return 1.5 * cubed - 2.5 * squared + 1;
            }
            return a <= 2 ? -0.5 * cubed + 2.5 * squared - 4 * a + 2 : 0;
        }

        /** The values of row {@code y}. */
        void combine(int y, byte[] pixels, int stride, double[] sums) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < from[y].length; k++) {
                double w = weight[y][k];
                if (w != 0) {
                    int begin = from[y][k] * stride;
                    for (int i = 0; i < stride; i++) {
                        sums[i] += w * (pixels[begin + i] & 0xff);
                    }
                }
            }
        }

        /** The pixel of column {@code x}, to {@code out} at {@code at}. */
        void combine(int x, int[] row, byte[] out, int at) {
            double r = 0;
            double g = 0;
            double b = 0;
            for (int k = 0; k < from[x].length; k++) {
                double w = weight[x][k];
                int i = from[x][k] * CHANNELS;
                r += w * row[i];
                g += w * row[i + 1];
                b += w * row[i + 2];
            }
            out[at] = (byte) rounded(r);
            out[at + 1] = (byte) rounded(g);
            out[at + 2] = (byte) rounded(b);
        }
    }
}
