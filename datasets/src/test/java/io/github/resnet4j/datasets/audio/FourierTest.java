package io.github.resnet4j.datasets.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transforms against their definition. */
class FourierTest {
    /** {@code sum x[n] exp(sign 2 pi i k n / N)}. */
    private static double[] definition(double[] re, double[] im, int k, int sign) {
        double sumRe = 0;
        double sumIm = 0;
        for (int n = 0; n < re.length; n++) {
            double angle = sign * 2 * Math.PI * ((long) k * n % re.length) / re.length;
            sumRe += re[n] * Math.cos(angle) - im[n] * Math.sin(angle);
            sumIm += re[n] * Math.sin(angle) + im[n] * Math.cos(angle);
        }
        return new double[] {sumRe, sumIm};
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 16, 32, 128, 256})
    void lanesEqualTheDefinition(int size) {
        Random random = new Random(size);
        int lanes = 3;
        double[][] re = new double[lanes][size];
        double[][] im = new double[lanes][size];
        LaneFft fft = new LaneFft(size, lanes);
        for (int n = 0; n < size; n++) {
            for (int l = 0; l < lanes; l++) {
                fft.re[n][l] = re[l][n] = random.nextGaussian();
                fft.im[n][l] = im[l][n] = random.nextGaussian();
            }
        }
        fft.transform();
        for (int k = 0; k < size; k++) {
            for (int l = 0; l < lanes; l++) {
                double[] expected = definition(re[l], im[l], k, -1);
                assertThat(fft.re[k][l]).isEqualTo(expected[0], within(1e-11));
                assertThat(fft.im[k][l]).isEqualTo(expected[1], within(1e-11));
            }
        }
        fft.invert();
        for (int n = 0; n < size; n++) {
            assertThat(fft.re[n][1] / size).isEqualTo(re[1][n], within(1e-13));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 33, 469})
    void anyLengthEqualsTheDefinition(int length) {
        Random random = new Random(length);
        double[] re = random.doubles(length).toArray();
        double[] im = random.doubles(length).toArray();
        AnyLengthDft dft = new AnyLengthDft(length, 2);
        for (int repeat = 0; repeat < 2; repeat++) {
            dft.clear();
            for (int n = 0; n < length; n++) {
                dft.put(n, 1, re[n], im[n]);
            }
            dft.invert();
            for (int k = 0; k < length; k++) {
                double[] expected = definition(re, im, k, 1);
                assertThat(dft.re(k)[1]).isEqualTo(expected[0], within(1e-9));
                assertThat(dft.im(k)[1]).isEqualTo(expected[1], within(1e-9));
                assertThat(dft.re(k)[0]).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 12, 250, 1000})
    void oneEqualsTheDefinition(int length) {
        Random random = new Random(length);
        float[] samples = new float[length];
        double[] re = new double[length];
        for (int n = 0; n < length; n++) {
            samples[n] = random.nextFloat();
            re[n] = samples[n];
        }
        OneDft dft = new OneDft(samples);
        assertThat(dft.re).hasSize(length / 2 + 1);
        for (int k = 0; k < dft.re.length; k++) {
            double[] expected = definition(re, new double[length], k, -1);
            assertThat(dft.re[k]).isEqualTo(expected[0], within(1e-9));
            assertThat(dft.im[k]).isEqualTo(expected[1], within(1e-9));
        }
    }
}
