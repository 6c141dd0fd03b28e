package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

final class WeightAverageTest {
    @Test
    void earlyAveragesAreShort() {
        FloatBuffer weight = FloatBuffer.wrap(new float[] {0});
        WeightAverage average = new WeightAverage(0.5, weight);

        weight.put(0, 11);
        average.add(1); // keeps 2/11
        assertThat(average.values().get(0)).isCloseTo(9, within(1e-5f));
        weight.put(0, 12);
        average.add(2); // keeps 3/12
        assertThat(average.values().get(0)).isCloseTo(11.25f, within(1e-5f));
        weight.put(0, 13.25f);
        average.add(1000); // keeps 0.5
        assertThat(average.values().get(0)).isCloseTo(12.25f, within(1e-5f));
    }

    /** Frozen weights must not move by rounding. */
    @Test
    void whatNeverChangesKeepsItsBytes() {
        float[] values = {0.1f, -0f, 1e-30f, 3e30f, 0.33333334f};
        WeightAverage average = new WeightAverage(0.999, FloatBuffer.wrap(values.clone()));
        for (int step = 1; step <= 1000; step++) {
            average.add(step);
        }
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToRawIntBits(average.values().get(i))).isEqualTo(Float.floatToRawIntBits(values[i]));
        }
    }

    @Test
    void exchangesThereAndBack() {
        float[] many = new float[3000];
        many[2999] = 4;
        FloatBuffer weights = FloatBuffer.wrap(many);
        WeightAverage average = new WeightAverage(0, weights);
        weights.put(2999, 8);

        average.swap();
        assertThat(weights.get(2999)).isEqualTo(4);
        assertThat(average.values().get(2999)).isEqualTo(8);
        average.swap();
        assertThat(weights.get(2999)).isEqualTo(8);
        average.add(1_000_000);
        assertThat(average.values().get(2999)).isEqualTo(8);
    }
}
