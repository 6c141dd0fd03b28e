package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Graphs with enough channels for convolutions by Winograd's method, against DL4J in double precision. */
@Tag("threads")
class WinogradConvolutionTest {
    private static final int BATCH = 9;

    /** A residual block behind convolutions with and without padding, bias and ReLU; 9 × 8 tiles do not cover 35 × 31. */
    private static final UserGraph GRAPH = UserGraph.upTo("relu", "winograd", new Shape(3, 37, 33), b -> b.addLayer(
                    "stem", conv(64, 0).activation(Activation.RELU).build(), "in")
            .addLayer("bias", conv(72, 1).build(), "stem")
            .addLayer("first", conv(80, 1).hasBias(false).build(), "bias")
            .addLayer("norm1", new BatchNormalization(), "first")
            .addLayer("relu1", new ActivationLayer(Activation.RELU), "norm1")
            .addLayer("second", conv(72, 1).hasBias(false).build(), "relu1")
            .addLayer("norm2", new BatchNormalization(), "second")
            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm2", "bias")
            .addLayer("relu", new ActivationLayer(Activation.RELU), "add"));

    private static ConvolutionLayer.Builder conv(int channels, int padding) {
        return new ConvolutionLayer.Builder(3, 3).nOut(channels).padding(padding, padding);
    }

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, BATCH})
    void agreesWithDl4j(int batch) {
        ComputationGraph exact = GRAPH.exact();
        INDArray images = GRAPH.images(batch);
        exact.setInputs(images.castTo(DataType.DOUBLE));
        var maps = exact.feedForward(false);
        List<String> names = List.of("bias", "relu1", "relu", "out");
        try (InferencePlan plan = InferencePlan.compile(GRAPH.graph(), GRAPH.image(), BATCH)) {
            assertThat(Pass.deviation(plan.output(images), maps.get("out"))).isLessThan(3e-6);
            plan.featureMaps(images, names).forEach((name, map) -> assertThat(Pass.deviation(map, maps.get(name)))
                    .as(name)
                    .isLessThan(3e-6));
        }
    }

    /** Otherwise the test above would test oneDNN's direct convolutions. */
    @ParameterizedTest
    @ValueSource(strings = {"bias", "relu1", "relu"})
    void areComputedByWinogradsMethod(String vertex) {
        try (InferencePlan plan = InferencePlan.compile(GRAPH.graph(), GRAPH.image(), BATCH)) {
            assertThat(plan.report().steps())
                    .filteredOn(step -> step.vertex().equals(vertex))
                    .extracting(PlanReport.Step::implementation)
                    .singleElement()
                    .asString()
                    .startsWith("winograd ");
        }
    }
}
