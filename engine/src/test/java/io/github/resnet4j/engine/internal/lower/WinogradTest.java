package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.lower.Winograd.Tiling;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against direct convolutions in double precision. */
class WinogradTest {
    private static final int IMAGES = 3;

    private final Random random = new Random(1);
    private final Winograd.Room room = new Winograd.Room();

    @ParameterizedTest(name = "{0}x{1}, {2} to {3} channels, padding {4}, {5} and {6}, {7}")
    @CsvSource({
        "8, 8, 1, 1, 1, 1, 1, 1",
        "8, 12, 5, 7, 1, 1, 1, 1",
        "7, 9, 3, 2, 1, 1, 1, 1",
        "6, 6, 4, 4, 0, 0, 0, 0",
        "9, 5, 2, 3, 2, 1, 0, 3",
        "3, 3, 2, 2, 0, 0, 0, 0",
        "1, 1, 2, 3, 1, 1, 1, 1",
        "5, 30, 64, 48, 1, 1, 1, 1",
        "4, 4, 1100, 2, 1, 1, 1, 1",
        "4, 5, 2, 1100, 1, 1, 1, 1",
    })
    void convolves(int height, int width, int in, int out, int top, int left, int bottom, int right) {
        Tiling tiling =
                new Tiling(height, width, in, height + top + bottom - 2, width + left + right - 2, out, top, left);
        float[] source = values(IMAGES * height * width * in);
        float[] kernels = values(out * in * 9);
        int results = IMAGES * tiling.outHeight() * tiling.outWidth() * out;
        double[] direct = direct(tiling, source, kernels);

        float[] plain = new float[results];
        run(tiling, source, kernels, null, null, false, plain);
        assertThat(distance(plain, direct)).isLessThan(5e-6);

        float[] bias = values(out);
        float[] addend = values(results);
        for (int i = 0; i < results; i++) {
            direct[i] = Math.max(0, direct[i] + bias[i % out] + addend[i]);
        }
        float[] fused = addend.clone();
        run(tiling, source, kernels, bias, FloatBuffer.wrap(fused), true, fused);
        assertThat(distance(fused, direct)).isLessThan(5e-6);
    }

    /** Its rounding stays within three times that of a direct convolution in single precision. */
    @ParameterizedTest(name = "{0} channels")
    @ValueSource(ints = {32, 256})
    void isNearlyAsExactAsADirectConvolution(int channels) {
        Tiling tiling = new Tiling(14, 14, channels, 14, 14, 4, 1, 1);
        float[] source = values(IMAGES * 14 * 14 * channels);
        float[] kernels = values(4 * channels * 9);
        double[] exact = direct(tiling, source, kernels);
        float[] result = new float[exact.length];
        run(tiling, source, kernels, null, null, false, result);
        assertThat(distance(result, exact)).isLessThan(distance(singly(tiling, source, kernels), exact) * 3);
    }

    private float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** In two parts, the first of one row of tiles less than an image. */
    private void run(
            Tiling tiling,
            float[] source,
            float[] kernels,
            float[] bias,
            FloatBuffer addend,
            boolean relu,
            float[] result) {
        int in = tiling.inChannels();
        int out = tiling.outChannels();
        FloatBuffer transformed = FloatBuffer.allocate(Winograd.PLACES * in * out);
        Winograd.kernels(FloatBuffer.wrap(kernels), in, out, transformed);
        Winograd winograd = new Winograd(tiling, room);
        int rows = IMAGES * tiling.rows();
        int half = Math.max(1, tiling.rows() - 1);
        for (int first = 0; first < rows; first += half) {
            int count = Math.min(half, rows - first);
            int tiles = count * tiling.columns();
            // Room for one tile more than there are, as in a plan's last and shorter part.
            FloatBuffer before = FloatBuffer.allocate(Winograd.PLACES * (tiles + 1) * in);
            FloatBuffer after = FloatBuffer.allocate(Winograd.PLACES * (tiles + 1) * out);
            winograd.read(FloatBuffer.wrap(source), first, count, before, (tiles + 1) * in);
            for (int place = 0; place < Winograd.PLACES; place++) {
                for (int tile = 0; tile < tiles; tile++) {
                    for (int o = 0; o < out; o++) {
                        float sum = 0;
                        for (int i = 0; i < in; i++) {
                            sum += before.get((place * (tiles + 1) + tile) * in + i)
                                    * transformed.get((place * in + i) * out + o);
                        }
                        after.put((place * (tiles + 1) + tile) * out + o, sum);
                    }
                }
            }
            winograd.write(
                    after,
                    (tiles + 1) * out,
                    first,
                    count,
                    bias == null ? null : FloatBuffer.wrap(bias),
                    addend,
                    relu,
                    FloatBuffer.wrap(result));
        }
    }

    private interface Accumulate {
        double add(double sum, float value, float weight);
    }

    private static double[] direct(Tiling tiling, float[] source, float[] kernels) {
        return convolve(tiling, source, kernels, (sum, value, weight) -> sum + (double) value * weight);
    }

    private static double[] singly(Tiling tiling, float[] source, float[] kernels) {
        return convolve(tiling, source, kernels, (sum, value, weight) -> (float) sum + value * weight);
    }

    private static double[] convolve(Tiling t, float[] source, float[] kernels, Accumulate accumulate) {
        double[] result = new double[IMAGES * t.outHeight() * t.outWidth() * t.outChannels()];
        int at = 0;
        for (int n = 0; n < IMAGES; n++) {
            for (int y = 0; y < t.outHeight(); y++) {
                for (int x = 0; x < t.outWidth(); x++) {
                    for (int o = 0; o < t.outChannels(); o++) {
                        double sum = 0;
                        for (int tap = 0; tap < 9; tap++) {
                            int row = y + tap / 3 - t.top();
                            int column = x + tap % 3 - t.left();
                            if (row >= 0 && row < t.inHeight() && column >= 0 && column < t.inWidth()) {
                                int from = ((n * t.inHeight() + row) * t.inWidth() + column) * t.inChannels();
                                for (int i = 0; i < t.inChannels(); i++) {
                                    float weight = kernels[(o * t.inChannels() + i) * 9 + tap];
                                    sum = accumulate.add(sum, source[from + i], weight);
                                }
                            }
                        }
                        result[at++] = sum;
                    }
                }
            }
        }
        return result;
    }

    private static double distance(float[] actual, double[] exact) {
        double[] values = new double[actual.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = actual[i];
        }
        return distance(values, exact);
    }

    private static double distance(double[] actual, double[] exact) {
        double distance = 0;
        double norm = 0;
        for (int i = 0; i < exact.length; i++) {
            distance += Math.pow(actual[i] - exact[i], 2);
            norm += exact[i] * exact[i];
        }
        return Math.sqrt(distance / norm);
    }
}
