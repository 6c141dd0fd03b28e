package io.github.resnet4j.engine.internal.lower;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Convolution with 3×3 kernels by Winograd's minimal filtering, F(4×4, 3×3) (Lavin and Gray 2015, arXiv 1509.09308): a tile
 * of 4×4 results takes 36 multiplications instead of 144 for each pair of channels. A tile of 6×6 values and a kernel are
 * each transformed into 36 values, those of one place are multiplied over all channels as matrices, and what comes out is
 * transformed back.
 *
 * <p>The polynomials are evaluated at 0, ±3/4, ±3/2 and infinity instead of the usual 0, ±1, ±2 and infinity: powers stay
 * nearer to one, and results come nearly as close to the exact ones as those of a direct convolution.
 *
 * <p>Tiles are counted row by row through all images of a batch. Maps are N×H×W×C. One thread at a time may use one.
 */
final class Winograd {
    /** Values of a transformed tile. */
    static final int PLACES = 36;

    private static final int IN = 6;
    private static final int OUT = 4;
    private static final int KERNEL = 3;

    private static final double[] POINTS = {0, 0.75, -0.75, 1.5, -1.5};
    private static final float P = (float) POINTS[1];
    private static final float Q = (float) POINTS[3];
    private static final float P2 = P * P;
    private static final float Q2 = Q * Q;
    private static final float P3 = P2 * P;
    private static final float Q3 = Q2 * Q;
    private static final float PRODUCT = P2 * Q2;
    private static final float SUM = P2 + Q2;

    /** Values that are transformed in one loop: long enough for vectors, few enough for the nearest caches. */
    private static final int LOOP = 1024;

    private final Tiling tiling;
    private final Room room;

    /** @param room shared with others of the same thread */
    Winograd(Tiling tiling, Room room) {
        this.tiling = tiling;
        this.room = room;
    }

    /**
     * Maps and the tiles over them.
     *
     * @param inHeight rows of the source
     * @param inWidth columns of the source
     * @param inChannels of the source
     * @param outHeight rows of the result
     * @param outWidth columns of the result
     * @param outChannels of the result
     * @param top rows of zeros above the source
     * @param left columns of zeros before the source
     */
    record Tiling(
            int inHeight,
            int inWidth,
            int inChannels,
            int outHeight,
            int outWidth,
            int outChannels,
            int top,
            int left) {
        /** Rows of tiles of an image. */
        int rows() {
            return (outHeight + OUT - 1) / OUT;
        }

        /** Tiles in a row. */
        int columns() {
            return (outWidth + OUT - 1) / OUT;
        }

        /** How many times fewer multiplications these tiles need than a direct convolution; at most 4. */
        double gain() {
            int direct = KERNEL * KERNEL * outHeight * outWidth;
            return (double) direct / (PLACES * rows() * columns());
        }
    }

    /** Arrays for what is between two transforms: loops over native memory would not be compiled to vectors. */
    static final class Room {
        private float[][] places = new float[PLACES][0];
        private float[][] halfway = new float[PLACES][0];
        private float[] biases = new float[0];
        private float[] rows = new float[0];
        private float[] addends = new float[0];

        private void grow(int loop, int row) {
            if (biases.length < loop) {
                places = new float[PLACES][loop];
                halfway = new float[PLACES][loop];
                biases = new float[loop];
            }
            if (rows.length < row) {
                rows = new float[row];
                addends = new float[row];
            }
        }
    }

