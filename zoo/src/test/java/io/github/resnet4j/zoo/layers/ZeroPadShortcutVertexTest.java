package io.github.resnet4j.zoo.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.GradientCheck;
import io.github.resnet4j.zoo.network.ChannelPadding;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ZeroPadShortcutVertexTest {
    private static final LayerWorkspaceMgr WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

    static List<Arguments> geometries() {
        List<Arguments> cases = new ArrayList<>();
        for (ChannelPadding padding : ChannelPadding.values()) {
            for (int stride = 1; stride <= 3; stride++) {
                cases.add(Arguments.of(padding, stride, 3, 4, 4));
                cases.add(Arguments.of(padding, stride, 5, 3, 5));
                cases.add(Arguments.of(padding, stride, 1, 3, 2));
            }
        }
        return cases;
    }

    /** One image, 2 channels of 3×4: 1 to 12 and 13 to 24. */
    @Test
    void keepsEverySecondRowAndColumnBetweenZeros() {
        INDArray out = forward(new ZeroPadShortcutVertex(4, 2, ChannelPadding.BOTH_SIDES), counting(2, 3, 4));

        assertThat(out.shape()).containsExactly(1, 4, 2, 2);
        assertThat(values(out)).containsExactly(0, 0, 0, 0, 1, 3, 9, 11, 13, 15, 21, 23, 0, 0, 0, 0);
    }

    @Test
    void keepsEveryThirdRowAndColumnBeforeZeros() {
        INDArray out = forward(new ZeroPadShortcutVertex(3, 3, ChannelPadding.END), counting(2, 3, 4));

        assertThat(out.shape()).containsExactly(1, 3, 1, 2);
        assertThat(values(out)).containsExactly(1, 4, 13, 16, 0, 0);
    }

    @ParameterizedTest
    @EnumSource
    void oddChannelGoesToTheEnd(ChannelPadding padding) {
        INDArray out = forward(new ZeroPadShortcutVertex(2, 1, padding), counting(1, 1, 2));

        assertThat(values(out)).containsExactly(1, 2, 0, 0);
    }

    @ParameterizedTest
    @EnumSource
    void isTheIdentityWithoutStrideAndNewChannels(ChannelPadding padding) {
        INDArray in = counting(2, 3, 4);

        assertThat(values(forward(new ZeroPadShortcutVertex(2, 1, padding), in)))
                .containsExactly(values(in));
    }

    @Test
    void gradientGoesBackToWhereTheValueCameFrom() {
        MapFunction vertex = vertex(new ZeroPadShortcutVertex(4, 2, ChannelPadding.BOTH_SIDES));
        vertex.setInputs(new INDArray[] {counting(2, 3, 3)});
        vertex.doForward(true, WORKSPACES);
        vertex.setEpsilon(counting(4, 2, 2)); // channels 1 and 2 hold 5 to 12

        INDArray[] back = vertex.doBackward(false, WORKSPACES).getSecond();

        assertThat(back).hasSize(1);
        assertThat(back[0].shape()).containsExactly(1, 2, 3, 3);
        assertThat(values(back[0])).containsExactly(5, 0, 6, 0, 0, 0, 7, 0, 8, 9, 0, 10, 0, 0, 0, 11, 0, 12);
    }

    /** The sum of A(x)·y equals that of x·Aᵀ(y), whatever the geometry. */
    @ParameterizedTest
    @MethodSource("geometries")
    void backwardIsTheAdjointOfForward(ChannelPadding padding, int stride, int height, int width, int outChannels) {
        Nd4j.getRandom().setSeed(1);
        ZeroPadShortcutVertex conf = new ZeroPadShortcutVertex(outChannels, stride, padding);
        INDArray x = Nd4j.randn(DataType.DOUBLE, 2, 2, height, width);
        MapFunction vertex = vertex(conf);
        vertex.setInputs(new INDArray[] {x});
        INDArray forward = vertex.doForward(true, WORKSPACES);
        InputType.InputTypeConvolutional type =
                (InputType.InputTypeConvolutional) conf.getOutputType(0, InputType.convolutional(height, width, 2));
        assertThat(forward.shape()).containsExactly(2, type.getChannels(), type.getHeight(), type.getWidth());
        INDArray y = Nd4j.randn(DataType.DOUBLE, forward.shape());
        vertex.setEpsilon(y);

        INDArray backward = vertex.doBackward(false, WORKSPACES).getSecond()[0];

        assertThat(forward.mul(y).sumNumber().doubleValue())
                .isNotZero()
                .isCloseTo(x.mul(backward).sumNumber().doubleValue(), within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void backpropEqualsDifferences(ChannelPadding padding, int stride, int height, int width, int outChannels) {
        ComputationGraph graph =
                new ComputationGraph(around(new ZeroPadShortcutVertex(outChannels, stride, padding), height, width));
        graph.init();
        Nd4j.getRandom().setSeed(2);

        GradientCheck.check(graph, Nd4j.randn(DataType.DOUBLE, 3, 1, height, width), 3, 1e-5);
    }

    @ParameterizedTest
    @EnumSource
    void survivesJson(ChannelPadding padding) {
        ZeroPadShortcutVertex vertex = new ZeroPadShortcutVertex(7, 3, padding);
        ComputationGraphConfiguration configuration = around(vertex, 5, 5);

        ComputationGraphConfiguration again = ComputationGraphConfiguration.fromJson(configuration.toJson());

        assertThat(again.getVertices().get("shortcut")).isEqualTo(vertex).isNotSameAs(vertex);
        assertThat(again).isEqualTo(configuration);
    }

    @Test
    void survivesJsonWhenFrozen() {
        ZeroPadShortcutVertex vertex = new ZeroPadShortcutVertex(7, 3, ChannelPadding.END);
        ComputationGraphConfiguration configuration = around(vertex, 5, 5);
        configuration.getVertices().put("shortcut", new FrozenVertex(vertex));

        ComputationGraphConfiguration again = ComputationGraphConfiguration.fromJson(configuration.toJson());

        assertThat(again.getVertices().get("shortcut")).isEqualTo(new FrozenVertex(vertex));
    }

    @Test
    void isAValue() {
        ZeroPadShortcutVertex vertex = new ZeroPadShortcutVertex(4, 2, ChannelPadding.END);

        assertThat(vertex.clone()).isEqualTo(vertex).hasSameHashCodeAs(vertex).isNotSameAs(vertex);
        assertThat(vertex)
                .isNotEqualTo(new ZeroPadShortcutVertex(5, 2, ChannelPadding.END))
                .isNotEqualTo(new ZeroPadShortcutVertex(4, 1, ChannelPadding.END))
                .isNotEqualTo(new ZeroPadShortcutVertex(4, 2, ChannelPadding.BOTH_SIDES));
        assertThat(vertex.numParams(true)).isZero();
    }

    @Test
    void refusesToNarrow() {
        ZeroPadShortcutVertex vertex = new ZeroPadShortcutVertex(2, 2, ChannelPadding.END);

        assertThatExceptionOfType(InvalidInputTypeException.class)
                .isThrownBy(() -> vertex.getOutputType(0, InputType.convolutional(8, 8, 3)))
                .withMessage("a zero-pad shortcut cannot go from 3 down to 2 channels");
        assertThatExceptionOfType(InvalidInputTypeException.class)
                .isThrownBy(() -> vertex.getOutputType(0, InputType.recurrent(8)))
                .withMessageStartingWith("\"zero pad /2\" takes maps in NCHW format or vectors, got ");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "4, 0", "4, -2"})
    void rejectsEmptyGeometry(int outChannels, int stride) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ZeroPadShortcutVertex(outChannels, stride, ChannelPadding.END))
                .withMessage("a zero-pad shortcut needs at least 1 channel and stride 1, got " + outChannels
                        + " channels, stride " + stride);
    }

    /** 3×3 convolution to 2 channels, the vertex, softmax over all its values. */
    private static ComputationGraphConfiguration around(ZeroPadShortcutVertex vertex, int height, int width) {
        return new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("input")
                .addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 3)
                                .padding(1, 1)
                                .nOut(2)
                                .activation(Activation.TANH)
                                .build(),
                        "input")
                .addVertex("shortcut", vertex, "conv")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "shortcut")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(height, width, 1))
                .build();
    }

    private static MapFunction vertex(ZeroPadShortcutVertex conf) {
        return (MapFunction) conf.instantiate(null, "shortcut", 0, null, true, DataType.DOUBLE);
    }

    private static INDArray forward(ZeroPadShortcutVertex conf, INDArray in) {
        MapFunction vertex = vertex(conf);
        vertex.setInputs(new INDArray[] {in});
        return vertex.doForward(false, WORKSPACES);
    }

    /** One sample with the values 1, 2, 3 … in order of channels, rows, columns. */
    private static INDArray counting(int channels, int height, int width) {
        int count = channels * height * width;
        double[] values = IntStream.rangeClosed(1, count).asDoubleStream().toArray();
        return Nd4j.createFromArray(values).reshape('c', 1, channels, height, width);
    }

    private static double[] values(INDArray map) {
        return map.dup('c').data().asDouble();
    }
}
