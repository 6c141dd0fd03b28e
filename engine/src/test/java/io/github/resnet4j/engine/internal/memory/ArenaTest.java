package io.github.resnet4j.engine.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.engine.internal.memory.Arena.Plan;
import io.github.resnet4j.engine.internal.memory.Arena.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArenaTest {
    @ParameterizedTest
    @ValueSource(ints = {1, Arena.CACHE_LINE, Arena.PAGE})
    void valuesAliveTogetherDoNotOverlap(int alignment) {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Value> values = random(random);

            Plan plan = Arena.plan(values, alignment);

            for (Value value : values) {
                long offset = plan.offsets()[value.id()];
                assertThat(offset).isNotNegative();
                assertThat(offset % alignment).isZero();
                assertThat(offset + value.bytes()).isLessThanOrEqualTo(plan.total());
                for (Value other : values) {
                    if (other.id() < value.id() && value.first() <= other.last() && other.first() <= value.last()) {
                        long otherOffset = plan.offsets()[other.id()];
                        assertThat(offset + value.bytes() <= otherOffset || otherOffset + other.bytes() <= offset)
                                .as("%s and %s, seed %s", value, other, seed)
                                .isTrue();
                    }
                }
            }
            assertThat(plan.lowerBound()).isEqualTo(mostAlive(values));
            assertThat(plan.total()).isGreaterThanOrEqualTo(plan.lowerBound());
            assertThat(plan.total() % alignment).isZero();
        }
    }

    @Test
    void orderDoesNotMatter() {
        Random random = new Random(1);
        List<Value> values = random(random);
        Plan plan = Arena.plan(values, Arena.CACHE_LINE);

        List<Value> shuffled = new ArrayList<>(values);
        Collections.shuffle(shuffled, random);

        assertThat(Arena.plan(shuffled, Arena.CACHE_LINE).offsets()).containsExactly(plan.offsets());
    }

    @Test
    void chainNeedsTwoBuffers() {
        List<Value> chain = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            chain.add(new Value(i, 1024, i, i + 1));
        }

        Plan plan = Arena.plan(chain, Arena.CACHE_LINE);

        assertThat(plan.total()).isEqualTo(2048);
        assertThat(plan.offsets()).containsOnly(0, 1024);
    }

    @Test
    void smallestGapThatFitsIsTaken() {
        List<Value> values = List.of(
                new Value(0, 640, 0, 0),
                new Value(1, 512, 0, 2),
                new Value(2, 384, 0, 0),
                new Value(3, 256, 0, 2),
                new Value(4, 128, 1, 2));

        // while 1 and 3 are alive there are gaps of 640 and 384 bytes
        assertThat(Arena.plan(values, Arena.CACHE_LINE).offsets()).containsExactly(0, 640, 1152, 1536, 1152);
    }

    @Test
    void valuesOfTheWholeRunShareTheirPlaceWithNone() {
        Plan plan = Arena.plan(
                List.of(new Value(0, 64, 0, Integer.MAX_VALUE), new Value(1, 64, 0, 5), new Value(2, 64, 6, 1_000_000)),
                Arena.CACHE_LINE);

        assertThat(plan.offsets()).containsExactly(0, 64, 64);
        assertThat(plan.total()).isEqualTo(128);
        assertThat(plan.lowerBound()).isEqualTo(128);
    }

    @Test
    void idsMayHaveHoles() {
        assertThat(Arena.plan(List.of(new Value(2, 1, 0, 0)), Arena.CACHE_LINE).offsets())
                .containsExactly(-1, -1, 0);
    }

    @Test
    void nothingNeedsNothing() {
        Plan plan = Arena.plan(List.of(), Arena.CACHE_LINE);

        assertThat(plan.total()).isZero();
        assertThat(plan.lowerBound()).isZero();
        assertThat(plan.offsets()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2, 64", "18, 64", "333, 64", "18, 4096"})
    void residualTrainingStaysNearTheLowerBound(int blocks, int alignment) {
        Plan plan = Arena.plan(residualTraining(blocks), alignment);

        assertThat(plan.total()).isLessThanOrEqualTo(plan.lowerBound() * 11 / 10);
    }

    @Test
    void badValuesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Value(-1, 1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Value(0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Value(0, 1, -1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Value(7, 1, 3, 2))
                .withMessage("value 7 of 1 bytes cannot be alive from 3 to 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arena.plan(List.of(new Value(3, 1, 0, 0), new Value(3, 1, 1, 1)), 64))
                .withMessageContaining("called 3");
        assertThatIllegalArgumentException().isThrownBy(() -> Arena.plan(List.of(), 48));
        assertThatIllegalArgumentException().isThrownBy(() -> Arena.plan(List.of(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Arena.plan(List.of(), Integer.MIN_VALUE));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Arena.plan(List.of(new Value(0, Long.MAX_VALUE, 0, 0)), 64));
    }

    /** Sizes and spans of very different length. */
    private static List<Value> random(Random random) {
        List<Value> values = new ArrayList<>();
        int count = 1 + random.nextInt(60);
        for (int id = 0; id < count; id++) {
            int first = random.nextInt(count);
            long bytes = random.nextBoolean() ? 4096L * (1 + random.nextInt(3)) : 1 + random.nextInt(50_000);
            values.add(
                    random.nextInt(20) == 0
                            ? new Value(id, bytes, 0, Integer.MAX_VALUE)
                            : new Value(id, bytes, first, first + random.nextInt(random.nextBoolean() ? 3 : count)));
        }
        return values;
    }

    private static long mostAlive(List<Value> values) {
        long most = 0;
        for (Value value : values) {
            most = Math.max(
                    most,
                    values.stream()
                            .filter(other -> other.first() <= value.first() && value.first() <= other.last())
                            .mapToLong(Value::bytes)
                            .sum());
        }
        return most;
    }

    /**
     * A step of training of basic blocks in three stages, each of half the bytes: convolution, norm with ReLU, again
     * both, sum. The value of an instruction is alive until its own way back, its gradient from its readers' way back
     * until then; the sum's goes around the next block too. Norms keep their statistics.
     */
    private static List<Value> residualTraining(int blocks) {
        List<Value> values = new ArrayList<>();
        int forward = 5 * blocks;
        int end = 2 * forward;
        for (int i = 0; i < forward; i++) {
            long bytes = 32 * 16 * 32 * 32 * 4L >> i * 3 / forward;
            int back = end - 1 - i;
            boolean sum = i % 5 == 4;
            values.add(new Value(values.size(), bytes, i, back));
            values.add(new Value(values.size(), bytes, Math.max(forward, sum ? back - 5 : back - 1), back));
            if (i % 5 == 1 || i % 5 == 3) {
                values.add(new Value(values.size(), 128, i, back));
            }
        }
        return values;
    }
}