    /**
     * Transforms kernels.
     *
     * @param kernels out×in×3×3
     * @param places receives 36×in×out
     */
    static void kernels(FloatBuffer kernels, int in, int out, FloatBuffer places) {
        double[][] matrix = kernelMatrix();
        float[] kernel = new float[KERNEL * KERNEL];
        double[] half = new double[IN * KERNEL];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                kernels.get((o * in + i) * kernel.length, kernel);
                for (int a = 0; a < IN; a++) {
                    for (int x = 0; x < KERNEL; x++) {
                        half[a * KERNEL + x] = matrix[a][0] * kernel[x]
                                + matrix[a][1] * kernel[KERNEL + x]
                                + matrix[a][2] * kernel[2 * KERNEL + x];
                    }
                }
                for (int a = 0; a < IN; a++) {
                    for (int b = 0; b < IN; b++) {
                        double value = matrix[b][0] * half[a * KERNEL]
                                + matrix[b][1] * half[a * KERNEL + 1]
                                + matrix[b][2] * half[a * KERNEL + 2];
                        places.put(((a * IN + b) * in + i) * out + o, (float) value);
                    }
                }
            }
        }
    }

    /** Powers of each point over its distances from the others; the highest power alone for infinity. */
    private static double[][] kernelMatrix() {
        double[][] matrix = new double[IN][KERNEL];
        for (int i = 0; i < POINTS.length; i++) {
            double distances = 1;
            for (int j = 0; j < POINTS.length; j++) {
                distances *= i == j ? 1 : POINTS[i] - POINTS[j];
            }
            for (int power = 0; power < KERNEL; power++) {
                matrix[i][power] = Math.pow(POINTS[i], power) / distances;
            }
        }
        matrix[IN - 1][KERNEL - 1] = 1;
        return matrix;
    }

    /**
     * Transforms the tiles of some rows of tiles.
     *
     * @param source all maps
     * @param firstRow the first row of tiles, counted through all images
     * @param count rows of tiles
     * @param tiles receives 36×tiles×channels, in planes of {@code plane} values
     */
    void read(FloatBuffer source, int firstRow, int count, FloatBuffer tiles, int plane) {
        int channels = tiling.inChannels;
        int columns = tiling.columns();
        int total = count * columns;
        int each = Math.max(1, LOOP / channels);
        room.grow(each * channels, IN * tiling.inWidth * channels);
        for (int first = 0; first < total; first += each) {
            int some = Math.min(each, total - first);
            for (int i = 0; i < some; i++) {
                int tile = first + i;
                int row = firstRow + tile / columns;
                if (tile % columns == 0) {
                    load(source, row);
                }
                gather(row % tiling.rows(), tile % columns, i * channels);
            }
            transform(some * channels);
            for (int place = 0; place < PLACES; place++) {
                tiles.put(place * plane + first * channels, room.places[place], 0, some * channels);
            }
        }
    }

    /** Copies what a row of tiles sees of its image. */
    private void load(FloatBuffer source, int row) {
        int width = tiling.inWidth * tiling.inChannels;
        int image = row / tiling.rows() * tiling.inHeight;
        int top = row % tiling.rows() * OUT - tiling.top;
        int from = Math.max(0, top);
        int to = Math.min(tiling.inHeight, top + IN);
        if (from < to) {
            source.get((image + from) * width, room.rows, (from - top) * width, (to - from) * width);
        }
    }

    private void gather(int row, int column, int at) {
        int channels = tiling.inChannels;
        int top = row * OUT - tiling.top;
        int left = column * OUT - tiling.left;
        for (int y = 0; y < IN; y++) {
            boolean inside = top + y >= 0 && top + y < tiling.inHeight;
            for (int x = 0; x < IN; x++) {
                float[] place = room.places[y * IN + x];
                if (inside && left + x >= 0 && left + x < tiling.inWidth) {
                    System.arraycopy(room.rows, (y * tiling.inWidth + left + x) * channels, place, at, channels);
                } else {
                    Arrays.fill(place, at, at + channels, 0f);
                }
            }
        }
    }

    private void transform(int length) {
        float[][] a = room.places;
        float[][] b = room.halfway;
        for (int i = 0; i < PLACES; i += IN) {
            forward(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], b, i, 1, length);
        }
        for (int i = 0; i < IN; i++) {
            forward(b[i], b[6 + i], b[12 + i], b[18 + i], b[24 + i], b[30 + i], a, i, IN, length);
        }
    }

    /** One dimension of a tile's transform, into {@code results[first]} and every {@code step}-th behind it. */
    private static void forward(
            float[] d0,
            float[] d1,
            float[] d2,
            float[] d3,
            float[] d4,
            float[] d5,
            float[][] results,
            int first,
            int step,
            int length) {
        ends(d0, d2, d4, results[first], length);
        pair(d1, d2, d3, d4, results[first + step], results[first + 2 * step], P, Q2, length);
        pair(d1, d2, d3, d4, results[first + 3 * step], results[first + 4 * step], Q, P2, length);
        ends(d1, d3, d5, results[first + 5 * step], length);
    }

    private static void ends(float[] a, float[] b, float[] c, float[] result, int length) {
        for (int i = 0; i < length; i++) {
            result[i] = PRODUCT * a[i] - SUM * b[i] + c[i];
        }
    }

    private static void pair(
            float[] d1,
            float[] d2,
            float[] d3,
            float[] d4,
            float[] plus,
            float[] minus,
            float point,
            float otherSquared,
            int length) {
        for (int i = 0; i < length; i++) {
            float even = d4[i] - otherSquared * d2[i];
            float odd = point * (d3[i] - otherSquared * d1[i]);
            plus[i] = even + odd;
            minus[i] = even - odd;
        }
    }

    /**
     * Transforms products back and writes the rows of the result that belong to some rows of tiles.
     *
     * @param products 36×tiles×channels, in planes of {@code plane} values
     * @param bias one value for each channel, or null
     * @param addend maps that are added, or null; may be the destination
     * @param relu negative results become zero, behind the sum
     * @param destination all maps of the result
     */
    void write(
            FloatBuffer products,
            int plane,
            int firstRow,
            int count,
            FloatBuffer bias,
            FloatBuffer addend,
            boolean relu,
            FloatBuffer destination) {
        int channels = tiling.outChannels;
        int columns = tiling.columns();
        int total = count * columns;
        int each = Math.max(1, LOOP / channels);
        room.grow(each * channels, OUT * tiling.outWidth * channels);
        fillBiases(bias, each * channels);
        for (int first = 0; first < total; first += each) {
            int some = Math.min(each, total - first);
            for (int place = 0; place < PLACES; place++) {
                products.get(place * plane + first * channels, room.places[place], 0, some * channels);
            }
            transformBack(relu && addend == null, some * channels);
            for (int i = 0; i < some; i++) {
                int column = (first + i) % columns;
                scatter(column, i * channels);
                if (column == columns - 1) {
                    store(firstRow + (first + i) / columns, addend, relu, destination);
                }
            }
        }
    }

    private void fillBiases(FloatBuffer bias, int length) {
        if (bias == null) {
            Arrays.fill(room.biases, 0, length, 0f);
            return;
        }
        for (int i = 0; i < length; i += tiling.outChannels) {
            bias.get(0, room.biases, i, tiling.outChannels);
        }
    }

    private void transformBack(boolean relu, int length) {
        float[][] m = room.places;
        float[][] y = room.halfway;
        for (int i = 0; i < IN; i++) {
            back(m[i], m[6 + i], m[12 + i], m[18 + i], m[24 + i], m[30 + i], y, i, IN, length);
        }
        for (int i = 0; i < OUT * IN; i += IN) {
            back(y[i], y[i + 1], y[i + 2], y[i + 3], y[i + 4], y[i + 5], m, i, 1, length);
            for (int x = 0; x < OUT; x++) {
                if (relu) {
                    addAndRelu(m[i + x], room.biases, length);
                } else {
                    add(m[i + x], room.biases, length);
                }
            }
        }
    }

    /** One dimension of the inverse transform, into {@code results[first]} and every {@code step}-th behind it. */
    private static void back(
            float[] m0,
            float[] m1,
            float[] m2,
            float[] m3,
            float[] m4,
            float[] m5,
            float[][] results,
            int first,
            int step,
            int length) {
        even(m0, m1, m2, m3, m4, results[first], results[first + 2 * step], length);
        odd(m1, m2, m3, m4, m5, results[first + step], results[first + 3 * step], length);
    }

    private static void even(
            float[] m0, float[] m1, float[] m2, float[] m3, float[] m4, float[] y0, float[] y2, int length) {
        for (int i = 0; i < length; i++) {
            float p = m1[i] + m2[i];
            float q = m3[i] + m4[i];
            y0[i] = m0[i] + p + q;
            y2[i] = P2 * p + Q2 * q;
        }
    }

    private static void odd(
            float[] m1, float[] m2, float[] m3, float[] m4, float[] m5, float[] y1, float[] y3, int length) {
        for (int i = 0; i < length; i++) {
            float p = m1[i] - m2[i];
            float q = m3[i] - m4[i];
            y1[i] = P * p + Q * q;
            y3[i] = P3 * p + Q3 * q + m5[i];
        }
    }

    private static void addAndRelu(float[] values, float[] others, int length) {
        for (int i = 0; i < length; i++) {
            values[i] = Math.max(0f, values[i] + others[i]);
        }
    }

    private static void add(float[] values, float[] others, int length) {
        for (int i = 0; i < length; i++) {
            values[i] += others[i];
        }
    }

    private void scatter(int column, int from) {
        int channels = tiling.outChannels;
        int width = Math.min(OUT, tiling.outWidth - column * OUT);
        for (int y = 0; y < OUT; y++) {
            for (int x = 0; x < width; x++) {
                int to = (y * tiling.outWidth + column * OUT + x) * channels;
                System.arraycopy(room.places[y * IN + x], from, room.rows, to, channels);
            }
        }
    }

    /** Writes a row of tiles that is complete. */
    private void store(int row, FloatBuffer addend, boolean relu, FloatBuffer destination) {
        int width = tiling.outWidth * tiling.outChannels;
        int top = row % tiling.rows() * OUT;
        int length = Math.min(OUT, tiling.outHeight - top) * width;
        int at = (row / tiling.rows() * tiling.outHeight + top) * width;
        if (addend != null) {
            addend.get(at, room.addends, 0, length);
            if (relu) {
                addAndRelu(room.rows, room.addends, length);
            } else {
                add(room.rows, room.addends, length);
            }
        }
        destination.put(at, room.rows, 0, length);
    }
}
