package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TrainingStepTest {
    private static final ParityCase CASE = ParityCase.reduced("basic_a_cifar_3x8x8");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static List<ParityCase> runs() {
        return List.of(
                new ParityCase("wide", ParityCase.full("resnet20-cifar", 16, 32).network(), 8),
                new ParityCase(
                        "pooled",
                        ParityCase.reduced("bottleneck_b_imagenet_3x32x32").network(),
                        8));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void fiveStepsTwiceGiveTheSameBytes(ParityCase parity) {
        byte[] first = afterFiveSteps(parity);
        assertThat(first).isNotEqualTo(bytes(parity.graph()));
        assertThat(afterFiveSteps(parity)).isEqualTo(first);
    }

    private static byte[] afterFiveSteps(ParityCase parity) {
        ComputationGraph graph = parity.graph();
        TrainingStep step = new TrainingStep(graph, parity.network(), Sgd.paper());
        for (int i = 0; i < 5; i++) {
            step.step(parity.pictures(), parity.labels(), 0.05);
        }
        return bytes(graph);
    }

    private static byte[] bytes(ComputationGraph graph) {
        return graph.params().data().asBytes();
    }

    /** Biases in front of BN have no gradient, so that nothing but weight decay moves them. */
    @ParameterizedTest
    @EnumSource
    void decaysBiasesOfConvolutionsAsTold(Sgd.DecayOn decayOn) {
        ParityCase parity = ParityCase.reduced("basic_bnobn_cifar_3x8x8_keras");
        ComputationGraph graph = parity.graph();
        FloatBuffer before = Seeded.copyOfParameters(graph);
        Sgd sgd = new Sgd(0, false, 0.5, decayOn, OptionalDouble.empty());
        TrainingStep step = new TrainingStep(graph, parity.network(), sgd);
        step.step(parity.pictures(), parity.labels(), 0.1);
        FloatBuffer after = Seeded.copyOfParameters(graph);

        Set<String> biases = Gradients.biasesBeforeNorms(parity.network());
        double factor = decayOn == Sgd.DecayOn.ALL ? 1 - 0.1 * 0.5 : 1;
        int seen = 0;
        for (ParameterLayout.Segment segment : step.layout().segments()) {
            if (biases.contains(Seeded.torchName(segment))) {
                assertThat(segment.kind()).isEqualTo(ParameterLayout.Kind.BIAS);
                for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                    assertThat((double) after.get(i)).isCloseTo(factor * before.get(i), within(1e-5));
                }
                seen++;
            }
        }
        assertThat(seen).isEqualTo(biases.size()).isEqualTo(7);
    }

    @Test
    void countsRightAnswersOfTheForwardPass() {
        ComputationGraph graph = CASE.graph();
        TrainingStep step = new TrainingStep(graph, CASE.network(), Sgd.paper());
        INDArray labels = CASE.labels();
        TrainingStep.Result result = step.step(CASE.pictures(), labels, 0.05);
        for (int i = 0; i < 20 && result.loss() > 0.2; i++) {
            result = step.step(CASE.pictures(), labels, 0.05);
        }
        assertThat(result.loss()).isLessThan(0.2);
        assertThat(result.correct()).isEqualTo(CASE.batch());
        assertThat(step.step(CASE.pictures(), labels.neg(), 0).correct()).isZero();
    }

    @Test
    void takesAShorterLastBatch() {
        ComputationGraph alone = CASE.graph();
        ComputationGraph later = CASE.graph();
        INDArray two = CASE.pictures().get(NDArrayIndex.interval(0, 2));
        INDArray labels = CASE.labels().get(NDArrayIndex.interval(0, 2));
        TrainingStep step = new TrainingStep(later, CASE.network(), Sgd.paper());
        step.step(CASE.pictures(), CASE.labels(), 0);
        later.params().assign(alone.params());
        step.velocity().put(new float[step.velocity().capacity()]);
        step.step(two, labels, 0.05);
        new TrainingStep(alone, CASE.network(), Sgd.paper()).step(two, labels, 0.05);
        assertThat(bytes(later)).isEqualTo(bytes(alone));
    }

    @Test
    void keepsTheUsersListeners() {
        ComputationGraph graph = CASE.graph();
        BaseTrainingListener mine = new BaseTrainingListener() {};
        graph.setListeners(mine);
        new TrainingStep(graph, CASE.network(), Sgd.paper()).step(CASE.pictures(), CASE.labels(), 0.05);
        assertThat(graph.getListeners()).containsExactly(mine);
    }

    @Test
    void rejectsPicturesOfAnotherShape() {
        TrainingStep step = new TrainingStep(CASE.graph(), CASE.network(), Sgd.paper());
        INDArray larger = ParityCase.reduced("basic_a_cifar_3x9x9").pictures();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(larger, CASE.labels(), 0.05))
                .withMessageContaining("[3, 3, 9, 9]")
                .withMessageContaining("3x8x8");
    }

    @Test
    void rejectsLabelsOfAnotherBatch() {
        TrainingStep step = new TrainingStep(CASE.graph(), CASE.network(), Sgd.paper());
        INDArray labels = Seeded.labels("two", 2, CASE.network().classes(), 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step.step(CASE.pictures(), labels, 0.05))
                .withMessageContaining("[2, 5]")
                .withMessageContaining("3x5");
    }

    @Test
    void rejectsDoublePrecision() {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1).dataType(DataType.DOUBLE);
        ComputationGraph graph = NetworkGraph.create(CASE.network(), options);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrainingStep(graph, CASE.network(), Sgd.paper()))
                .withMessageContaining("FLOAT");
    }
}
