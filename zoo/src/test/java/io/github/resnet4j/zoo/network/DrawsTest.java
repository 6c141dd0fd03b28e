package io.github.resnet4j.zoo.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.network.Op.StochasticSum;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DrawsTest {
    private static final int STEPS = 20_000;

    /** A change would make every resumed run another one. The numbers are {@code make_operations.py}'s. */
    @Test
    void areWrittenInStone() {
        Draws draws = Draws.of(3, 0, "op");

        assertThat(LongStream.range(0, 6).mapToDouble(draws::get))
                .containsExactly(
                        0.23618064028205554,
                        0.7069922640610451,
                        0.8759701749262221,
                        0.8314775559207939,
                        0.7422408862262145,
                        0.9133921250181463);
    }

    /** How often a branch counts, within four standard deviations. */
    @ParameterizedTest
    @CsvSource({"0.5, BATCH", "0.9907, BATCH", "0.1, IMAGE", "1, BATCH", "1, IMAGE"})
    void keepAsOftenAsTheSurvivalSays(double survival, StochasticSum.Per per) {
        StochasticSum sum = new StochasticSum(survival, StochasticSum.Scaling.AT_TEST, per);

        long kept = IntStream.range(0, STEPS)
                .filter(step -> sum.keeps(Draws.of(1, step, "layer1.0.add"), 3))
                .count();

        assertThat((double) kept / STEPS).isCloseTo(survival, within(4 * Math.sqrt(survival * (1 - survival) / STEPS)));
    }

    /** Of two fair coins that have nothing to do with each other, half agree. */
    @ParameterizedTest
    @ValueSource(strings = {"seed", "step", "node", "image"})
    void areIndependent(String what) {
        long agreed = IntStream.range(0, STEPS)
                .filter(step -> {
                    boolean first = Draws.of(1, step, "layer1.0.add").get(0) < 0.5;
                    boolean second =
                            switch (what) {
                                case "seed" -> Draws.of(2, step, "layer1.0.add").get(0) < 0.5;
                                case "step" ->
                                    Draws.of(1, step + 1, "layer1.0.add").get(0) < 0.5;
                                case "node" -> Draws.of(1, step, "layer1.1.add").get(0) < 0.5;
                                default -> Draws.of(1, step, "layer1.0.add").get(1) < 0.5;
                            };
                    return first == second;
                })
                .count();

        assertThat((double) agreed / STEPS).isCloseTo(0.5, within(4 * Math.sqrt(0.25 / STEPS)));
    }

    @Test
    void aBatchSharesOneDraw() {
        StochasticSum together = new StochasticSum(0.5, StochasticSum.Scaling.AT_TEST, StochasticSum.Per.BATCH);
        StochasticSum alone = new StochasticSum(0.5, StochasticSum.Scaling.AT_TEST, StochasticSum.Per.IMAGE);
        Draws draws = Draws.of(1, 0, "add");

        assertThat(IntStream.range(0, 50)
                        .mapToObj(image -> together.keeps(draws, image))
                        .distinct())
                .hasSize(1);
        assertThat(IntStream.range(0, 50)
                        .mapToObj(image -> alone.keeps(draws, image))
                        .distinct())
                .hasSize(2);
    }
}
