package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

@ParameterizedClass
@EnumSource(names = {"DL4J", "ONEDNN"})
@Tag("threads")
class InferenceTest {
    @Parameter
    private Engine engine;

    private static final ParityCase CASE = ParityCase.reduced("basic_a_cifar_3x8x8");

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    @Test
    void putsOutWhatTheGraphDoes() {
        ComputationGraph graph = CASE.graph();
        Inference inference = Inference.of(graph, CASE.image(), 3, engine);
        isNear(inference.output(CASE.images()), graph.outputSingle(CASE.images()));
        assertThat(inference.engine()).isEqualTo(engine);
        assertThat(inference.fallback()).isEmpty();
    }

    @Test
    void seesChangedParametersAfterRefresh() {
        ComputationGraph graph = CASE.graph();
        Inference inference = Inference.of(graph, CASE.image(), 3, engine);
        INDArray before = inference.output(CASE.images());
        graph.params().muli(1.5);
        inference.refresh();
        isNear(inference.output(CASE.images()), graph.outputSingle(CASE.images()));
        assertThat(Pass.deviation(inference.output(CASE.images()), before)).isGreaterThan(0.01);
    }

    /** DL4J's own layers compute to the last bit what they compute for it; oneDNN rounds on another way. */
    private void isNear(INDArray actual, INDArray dl4js) {
        assertThat(Pass.deviation(actual, dl4js)).isLessThanOrEqualTo(engine == Engine.DL4J ? 0 : 1e-6);
    }

    /** DL4J's ReLU writes over what it reads. */
    @Test
    void givesMapsByNameAsTheyLeaveTheirVertices() {
        Inference inference = Inference.of(CASE.graph(), CASE.image(), 3, engine);
        Map<String, INDArray> maps = inference.featureMaps(CASE.images(), List.of("relu1", "bn1", "fc"));
        assertThat(maps).containsOnlyKeys("relu1", "bn1", "fc");
        assertThat(maps.get("bn1").minNumber().floatValue()).isNegative();
        assertThat(Bits.of(maps.get("relu1"))).isEqualTo(Bits.of(Transforms.relu(maps.get("bn1"))));
        assertThat(maps.get("fc").shape()).containsExactly(3, 5);
        assertThat(Pass.deviation(inference.output(CASE.images()), Transforms.softmax(maps.get("fc"))))
                .isLessThan(1e-6);
    }

    /** DL4J's own {@code output} mixes the answers of threads up (issue 9993). */
    @Test
    void answersSeveralThreads() {
        ComputationGraph graph = CASE.graph();
        Inference inference = Inference.of(graph, CASE.image(), 3, engine);
        List<INDArray> images = IntStream.range(0, 8)
                .mapToObj(i -> Seeded.images("thread " + i, 2, CASE.network()))
                .toList();
        List<INDArray> expected = images.stream().map(graph::outputSingle).toList();
        List<INDArray> actual = images.parallelStream().map(inference::output).toList();
        for (int i = 0; i < 8; i++) {
            isNear(actual.get(i), expected.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsImagesInAnyArrangement(Arrangement arrangement) {
        INDArray images = Arrangement.exact(CASE.images());
        Inference inference = Inference.of(CASE.graph(), CASE.image(), 3, engine);
        assertThat(Bits.of(inference.output(arrangement.of(images)))).isEqualTo(Bits.of(inference.output(images)));
        List<String> vertices = List.of("conv1", "layer1.0.relu", "fc");
        assertThat(Bits.of(inference.featureMaps(arrangement.of(images), vertices)))
                .isEqualTo(Bits.of(inference.featureMaps(images, vertices)));
    }

    @Test
    void putsOutTheImagesThemselves() {
        Inference inference = Inference.of(CASE.graph(), CASE.image(), 3, engine);
        INDArray map = inference.featureMaps(CASE.images(), List.of("input")).get("input");
        assertThat(Bits.of(map)).isEqualTo(Bits.of(CASE.images()));
    }

    @Test
    void rejectsWhatDoesNotFit() {
        Inference inference = Inference.of(CASE.graph(), CASE.image(), 2, engine);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inference.output(CASE.images()))
                .withMessageContaining("at most 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inference.output(Nd4j.zeros(2, 1, 8, 8)))
                .withMessageContaining("3x8x8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inference.featureMaps(Nd4j.zeros(2, 3, 8, 8), List.of("layer2.0.conv3")))
                .withMessageContaining("did you mean layer2.0.conv");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inference.featureMaps(Nd4j.zeros(2, 3, 8, 8), List.of()))
                .withMessageContaining("name at least one");
        assertThatIllegalArgumentException().isThrownBy(() -> Inference.of(CASE.graph(), CASE.image(), 0, engine));
    }

    @Test
    void doesNothingOnceClosed() {
        Inference inference = Inference.of(CASE.graph(), CASE.image(), 3, engine);
        for (int times = 0; times < 2; times++) {
            inference.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> inference.output(CASE.images()))
                    .withMessageContaining("closed");
            assertThatIllegalStateException()
                    .isThrownBy(() -> inference.featureMaps(CASE.images(), List.of("fc")))
                    .withMessageContaining("closed");
        }
    }
}
