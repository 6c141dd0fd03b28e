package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.LazyImage;
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
    static Rgb8Image resize(LazyImage image, int width, int height, Interpolation interpolation) {
        return resize(image, width, height, interpolation, 0, 0, width, height);
    }

    /**
     * A part of the image scaled to {@code width}×{@code height}: {@code partWidth}×{@code partHeight} pixels whose corner is at
     * ({@code left}, {@code top}). Of the image no more is decoded than they are made of.
     */
    static Rgb8Image resize(
            LazyImage image,
            int width,
            int height,
            Interpolation interpolation,
            int left,
            int top,
            int partWidth,
            int partHeight) {
        if (width == image.width() && height == image.height()) {
            return image.part(left, top, partWidth, partHeight);
        }
        Weights columns = Weights.of(image.width(), width, interpolation, left, partWidth);
        Weights rows = Weights.of(image.height(), height, interpolation, top, partHeight);
        Rgb8Image in = image.part(columns.begin(), rows.begin(), columns.length(), rows.length());
        int stride = 3 * partWidth;
        byte[] out = new byte[Math.multiplyExact(stride, partHeight)];
        // The latest rows after the horizontal pass: as ints, so that the loops over them are vectorised.
        int[][] scaled = new int[rows.most()][stride];
        int[] sum = new int[stride];
        int ready = 0;
        for (int y = 0; y < partHeight; y++) {
            int first = rows.first[y] - rows.begin();
            int[] weights = rows.weight[y];
            for (; ready < first + weights.length; ready++) {
                horizontal(in.pixels(), ready * in.width() * 3, columns, scaled[ready % scaled.length]);
            }
            Arrays.fill(sum, HALF);
            for (int k = 0; k < weights.length; k++) {
                add(scaled[(first + k) % scaled.length], weights[k], sum);
            }
            for (int i = 0, o = y * stride; i < stride; i++, o++) {
                out[o] = (byte) clamp(sum[i]);
            }
        }
        return new Rgb8Image(partWidth, partHeight, out);
    }

    private static void horizontal(byte[] in, int row, Weights weights, int[] out) {
        int[] first = weights.first;
        int origin = row - 3 * weights.begin();
        for (int x = 0, o = 0; x < first.length; x++, o += 3) {
            int i = origin + 3 * first[x];
            int r = HALF;
            int g = HALF;
            int b = HALF;
            for (int w : weights.weight[x]) {
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

    private static void add(int[] row, int weight, int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += row[i] * weight;
        }
    }

    private static int clamp(int sum) {
        int v = sum >> PRECISION_BITS;
        // Without branches: what is below 0 has its sign in all bits, and so has 255 less what is above it.
        return (v | 255 - v >> 31) & ~(v >> 31) & 255;
    }

    /**
     * What each sample of the result is made of along one axis.
     *
     * @param first where its first source sample is
     * @param weight its source samples' weights, times 2^22
     */
    private record Weights(int[] first, int[][] weight) {
        /** Of samples {@code begin} to {@code begin + count - 1} of {@code out}, which are made of {@code in}. */
        static Weights of(int in, int out, Interpolation interpolation, int begin, int count) {
            double scale = (double) in / out;
            double filterScale = Math.max(1, scale);
            double support = interpolation.support * filterScale;
            double inverse = 1 / filterScale;
            int[] first = new int[count];
            int[][] weight = new int[count][];
            for (int x = 0; x < count; x++) {
                double centre = (begin + x + 0.5) * scale;
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

        /** The first source sample of all. */
        int begin() {
            return first[0];
        }

        /** How many source samples there are from the first to the last. */
        int length() {
            int last = first.length - 1;
            return first[last] + weight[last].length - first[0];
        }

        /** How many source samples a result has at most. */
        int most() {
            return Arrays.stream(weight).mapToInt(w -> w.length).max().orElseThrow();
        }
    }
}
