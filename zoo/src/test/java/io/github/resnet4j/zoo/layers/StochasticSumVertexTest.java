package io.github.resnet4j.zoo.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class StochasticSumVertexTest {
    private static final INDArray BRANCH = Nd4j.createFromArray(new float[][] {{8, 16}, {24, 32}, {40, 48}});
    private static final INDArray SHORTCUT = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}, {5, 6}});

    private static ComputationGraph graph(GraphVertex vertex) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(7)
                .graphBuilder()
                .addInputs("branch", "shortcut")
                .addVertex("sum", vertex, "branch", "shortcut")
                .addLayer(
                        "out",
                        new LossLayer.Builder().activation(Activation.SOFTMAX).build(),
                        "sum")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(2), InputType.feedForward(2))
                .build());
        graph.init();
        return graph;
    }

    private static float[][] sums(ComputationGraph graph, int iteration, boolean training) {
        graph.getConfiguration().setIterationCount(iteration);
        return graph.feedForward(new INDArray[] {BRANCH, SHORTCUT}, training)
                .get("sum")
                .toFloatMatrix();
    }

    private static float[][] expected(double first, double second, double third) {
        INDArray factors = Nd4j.createFromArray((float) first, (float) second, (float) third);
        return BRANCH.mulColumnVector(factors.reshape(3, 1)).addi(SHORTCUT).toFloatMatrix();
    }

    /** Every image by itself, in every step anew, as the draws of the graph's seed say. */
    @ParameterizedTest
    @EnumSource
    void dropsWhatTheDrawsSay(Scaling scaling) {
        ComputationGraph graph = graph(new StochasticSumVertex(0.5, scaling, Per.IMAGE));
        double factor = scaling == Scaling.AT_TEST ? 1 : 2;
        for (int step = 0; step < 20; step++) {
            Draws draws = Draws.of(7, step, "sum");
            assertThat(sums(graph, step, true))
                    .isDeepEqualTo(expected(
                            draws.get(0) < 0.5 ? factor : 0,
                            draws.get(1) < 0.5 ? factor : 0,
                            draws.get(2) < 0.5 ? factor : 0));
        }
    }

    @Test
    void dropsWholeBatches() {
        ComputationGraph graph = graph(new StochasticSumVertex(0.5, Scaling.AT_TEST, Per.BATCH));
        for (int step = 0; step < 20; step++) {
            double kept = Draws.of(7, step, "sum").get(0) < 0.5 ? 1 : 0;
            assertThat(sums(graph, step, true)).isDeepEqualTo(expected(kept, kept, kept));
        }
    }

    @ParameterizedTest
    @EnumSource
    void hasItsExpectationOutsideTraining(Scaling scaling) {
        StochasticSumVertex vertex = new StochasticSumVertex(0.5, scaling, Per.BATCH);
        double factor = scaling == Scaling.AT_TEST ? 0.5 : 1;
        float[][] mean = expected(factor, factor, factor);

        assertThat(sums(graph(vertex), 0, false)).isDeepEqualTo(mean);
        for (int step = 0; step < 5; step++) {
            assertThat(sums(graph(new FrozenVertex(vertex)), step, true)).isDeepEqualTo(mean);
        }
    }

    /** The mean over many steps is what comes out afterwards, within four standard deviations. */
    @ParameterizedTest
    @EnumSource
    void trainsOnWhatItGivesOnAverage(Scaling scaling) {
        StochasticSumVertex vertex = new StochasticSumVertex(0.75, scaling, Per.IMAGE);
        ComputationGraph graph = graph(vertex);
        int steps = 2000;
        double sum = 0;
        for (int step = 0; step < steps; step++) {
            sum += sums(graph, step, true)[2][1];
        }
        double deviation = 48 * vertex.op().inTraining() * Math.sqrt(0.75 * 0.25 / steps);
        assertThat(sum / steps).isCloseTo(sums(graph, 0, false)[2][1], within(4 * deviation));
    }

    @Test
    void aDroppedBranchMayBeInfinite() {
        StochasticSumVertex vertex = new StochasticSumVertex(0.5, Scaling.AT_TEST, Per.IMAGE);
        INDArray infinite = Nd4j.valueArrayOf(new long[] {64, 1, 1, 1}, Float.POSITIVE_INFINITY);
        INDArray one = Nd4j.ones(64, 1, 1, 1);
        INDArray out = Nd4j.zeros(64, 1, 1, 1);

        vertex.forward(new INDArray[] {infinite, one}, out, Draws.of(1, 0, "sum"));

        float[] sums = out.data().asFloat();
        for (float sum : sums) {
            assertThat(sum).isIn(1f, Float.POSITIVE_INFINITY);
        }
        assertThat(Arrays.toString(sums)).contains("1.0", "Infinity");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, 1.5, Double.NaN})
    void refusesWhatIsNoProbability(double survival) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StochasticSumVertex(survival, Scaling.AT_TEST, Per.BATCH))
                .withMessage("a stochastic sum needs a survival probability above 0 and at most 1, got " + survival);
    }
}
