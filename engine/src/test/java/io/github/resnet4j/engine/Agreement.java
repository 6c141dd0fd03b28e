package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.FreezePlan;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether the engine finds what DL4J finds. Where they differ, double precision decides. Some networks amplify rounding: in
 * a hundred layers, or between almost equal values of a pooling window or of channels, of which one is the largest. How
 * much, DL4J's single precision shows, and double precision with parameters that are slightly off.
 */
final class Agreement {
    /** So many times the effect of {@link #ROUNDING} the engine may be off. */
    static final double ALLOWED = 4;

    /** What rounding in every operation comes to, as a relative change of every parameter. */
    private static final double ROUNDING = 1e-6;

    private static final int DRAWS = 2;
    private static final double GRADIENTS = 1e-4;

    private Agreement() {}

    /** A graph of double precision with the parameters that {@code graph} has. */
    static ComputationGraph exact(ParityCase parity, FreezePlan plan, ComputationGraph graph) {
        ComputationGraph exact = NetworkGraph.create(
                parity.network(),
                NetworkGraph.Options.seeded(1).dataType(DataType.DOUBLE).freeze(plan));
        exact.params().assign(graph.params().castTo(DataType.DOUBLE));
        return exact;
    }

    /**
     * Fails where the engine's pass is further from the right one than rounding explains.
     *
     * @param plan what {@code graph} freezes
     * @param pass the engine's
     * @param reference DL4J's
     * @param floor part of the largest gradient's norm that every norm is taken to have at least
     */
    static void require(
            ParityCase parity, FreezePlan plan, ComputationGraph graph, Pass pass, Pass reference, double floor) {
        boolean near =
                pass.gradientDeviations(reference, floor).values().stream().allMatch(part -> part <= GRADIENTS);
        if (near) {
            requireWithin(pass, reference, new Deviation(0, 0, 0), floor);
            return;
        }
        Pass right = Pass.byDl4j(exact(parity, plan, graph), parity.images(), parity.labels());
        Deviation effect = Deviation.of(reference, right, floor);
        for (int draw = 0; draw < DRAWS; draw++) {
            ComputationGraph off = exact(parity, plan, graph);
            Random random = new Random(draw);
            double[] factors = new double[Math.toIntExact(off.numParams())];
            Arrays.setAll(factors, i -> 1 + ROUNDING * (2 * random.nextDouble() - 1));
            off.params().muli(Nd4j.createFromArray(factors).reshape(off.params().shape()));
            effect = effect.or(Deviation.of(Pass.byDl4j(off, parity.images(), parity.labels()), right, floor));
        }
        requireWithin(pass, right, effect, floor);
    }

    private static void requireWithin(Pass pass, Pass right, Deviation effect, double floor) {
        Deviation found = Deviation.of(pass, right, floor);
        assertThat(found.loss()).as("loss").isLessThan(Math.max(1e-5, ALLOWED * effect.loss()));
        assertThat(found.gradients()).as("gradients").isLessThan(Math.max(GRADIENTS, ALLOWED * effect.gradients()));
        assertThat(found.statistics()).as("statistics").isLessThan(Math.max(1e-5, ALLOWED * effect.statistics()));
    }

    /** The largest of each kind. */
    private record Deviation(double loss, double gradients, double statistics) {
        static Deviation of(Pass pass, Pass right, double floor) {
            return new Deviation(
                    pass.lossDeviation(right),
                    largest(pass.gradientDeviations(right, floor)),
                    largest(pass.statisticsDeviations(right)));
        }

        private static double largest(Map<String, Double> deviations) {
            return deviations.values().stream().mapToDouble(part -> part).max().orElse(0);
        }

        Deviation or(Deviation other) {
            return new Deviation(
                    Math.max(loss, other.loss),
                    Math.max(gradients, other.gradients),
                    Math.max(statistics, other.statistics));
        }
    }
}
