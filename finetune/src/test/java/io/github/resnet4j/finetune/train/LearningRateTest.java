package io.github.resnet4j.finetune.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.config.Warmup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against {@code torch.optim.lr_scheduler} at every iteration; the rates are written by {@code fixtures/schedules.py}. */
final class LearningRateTest {
    private static final double RELATIVE = 1e-12;

    /** What the generator calls the same names. */
    record Case(String name, ScheduleConfig schedule, double base, int epochs, int perEpoch) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Optional<Warmup> none = Optional.empty();
        return Stream.of(
                new Case("constant", new ScheduleConfig.Constant(none), 0.05, 3, 4),
                new Case("constant, linear warm-up", new ScheduleConfig.Constant(linear(5, 0.1)), 0.05, 3, 4),
                new Case("constant, linear warm-up of 1", new ScheduleConfig.Constant(linear(1, 0.25)), 0.05, 3, 4),
                new Case(
                        "constant, constant warm-up",
                        new ScheduleConfig.Constant(
                                warmup(Warmup.Kind.CONSTANT, Optional.of(1.0), Optional.empty(), Optional.of(0.1))),
                        0.1,
                        3,
                        4),
                new Case(
                        "constant, warm-up longer than the run",
                        new ScheduleConfig.Constant(linear(30, 0.01)),
                        0.05,
                        3,
                        4),
                new Case("multi-step", new ScheduleConfig.MultiStep(List.of(2.0, 3.0), 0.1, none), 0.1, 4, 10),
                new Case(
                        "multi-step, fractions of epochs",
                        new ScheduleConfig.MultiStep(List.of(0.1, 1.5, 3.3), 0.3, none),
                        0.1,
                        4,
                        10),
                new Case(
                        "multi-step, linear warm-up",
                        new ScheduleConfig.MultiStep(
                                List.of(2.0, 3.0),
                                0.1,
                                warmup(Warmup.Kind.LINEAR, Optional.of(1.0), Optional.empty(), Optional.of(0.2))),
                        0.1,
                        4,
                        10),
                new Case(
                        "multi-step, constant warm-up",
                        new ScheduleConfig.MultiStep(
                                List.of(2.0, 3.0),
                                0.1,
                                warmup(Warmup.Kind.CONSTANT, Optional.empty(), Optional.of(8), Optional.of(0.1))),
                        0.1,
                        4,
                        10),
                new Case("cosine", new ScheduleConfig.Cosine(0, none), 0.1, 4, 10),
                new Case("cosine, lowest rate", new ScheduleConfig.Cosine(0.003, none), 0.1, 4, 10),
                new Case("cosine, one iteration", new ScheduleConfig.Cosine(0, none), 0.1, 1, 1),
                new Case("one-cycle", new ScheduleConfig.OneCycle(Optional.empty(), 0.3, 25, 1e4), 0.1, 4, 10),
                new Case(
                        "one-cycle, all options",
                        new ScheduleConfig.OneCycle(Optional.of(0.4), 0.13, 10, 50),
                        0.1,
                        3,
                        13),
                new Case(
                        "one-cycle, rise shorter than an iteration",
                        new ScheduleConfig.OneCycle(Optional.empty(), 0.2, 25, 1e4),
                        0.1,
                        2,
                        2),
                new Case(
                        "one-cycle, two iterations",
                        new ScheduleConfig.OneCycle(Optional.empty(), 0.3, 25, 1e4),
                        0.1,
                        1,
                        2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTorchAtEveryIteration(Case given) {
        LearningRate rate = new LearningRate(given.schedule(), given.base(), given.epochs(), given.perEpoch());
        double[] golden = golden().get(given.name());
        assertThat(golden).hasSize(given.epochs() * given.perEpoch());
        for (int i = 0; i < golden.length; i++) {
            assertThat(rate.at(i)).as("iteration %d", i).isCloseTo(golden[i], within(RELATIVE * golden[i]));
        }
    }

    @Test
    void everyGoldenLineIsACase() {
        assertThat(golden()).containsOnlyKeys(cases().map(Case::name).toList());
    }

    /** PyTorch would start the cosine after the warm-up; here the schedule counts from the start of the run. */
    @Test
    void linearWarmupMeetsTheCosineThatBeganWithTheRun() {
        double base = 0.1;
        LearningRate plain = new LearningRate(new ScheduleConfig.Cosine(0, Optional.empty()), base, 4, 10);
        LearningRate warm = new LearningRate(new ScheduleConfig.Cosine(0, linear(8, 0.1)), base, 4, 10);
        assertThat(warm.at(0)).isEqualTo(0.1 * base);
        for (int i = 0; i < 8; i++) {
            double expected = 0.1 * base + (plain.at(i) - 0.1 * base) * i / 8.0;
            assertThat(warm.at(i)).as("iteration %d", i).isCloseTo(expected, within(RELATIVE * expected));
        }
        for (int i = 8; i < 40; i++) {
            assertThat(warm.at(i)).as("iteration %d", i).isEqualTo(plain.at(i));
        }
    }

    @Test
    void warmupFromAnAbsoluteRateKeepsToIt() {
        Warmup warmup =
                new Warmup(Warmup.Kind.CONSTANT, Optional.empty(), Optional.of(3), Optional.of(0.01), Optional.empty());
        LearningRate rate = new LearningRate(new ScheduleConfig.Constant(Optional.of(warmup)), 0.1, 1, 5);
        assertThat(Stream.of(0, 1, 2, 3, 4).map(rate::at)).containsExactly(0.01, 0.01, 0.01, 0.1, 0.1);
    }

    /** A warm-up is at least one iteration long, however short the part of an epoch. */
    @Test
    void warmupOfAFractionOfAnIterationLastsOne() {
        LearningRate rate = new LearningRate(
                new ScheduleConfig.Constant(
                        warmup(Warmup.Kind.CONSTANT, Optional.of(0.01), Optional.empty(), Optional.of(0.5))),
                0.1,
                1,
                10);
        assertThat(rate.at(0)).isEqualTo(0.05);
        assertThat(rate.at(1)).isEqualTo(0.1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 1000})
    void oneCycleIsFiniteAndWithinItsBounds(int iterations) {
        for (double pctStart : new double[] {1e-9, 0.25, 1 / 3.0, 0.5, 0.999999}) {
            ScheduleConfig.OneCycle cycle = new ScheduleConfig.OneCycle(Optional.empty(), pctStart, 25, 1e4);
            LearningRate rate = new LearningRate(cycle, 0.1, 1, iterations);
            for (int i = 0; i < iterations; i++) {
                assertThat(rate.at(i)).as("share %s, iteration %d", pctStart, i).isBetween(0.0, 0.1 + 1e-15);
            }
            assertThat(rate.at(iterations - 1)).isCloseTo(0.1 / 25 / 1e4, within(1e-12));
        }
    }

    private static Optional<Warmup> linear(int iterations, double factor) {
        return warmup(Warmup.Kind.LINEAR, Optional.empty(), Optional.of(iterations), Optional.of(factor));
    }

    private static Optional<Warmup> warmup(
            Warmup.Kind kind, Optional<Double> epochs, Optional<Integer> iterations, Optional<Double> factor) {
        return Optional.of(new Warmup(kind, epochs, iterations, Optional.empty(), factor));
    }

    private static Map<String, double[]> golden() {
        try (InputStream in = LearningRateTest.class.getResourceAsStream("/golden/schedules.csv")) {
            Map<String, double[]> lines = new LinkedHashMap<>();
            new String(in.readAllBytes(), UTF_8).lines().forEach(line -> {
                String[] cells = line.split(";");
                lines.put(
                        cells[0],
                        Arrays.stream(cells)
                                .skip(1)
                                .mapToDouble(Double::parseDouble)
                                .toArray());
            });
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
