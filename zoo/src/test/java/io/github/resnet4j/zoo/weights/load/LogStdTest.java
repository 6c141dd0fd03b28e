package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class LogStdTest {
    @ParameterizedTest
    @CsvSource({"1, 0", "100, 1", "0.01, -1", "1e-8, -4", "1e8, 4", "1e-30, -15", "4, 0.30103"})
    void isHalfTheDecimalLogarithm(float variance, float logarithm) {
        assertThat(LogStd.ofVariance(variance)).isEqualTo(logarithm);
    }

    @Test
    void varianceZeroComesBackAsZero() {
        float logarithm = LogStd.ofVariance(0f);

        assertThat(logarithm).isFinite();
        assertThat(LogStd.toVariance(logarithm)).isEqualTo(0f);
        assertThat(LogStd.ofVariance(-0f)).isEqualTo(logarithm);
        assertThat(LogStd.ofVariance(LogStd.toVariance(logarithm))).isEqualTo(logarithm);
    }

    /** As {@code BatchNormalization.preOutput} computes it. */
    @Test
    void dl4jComputesTheSameVariance() {
        float[] variances = {0, Float.MIN_VALUE, 1e-38f, 1e-20f, 1e-5f, 0.3f, 1, 77, 1e10f};
        INDArray logarithms = Nd4j.create(DataType.FLOAT, variances.length);
        for (int i = 0; i < variances.length; i++) {
            logarithms.putScalar(i, LogStd.ofVariance(variances[i]));
        }

        INDArray computed = Transforms.pow(Nd4j.valueArrayOf(logarithms.shape(), 10.0, DataType.FLOAT), logarithms);
        computed.muli(computed);

        for (int i = 0; i < variances.length; i++) {
            assertThat(computed.getFloat(i)).isCloseTo(variances[i], within(variances[i] * 5e-6f + 1e-37f));
        }
        assertThat(computed.getFloat(0)).isEqualTo(0f);
    }

    @Test
    void variancesComeBackWithinTheRoundingOfTheirLogarithms() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 200_000; i++) {
            float variance = (float) Math.pow(10, random.nextDouble(-8, 8));
            float back = LogStd.toVariance(LogStd.ofVariance(variance));
            assertThat((double) back).isCloseTo(variance, within(6e-7 * variance));
        }
        for (float tiny = Float.MIN_VALUE; tiny < 1e-30f; tiny *= 1.5f) {
            float back = LogStd.toVariance(LogStd.ofVariance(tiny));
            assertThat((double) back).isCloseTo(tiny, within(1e-5 * tiny + Float.MIN_VALUE));
            assertThat(back).isPositive();
        }
    }

    @Test
    void logarithmsComeBackUnchangedFromAQuarterOn() {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 200_000; i++) {
            float logarithm = (float) random.nextDouble(0.25, 18) * (random.nextBoolean() ? 1 : -1);
            assertThat(LogStd.ofVariance(LogStd.toVariance(logarithm))).isEqualTo(logarithm);
            float small = (float) random.nextDouble(-0.25, 0.25);
            assertThat(LogStd.ofVariance(LogStd.toVariance(small))).isCloseTo(small, within(2.1e-8f));
        }
    }
}
