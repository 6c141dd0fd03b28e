package io.github.resnet4j.zoo.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A PReLU as a DL4J user has it; what it computes is in the goldens. */
class PreluTest {
    private static ComputationGraphConfiguration configuration(Prelu prelu) {
        return new NeuralNetConfiguration.Builder()
                .seed(4)
                .updater(new Sgd(0.5))
                .l2(0.1)
                .graphBuilder()
                .addInputs("input")
                .addLayer("prelu", prelu, "input")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "prelu")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(2, 3, 4))
                .build();
    }

    private static ComputationGraph graph(boolean shared) {
        ComputationGraph graph = new ComputationGraph(
                configuration(new Prelu.Builder().shared(shared).build()));
        graph.init();
        return graph;
    }

    private static DataSet data() {
        Nd4j.getRandom().setSeed(3);
        return new DataSet(Nd4j.randn(DataType.FLOAT, 2, 4, 2, 3), Nd4j.eye(2).castTo(DataType.FLOAT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void startsAtAQuarterAndLearns(boolean shared) {
        ComputationGraph graph = graph(shared);
        float[] before = graph.getParam("prelu_W").dup().data().asFloat();
        assertThat(before).hasSize(shared ? 1 : 4).containsOnly(0.25f);

        graph.fit(data());

        assertThat(graph.getParam("prelu_W").dup().data().asFloat()).doesNotContain(before);
    }

    /** PyTorch's weight decay knows no exceptions. */
    @Test
    void decays() {
        ComputationGraph graph = graph(false);
        graph.setInputs(data().getFeatures());
        graph.setLabels(data().getLabels());
        graph.computeGradientAndScore();

        INDArray out = graph.getParam("out_W");
        double l2 = 0.05 * (4 * 0.25 * 0.25 + out.mul(out).sumNumber().doubleValue());
        assertThat(graph.calcRegularizationScore(true)).isCloseTo(l2, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void survivesJson(boolean shared) {
        ComputationGraphConfiguration configuration =
                configuration(new Prelu.Builder().shared(shared).build());

        assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
                .isEqualTo(configuration);
    }

    @Test
    void isAValue() {
        Prelu prelu = new Prelu.Builder().channels(4).build();

        assertThat(prelu.clone()).isEqualTo(prelu).hasSameHashCodeAs(prelu).isNotSameAs(prelu);
        assertThat(prelu)
                .isNotEqualTo(new Prelu.Builder().channels(5).build())
                .isNotEqualTo(new Prelu.Builder().channels(4).shared(true).build());
    }

    @Test
    void keepsItsSlopesInTransferLearning() {
        ComputationGraph graph = graph(false);
        graph.fit(data());

        ComputationGraph frozen = new TransferLearning.GraphBuilder(graph)
                .setFeatureExtractor("prelu")
                .build();
        float[] slopes = frozen.getParam("prelu_W").dup().data().asFloat();
        frozen.fit(data());

        assertThat(slopes)
                .containsExactly(graph.getParam("prelu_W").dup().data().asFloat());
        assertThat(frozen.getParam("prelu_W").dup().data().asFloat()).containsExactly(slopes);
    }

    @Test
    void refusesWhatIsNoMapOfItsChannels() {
        Prelu prelu = new Prelu.Builder().channels(4).build();
        prelu.setLayerName("relu1");

        assertThatExceptionOfType(InvalidInputTypeException.class)
                .isThrownBy(() -> prelu.getOutputType(0, InputType.convolutional(2, 3, 5)))
                .withMessageStartingWith("PReLU \"relu1\" takes 4 channels, got ");
        assertThatExceptionOfType(InvalidInputTypeException.class)
                .isThrownBy(() -> prelu.getOutputType(0, InputType.convolutional(2, 3, 4, CNN2DFormat.NHWC)))
                .withMessageStartingWith("PReLU \"relu1\" takes a map in NCHW format or a vector, got ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prelu.Builder().nIn(3).nOut(4).build())
                .withMessage("a PReLU has as many output channels as input channels, got 3 in and 4 out");
    }
}
