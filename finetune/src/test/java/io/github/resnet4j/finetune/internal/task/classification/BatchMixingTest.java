package io.github.resnet4j.finetune.internal.task.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.finetune.config.MixConfig;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Images of one value each, 0, 1, 2, …, of classes 0, 1, 2, … */
final class BatchMixingTest {
    private static final int SIDE = 16;

    private static BatchMixing mixing(double mixup, double cutmix) {
        return new BatchMixing(new MixConfig(positive(mixup), positive(cutmix)), 7);
    }

    private static Optional<Double> positive(double alpha) {
        return alpha > 0 ? Optional.of(alpha) : Optional.empty();
    }

    private static INDArray images(int count) {
        float[] values = new float[count * 3 * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / (3 * SIDE * SIDE);
        }
        return Nd4j.createFromArray(values).reshape('c', count, 3, SIDE, SIDE);
    }

    private static float[] floats(INDArray array) {
        return array.dup('c').data().asFloat();
    }

    @Test
    void changesNothingUnlessAskedTo() {
        INDArray images = images(3);
        INDArray labels = Nd4j.eye(3).castTo(DataType.FLOAT);
        mixing(0, 0).apply(images, labels, 0, 0);

        assertThat(floats(images)).isEqualTo(floats(images(3)));
        assertThat(labels).isEqualTo(Nd4j.eye(3).castTo(DataType.FLOAT));
    }

    @Test
    void mixupTakesBothImagesAndLabelsInTheSameProportion() {
        for (int batch = 0; batch < 50; batch++) {
            INDArray images = images(4);
            INDArray labels = Nd4j.eye(4).castTo(DataType.FLOAT);
            mixing(0.4, 0).apply(images, labels, 1, batch);

            double kept = labels.getDouble(2, 2);
            for (int i = 0; i < 4; i++) {
                int before = (i + 3) % 4;
                assertThat(labels.getDouble(i, i)).isEqualTo(kept);
                assertThat(labels.getDouble(i, before)).isCloseTo(1 - kept, within(1e-6));
                assertThat(images.getDouble(i, 1, 5, 9)).isCloseTo(kept * i + (1 - kept) * before, within(1e-5));
            }
        }
    }

    /** The label follows the area that was really cut, which edges make smaller. */
    @Test
    void cutmixLabelsFollowTheArea() {
        for (int batch = 0; batch < 50; batch++) {
            INDArray images = images(3);
            INDArray labels = Nd4j.eye(3).castTo(DataType.FLOAT);
            mixing(0, 1).apply(images, labels, 1, batch);

            float[] values = floats(images);
            for (int i = 0; i < 3; i++) {
                int before = (i + 2) % 3;
                int own = 0;
                for (int j = 0; j < 3 * SIDE * SIDE; j++) {
                    float value = values[i * 3 * SIDE * SIDE + j];
                    assertThat(value).isIn((float) i, (float) before);
                    own += value == i ? 1 : 0;
                }
                assertThat(labels.getDouble(i, i)).isCloseTo(own / (3.0 * SIDE * SIDE), within(1e-6));
                assertThat(labels.sum(1).getDouble(i)).isCloseTo(1, within(1e-6));
            }
        }
    }

    /** Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)). */
    @ParameterizedTest
    @ValueSource(doubles = {0.2, 1, 4})
    void sharesAreBeta(double alpha) {
        double sum = 0;
        double squares = 0;
        int draws = 4000;
        BatchMixing mixing = mixing(alpha, 0);
        for (int batch = 0; batch < draws; batch++) {
            INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}});
            mixing.apply(Nd4j.zeros(DataType.FLOAT, 2, 1, 1, 1), labels, 0, batch);
            double kept = labels.getDouble(0, 0);
            sum += kept;
            squares += (kept - 0.5) * (kept - 0.5);
        }
        assertThat(sum / draws).isCloseTo(0.5, within(0.03));
        assertThat(squares / draws).isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.01));
    }

    @Test
    void takesOneOfBothAtRandomAndTheSameEveryTime() {
        int cut = 0;
        for (int batch = 0; batch < 200; batch++) {
            INDArray first = images(2);
            INDArray second = images(2);
            INDArray labels = Nd4j.eye(2).castTo(DataType.FLOAT);
            mixing(1, 1).apply(first, labels, 3, batch);
            mixing(1, 1).apply(second, Nd4j.eye(2).castTo(DataType.FLOAT), 3, batch);
            assertThat(floats(first)).isEqualTo(floats(second));
            boolean whole = true;
            for (float value : floats(first)) {
                whole &= value == 0 || value == 1;
            }
            cut += whole ? 1 : 0;
        }
        assertThat(cut / 200.0).isCloseTo(0.5, within(0.12));
    }

    @Test
    void aBatchOfOneIsMixedWithItself() {
        INDArray images = images(1).addi(3);
        INDArray labels = Nd4j.createFromArray(new float[][] {{0, 1}});
        mixing(1, 0).apply(images, labels, 0, 0);
        assertThat(images.meanNumber().doubleValue()).isCloseTo(3, within(1e-5));
        assertThat(labels.getDouble(0, 1)).isCloseTo(1, within(1e-6));
    }
}
