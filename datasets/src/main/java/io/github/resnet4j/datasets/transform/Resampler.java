package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;

/**
 * Pillow's resize, bit for bit (libImaging/Resample.c, ImagingResample): filter weights in double precision rounded to
 * 22 fraction bits, a horizontal pass to 8 bits, then a vertical one; a pass that changes nothing is left out.
 */
final class Resampler {
    /** 8 bits of sample, 2 bits for weights that overshoot, the rest of an int is fraction. */
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private static final int HALF = 1 << PRECISION_BITS - 1;

    private Resampler() {}

    /** The image scaled to {@code width}×{@code height}. */
    static Rgb8Image resize(Rgb8Image image, int width, int height, Interpolation interpolation) {
        byte[] pixels = image.pixels();
        if (width != image.width()) {
            pixels = horizontal(pixels, image.width(), image.height(), Weights.of(image.width(), width, interpolation));
        }
        if (height != image.height()) {
            pixels = vertical(pixels, width, Weights.of(image.height(), height, interpolation));
        }
        return pixels == image.pixels() ? image : new Rgb8Image(width, height, pixels);
    }

    private static byte[] horizontal(byte[] in, int inWidth, int height, Weights weights) {
        int width = weights.first.length;
        byte[] out = new byte[Math.multiplyExact(3 * width, height)];
        for (int y = 0, o = 0; y < height; y++) {
            int row = y * inWidth * 3;
            for (int x = 0; x < width; x++, o += 3) {
                int[] weight = weights.weight[x];
                int i = row + weights.first[x] * 3;
                int r = HALF;
                int g = HALF;
                int b = HALF;
                for (int w : weight) {
                    r += (in[i] & 0xff) * w;
                    g += (in[i + 1] & 0xff) * w;
                    b += (in[i + 2] & 0xff) * w;
                    i += 3;
                }
                out[o] = clamp(r);
                out[o + 1] = clamp(g);
                out[o + 2] = clamp(b);
            }
        }
        return out;
    }

    private static byte[] vertical(byte[] in, int width, Weights weights) {
        int height = weights.first.length;
        int stride = width * 3;
        byte[] out = new byte[Math.multiplyExact(stride, height)];
        int[] sum = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sum, HALF);
            int row = weights.first[y] * stride;
            for (int w : weights.weight[y]) {
                for (int i = 0; i < stride; i++) {
                    sum[i] += (in[row + i] & 0xff) * w;
                }
                row += stride;
            }
            int o = y * stride;
            for (int i = 0; i < stride; i++) {
                out[o + i] = clamp(sum[i]);
            }
        }
        return out;
    }

    private static byte clamp(int sum) {
        int v = sum >> PRECISION_BITS;
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }

    /**
     * What each sample of the result is made of along one axis.
     *
     * @param first where its first source sample is
     * @param weight its source samples' weights, times 2^22
     */
    private record Weights(int[] first, int[][] weight) {
        static Weights of(int in, int out, Interpolation interpolation) {
            double scale = (double) in / out;
            double filterScale = Math.max(1, scale);
            double support = interpolation.support * filterScale;
            double inverse = 1 / filterScale;
            int[] first = new int[out];
            int[][] weight = new int[out][];
            for (int x = 0; x < out; x++) {
                double centre = (x + 0.5) * scale;
                int from = Math.max(0, (int) (centre - support + 0.5));
                int to = Math.min(in, (int) (centre + support + 0.5));
                double[] exact = new double[to - from];
                double total = 0;
                for (int i = 0; i < exact.length; i++) {
                    exact[i] = interpolation.weight((i + from - centre + 0.5) * inverse);
                    total += exact[i];
                }
                first[x] = from;
                weight[x] = new int[exact.length];
                for (int i = 0; i < exact.length; i++) {
                    double share = total == 0 ? exact[i] : exact[i] / total;
                    weight[x][i] = (int) (share * (1 << PRECISION_BITS) + (share < 0 ? -0.5 : 0.5));
                }
            }
            return new Weights(first, weight);
        }
    }
}
