package io.github.resnet4j.engine.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutMaskTest {
    private static final int COUNT = 100_003;

    private static float[] mask(long seed, long iteration, String layer, double retain, int count) {
        DropoutMask draw = new DropoutMask(seed);
        draw.iteration(iteration);
        float[] values = new float[count];
        try (Scope scope = new Scope();
                FloatPointer block = new FloatPointer((long) count)) {
            LoweredTensor tensor = new LoweredTensor(Layout.of(scope, Order.PLAIN, count), Buffer.at(block.address()));
            draw.draw(tensor, layer, retain);
            block.get(values);
        }
        return values;
    }

    @Test
    void isAFunctionOfSeedIterationAndLayer() {
        float[] mask = mask(1, 2, "drop", 0.5, COUNT);
        assertThat(mask(1, 2, "drop", 0.5, COUNT)).isEqualTo(mask);
        assertThat(agreement(mask, mask(2, 2, "drop", 0.5, COUNT))).isCloseTo(0.5, within(0.01));
        assertThat(agreement(mask, mask(1, 3, "drop", 0.5, COUNT))).isCloseTo(0.5, within(0.01));
        assertThat(agreement(mask, mask(2, 1, "drop", 0.5, COUNT))).isCloseTo(0.5, within(0.01));
        assertThat(agreement(mask, mask(1, 2, "drop2", 0.5, COUNT))).isCloseTo(0.5, within(0.01));
    }

    private static double agreement(float[] a, float[] b) {
        int same = 0;
        for (int i = 0; i < a.length; i++) {
            same += a[i] == b[i] ? 1 : 0;
        }
        return (double) same / a.length;
    }

    /** An image keeps its mask, however many others come with it. */
    @Test
    void doesNotDependOnTheSize() {
        assertThat(mask(1, 2, "drop", 0.5, 40_000)).isEqualTo(Arrays.copyOf(mask(1, 2, "drop", 0.5, COUNT), 40_000));
    }

    /** The mean stays, within four standard deviations. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.8, 0.99})
    void keepsTheMean(double retain) {
        float[] mask = mask(5, 0, "drop", retain, COUNT);
        Set<Float> found = new TreeSet<>();
        double sum = 0;
        for (float value : mask) {
            found.add(value);
            sum += value;
        }
        assertThat(found).containsExactly(0f, (float) (1 / retain));
        assertThat(sum / COUNT).isCloseTo(1, within(4 * Math.sqrt((1 - retain) / retain / COUNT)));
    }

    /** Of which a buffer of Java's shows 2 GiB, one value less than the last here. */
    @Test
    void reachesTheEndOfTheLargestMaps() {
        long count = Floats.MOST_IN_A_BUFFER + 1L;
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assumeTrue(system.getFreeMemorySize() > 6L << 30, "6 GiB of free memory are needed");
        try (Scope scope = new Scope();
                FloatPointer block = new FloatPointer(count)) {
            block.put(count - 1, 7);
            LoweredTensor tensor = new LoweredTensor(Layout.of(scope, Order.PLAIN, count), Buffer.at(block.address()));
            new DropoutMask(1).draw(tensor, "drop", 1);
            assertThat(block.get(count - 1)).isEqualTo(1);
        }
    }

    @Test
    void keepsEverythingOrNearlyNothing() {
        assertThat(new TreeSet<>(Set.of(mask(5, 0, "drop", 1, 3)[0]))).containsExactly(1f);
        assertThat(mask(5, 0, "drop", 1e-300, COUNT)).containsOnly(0);
    }
}
