package io.github.resnet4j.engine;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.network.Network;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Fifty steps from the same parameters on the same batches: a plan, DL4J's layers and PyTorch have the same losses, in
 * every row of the zoo (see {@link ParityCase#trajectories}) and frozen up to every stage.
 *
 * <p>Over so many steps no two right computations agree once a value comes so near to ReLU's kink that rounding decides
 * on which side it is. {@code make_golden.py} looks for batches on which that does not happen.
 */
class TrajectoryTest {
    private static final double LR = 0.01;
    private static final double BOUND = 1e-3;
    private static final int BATCH = 8;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private record Run(ParityCase parity, Optional<String> frozenUpTo) {
        /** The losses of as many steps as PyTorch did, each before its update, on two batches in turn. */
        double[] losses(Engine engine, Sgd sgd, double lr) {
            ComputationGraph graph = parity.graph(frozenUpTo);
            // One thread: between layers this small, two would mostly wait for each other.
            return OpenMp.alone(() -> losses(graph, engine, sgd, lr));
        }

        private double[] losses(ComputationGraph graph, Engine engine, Sgd sgd, double lr) {
            int course = (int) Golden.read(parity.name()).values("course:" + point())[0];
            double[] losses = new double[pyTorchs().length];
            try (TrainingStep step = TrainingStep.of(graph, parity.image(), sgd, engine)) {
                for (int i = 0; i < losses.length; i++) {
                    String batch = parity + "/" + course + "/" + i % 2;
                    INDArray images = Seeded.images(batch, BATCH, parity.network());
                    INDArray labels =
                            Seeded.labels(batch, BATCH, parity.network().classes(), 0);
                    losses[i] = step.step(images, labels, lr).loss();
                }
            }
            return losses;
        }

        double[] pyTorchs() {
            float[] losses = Golden.read(parity.name()).values("losses:" + point());
            return IntStream.range(0, losses.length).mapToDouble(i -> losses[i]).toArray();
        }

        /** Up to where it is frozen, as the golden file calls it. */
        String point() {
            return frozenUpTo.orElse("nothing");
        }

        @Override
        public String toString() {
            return parity + ":" + point();
        }
    }

    static Stream<Run> runs() {
        return ParityCase.trajectories().stream().flatMap(parity -> Stream.concat(
                        Stream.of(Optional.<String>empty()),
                        parity.network().stages().stream()
                                .filter(stage -> !stage.equals(Network.HEAD))
                                .map(Optional::of))
                .map(frozen -> new Run(parity, frozen)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void planHasPyTorchsLosses(Run run) {
        double[] plan = run.losses(Engine.ONEDNN, Sgd.paper(), LR);
        assertThat(furthest(plan, run.pyTorchs())).isLessThanOrEqualTo(BOUND);
        assertThat(mean(plan, 0) - mean(plan, plan.length - 10))
                .as("what was learned")
                .isGreaterThan(50 * BOUND);
    }

    static Stream<Run> unfrozen() {
        return runs().filter(run -> run.frozenUpTo().isEmpty());
    }

    /** Three steps of each, {@link TrainingParityTest} compares in every build. */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("unfrozen")
    void dl4jHasPyTorchsLosses(Run run) {
        assertThat(furthest(run.losses(Engine.DL4J, Sgd.paper(), LR), run.pyTorchs()))
                .isLessThanOrEqualTo(BOUND);
    }

    static Stream<Run> frozen() {
        return runs().filter(run -> run.frozenUpTo().isPresent());
    }

    /** Step by step, {@link FreezingTest} compares both in every build. */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("frozen")
    void dl4jHasPyTorchsLossesBehindFrozenStages(Run run) {
        dl4jHasPyTorchsLosses(run);
    }

    static Stream<Arguments> mistakes() {
        Sgd paper = Sgd.paper();
        return Stream.of(
                Arguments.of("2 % of the rate", paper, 1.02 * LR),
                Arguments.of("momentum", sgd(0.89, false, paper.weightDecay()), LR),
                Arguments.of("a look ahead", sgd(0.9, true, paper.weightDecay()), LR),
                Arguments.of("a decay 50 times as strong", sgd(0.9, false, 50 * paper.weightDecay()), LR));
    }

    /** The bound must tell rules apart, or the test above would say nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void theBoundShowsMistakesOf(String what, Sgd sgd, double lr) {
        Run run = new Run(ParityCase.zoo().get(0), Optional.of("stem"));
        assertThat(furthest(run.losses(Engine.ONEDNN, sgd, lr), run.pyTorchs())).isGreaterThan(5 * BOUND);
    }

    @Test
    void pyTorchWentAllTheseWays() {
        Map<String, Set<String>> ways =
                runs().collect(groupingBy(run -> run.parity().name(), mapping(Run::point, toSet())));
        assertThat(ways)
                .allSatisfy((name, points) ->
                        assertThat(Golden.read(name).names("losses:")).isEqualTo(points));
        // Behind a deep stem rounding decides after 25 steps; see make_golden.py.
        assertThat(runs()).allSatisfy(run -> assertThat(run.pyTorchs().length).isIn(25, 50));
    }

    private static Sgd sgd(double momentum, boolean nesterov, double weightDecay) {
        return new Sgd(momentum, nesterov, weightDecay, Sgd.DecayOn.ALL, OptionalDouble.empty());
    }

    /** The largest difference at the same step, in parts of the reference's loss where that is above 1. */
    private static double furthest(double[] losses, double[] reference) {
        double furthest = 0;
        for (int i = 0; i < reference.length; i++) {
            furthest = Math.max(furthest, Math.abs(losses[i] - reference[i]) / Math.max(1, reference[i]));
        }
        return furthest;
    }

    /** Of ten losses. */
    private static double mean(double[] losses, int from) {
        return Arrays.stream(losses, from, from + 10).average().orElseThrow();
    }
}
