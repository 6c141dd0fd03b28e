package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients of images in inference mode, against differences of DL4J's outputs in double precision. */
class GradientPlanTest {
    private static final double EPSILON = 1e-6;
    private static final ParityCase CASE = ParityCase.reduced("basic_b_cifar_3x8x8");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** A part of a network has no auxiliary heads. */
    static List<ParityCase> cases() {
        return ParityCase.reduced().stream()
                .filter(parity -> parity.network().auxiliary().isEmpty())
                .toList();
    }

    private static ComputationGraph logits(ParityCase parity) {
        ComputationGraph graph = NetworkGraph.part(parity.network(), NetworkGraph.Options.seeded(1));
        Seeded.fill(parity.name(), parity.network(), graph);
        return graph;
    }

    private static INDArray random(String name, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        return Nd4j.createFromArray(Seeded.uniform(name, count, -1, 1)).reshape(shape);
    }

    /** What an output's gradient says about a step in some direction is what the step does. */
    @ParameterizedTest
    @MethodSource("cases")
    void pointsWhereTheOutputGrows(ParityCase parity) {
        ComputationGraph graph = logits(parity);
        INDArray images = parity.images();
        INDArray behind = random(
                parity.name() + "/behind", images.size(0), parity.network().classes());
        ComputationGraph exact = NetworkGraph.part(
                parity.network(), NetworkGraph.Options.seeded(1).dataType(DataType.DOUBLE));
        exact.setParams(graph.params().castTo(DataType.DOUBLE));
        try (GradientPlan plan = GradientPlan.compile(graph, parity.image(), 1)) {
            INDArray output = plan.output(images);
            INDArray expected = exact.outputSingle(images.castTo(DataType.DOUBLE));
            assertThat(largest(output.castTo(DataType.DOUBLE).sub(expected)))
                    .isLessThan(1e-4 * (1 + largest(expected)));
            INDArray gradient = plan.gradient(behind).castTo(DataType.DOUBLE);
            assertThat(gradient.shape()).isEqualTo(images.shape());
            for (int i = 0; i < 3; i++) {
                INDArray step =
                        random(parity.name() + "/step" + i, images.shape()).castTo(DataType.DOUBLE);
                double said = gradient.mul(step).sumNumber().doubleValue();
                double size = gradient.norm2Number().doubleValue()
                        * step.norm2Number().doubleValue();
                assertThat(said).isCloseTo(difference(exact, images, step, behind), within(1e-4 * size));
            }
        }
    }

    private static double difference(ComputationGraph exact, INDArray images, INDArray step, INDArray behind) {
        INDArray at = images.castTo(DataType.DOUBLE);
        INDArray after = exact.outputSingle(at.add(step.mul(EPSILON))).dup();
        INDArray before = exact.outputSingle(at.sub(step.mul(EPSILON))).dup();
        return after.sub(before).mul(behind.castTo(DataType.DOUBLE)).sumNumber().doubleValue() / (2 * EPSILON);
    }

    private static double largest(INDArray values) {
        return values.amaxNumber().doubleValue();
    }

    /** An activation right behind the images, of channels that fill no block, whose value is the output. */
    @Test
    void anActivationAloneHasAGradient() {
        NetworkWriter net = new NetworkWriter("relu", new Shape(3, 5, 4), Conventions.TORCHVISION);
        net.relu("relu", Network.INPUT);
        Network network = net.finish();
        INDArray images = Seeded.images("relu", 2, network);
        INDArray behind = random("relu/behind", images.shape());
        try (GradientPlan plan =
                GradientPlan.compile(NetworkGraph.part(network, NetworkGraph.Options.seeded(1)), network.input(), 2)) {
            INDArray output = plan.output(images);
            assertThat(plan.gradient(behind)).isEqualTo(behind.mul(output.gt(0).castTo(DataType.FLOAT)));
        }
    }

    /** Going back leaves everything as it was: the second time, and after another gradient, it gives the same bytes. */
    @Test
    void goesBackAnyNumberOfTimes() {
        INDArray images = CASE.images();
        long[] shape = {images.size(0), CASE.network().classes()};
        INDArray one = random("one", shape);
        INDArray other = random("other", shape);
        try (GradientPlan plan = GradientPlan.compile(logits(CASE), CASE.image(), 3)) {
            plan.output(images);
            images.assign(7); // what the caller does with the images does not matter
            INDArray first = plan.gradient(one);
            INDArray second = plan.gradient(other);
            assertThat(plan.gradient(one)).isEqualTo(first);
            INDArray sum = plan.gradient(one.add(other));
            assertThat(largest(sum.sub(first).sub(second))).isLessThan(1e-5 * largest(sum));
        }
    }

    @Test
    void takesBatchesOfAnySize() {
        INDArray images = CASE.images();
        try (GradientPlan plan = GradientPlan.compile(logits(CASE), CASE.image(), 1)) {
            INDArray behind = random("batch", images.size(0), CASE.network().classes());
            plan.output(images);
            INDArray together = plan.gradient(behind);
            for (int i = 0; i < images.size(0); i++) {
                plan.output(images.slice(i).reshape(1, 3, 8, 8));
                INDArray alone = plan.gradient(behind.getRow(i, true));
                assertThat(largest(alone.sub(together.slice(i).reshape(1, 3, 8, 8))))
                        .isLessThan(1e-5 * largest(alone));
            }
        }
    }

    @Test
    void saysWhatItNeeds() {
        GradientPlan plan = GradientPlan.compile(logits(CASE), CASE.image(), 1);
        INDArray behind = random("need", 1, CASE.network().classes());
        assertThatIllegalStateException()
                .isThrownBy(() -> plan.gradient(behind))
                .withMessageContaining("call output(features)");
        assertThatIllegalArgumentException().isThrownBy(() -> plan.output(Nd4j.ones(1, 3, 8, 9)));
        plan.output(CASE.images());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan.gradient(behind))
                .withMessageContaining("must have its shape, got [1, ");
        plan.close();
        assertThatIllegalStateException().isThrownBy(() -> plan.output(CASE.images()));
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> GradientPlan.compile(CASE.graph(), CASE.image(), 1))
                .withMessageContaining("softmax");
        assertThatIllegalArgumentException().isThrownBy(() -> GradientPlan.compile(logits(CASE), CASE.image(), 0));
    }

    @Test
    void whatIsNotFiniteShowsInTheOutput() {
        INDArray images = CASE.images();
        images.putScalar(0, Double.NaN);
        try (GradientPlan plan = GradientPlan.compile(logits(CASE), CASE.image(), 1)) {
            assertThat(plan.output(images).isNaN().any()).isTrue();
        }
    }
}
