package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Graphs that are not the zoo's, against DL4J in double precision. */
@Tag("threads")
class UserGraphTest {
    private static final Shape IMAGE = new Shape(3, 9, 7);

    static Stream<Arguments> graphsAndBatches() {
        return graphs().stream().flatMap(graph -> Stream.of(1, 5).map(batch -> Arguments.of(graph, batch)));
    }

    @ParameterizedTest(name = "{0}, batch {1}")
    @MethodSource("graphsAndBatches")
    void agreesWithDl4j(UserGraph graph, int batch) {
        graph.agreesWithDl4j(batch);
    }

    private static List<UserGraph> graphs() {
        List<UserGraph> graphs = new ArrayList<>(List.of(
                UserGraph.upTo("conv2", "relu and bias in the layer", IMAGE, b -> b.addLayer(
                                "conv1", conv(5, 3).activation(Activation.RELU).build(), "in")
                        .addLayer("bn", new BatchNormalization(), "conv1")
                        .addLayer("max", new SubsamplingLayer.Builder(2, 2).build(), "bn")
                        .addLayer(
                                "conv2", conv(13, 3).activation(Activation.TANH).build(), "max")),
                UserGraph.upTo("average", "mode Same", new Shape(3, 10, 7), b -> b.addLayer(
                                "conv", same(conv(7, 3, 4).stride(2, 2)).build(), "in")
                        .addLayer("bn", new BatchNormalization(), "conv")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                        .addLayer("max", same(pooling(PoolingType.MAX, 3, 2)).build(), "relu")
                        .addLayer(
                                "average", same(pooling(PoolingType.AVG, 2, 2)).build(), "max")),
                UserGraph.upTo("dilated", "dilation", new Shape(2, 11, 9), b -> b.addLayer(
                                "conv", conv(6, 3).dilation(2, 2).build(), "in")
                        .addLayer("bn", new BatchNormalization(), "conv")
                        .addLayer("dilated", same(conv(5, 3).dilation(3, 2)).build(), "bn")),
                UserGraph.upTo("average", "zeros on some sides", IMAGE, b -> b.addLayer(
                                "pad1", new ZeroPaddingLayer.Builder(0, 2, 1, 0).build(), "in")
                        .addLayer("conv", conv(5, 3).stride(2, 1).build(), "pad1")
                        .addLayer("pad2", new ZeroPaddingLayer.Builder(1, 0, 2, 1).build(), "conv")
                        .addLayer("max", pooling(PoolingType.MAX, 2, 1).build(), "pad2")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "max")
                        .addLayer("pad3", new ZeroPaddingLayer.Builder(1, 1, 0, 1).build(), "relu")
                        .addLayer("max2", pooling(PoolingType.MAX, 3, 2).build(), "pad3")
                        .addLayer("pad4", new ZeroPaddingLayer.Builder(0, 1, 0, 1).build(), "max2")
                        .addLayer(
                                "average",
                                counting(pooling(PoolingType.AVG, 2, 1)).build(),
                                "pad4")),
                UserGraph.upTo("same", "padding in means", IMAGE, b -> b.addLayer(
                                "conv", conv(5, 1).build(), "in")
                        .addLayer(
                                "values",
                                pooling(PoolingType.AVG, 3, 2).padding(1, 1).build(),
                                "conv")
                        .addLayer("bn", new BatchNormalization(), "values")
                        .addLayer(
                                "counting",
                                counting(pooling(PoolingType.AVG, 3, 1).padding(1, 1))
                                        .build(),
                                "bn")
                        .addLayer(
                                "same",
                                same(counting(pooling(PoolingType.AVG, 2, 2))).build(),
                                "counting")),
                UserGraph.upTo("max", "windows that are not square", new Shape(3, 10, 13), b -> b.addLayer(
                                "column",
                                conv(6, 5, 1).stride(1, 3).padding(0, 2).build(),
                                "in")
                        .addLayer(
                                "row",
                                conv(9, 1, 4)
                                        .stride(2, 1)
                                        .padding(3, 1)
                                        .dilation(2, 1)
                                        .hasBias(false)
                                        .build(),
                                "column")
                        .addLayer("bn", new BatchNormalization(), "row")
                        .addLayer(
                                "max",
                                new SubsamplingLayer.Builder(PoolingType.MAX)
                                        .kernelSize(3, 2)
                                        .stride(1, 2)
                                        .padding(2, 1)
                                        .build(),
                                "bn")),
                UserGraph.upTo("conv2", "windows that see padding alone", new Shape(3, 4, 1), b -> b.addLayer(
                                "conv1", conv(6, 1).build(), "in")
                        .addLayer(
                                "conv2",
                                conv(9, 2, 2)
                                        .stride(2, 2)
                                        .dilation(1, 2)
                                        .padding(0, 3)
                                        .build(),
                                "conv1")),
                new UserGraph("dense on flattened maps", IMAGE, b -> b.addLayer(
                                "conv", conv(5, 3).activation(Activation.RELU).build(), "in")
                        .addLayer(
                                "dense1",
                                new DenseLayer.Builder()
                                        .nOut(11)
                                        .activation(Activation.RELU)
                                        .build(),
                                "conv")
                        .addLayer("bn", new BatchNormalization(), "dense1")
                        .addLayer(
                                "dense2",
                                new DenseLayer.Builder()
                                        .nOut(6)
                                        .hasBias(false)
                                        .activation(Activation.SIGMOID)
                                        .build(),
                                "bn")
                        .addLayer("out", UserGraph.softmax().build(), "dense2")
                        .setOutputs("out")),
                new UserGraph("dense on images", IMAGE, b -> b.addLayer(
                                "dense", new DenseLayer.Builder().nOut(8).build(), "in")
                        .addLayer("out", UserGraph.softmax().build(), "dense")
                        .setOutputs("out")),
                UserGraph.upTo("conv3", "activations", IMAGE, b -> b.addLayer(
                                "conv1",
                                conv(5, 3).activation(Activation.SIGMOID).build(),
                                "in")
                        .addLayer("bn1", new BatchNormalization(), "conv1")
                        .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn1")
                        .addLayer("conv2", conv(5, 3).build(), "tanh")
                        .addLayer("leaky", new ActivationLayer(new ActivationLReLU(0.2)), "conv2")
                        .addLayer("slope", new ActivationLayer(new ActivationReLU(null, 0.0, 0.3)), "leaky")
                        .addLayer("bn2", new BatchNormalization(), "slope")
                        .addLayer("sigmoid", new ActivationLayer(Activation.SIGMOID), "bn2")
                        .addLayer(
                                "conv3",
                                conv(5, 3).activation(new ActivationLReLU(0.1)).build(),
                                "sigmoid")),
                UserGraph.upTo("conv2", "slopes below zero", IMAGE, b -> b.addLayer(
                                "conv1", conv(5, 3).build(), "in")
                        .addLayer("mirror", new ActivationLayer(new ActivationLReLU(-0.5)), "conv1")
                        .addLayer("bn", new BatchNormalization(), "mirror")
                        .addLayer(
                                "conv2",
                                conv(5, 3)
                                        .activation(new ActivationReLU(null, 0.0, -0.3))
                                        .build(),
                                "bn")),
                UserGraph.upTo("scaled", "products and scales", IMAGE, b -> b.addLayer(
                                "left", conv(5, 3).build(), "in")
                        .addLayer(
                                "right",
                                conv(5, 3).activation(Activation.SIGMOID).build(),
                                "in")
                        .addVertex("product", product(), "left", "right")
                        .addVertex("scaled1", new ScaleVertex(-0.5), "product")
                        .addLayer("bn", new BatchNormalization(), "scaled1")
                        .addVertex("square", product(), "bn", "bn")
                        .addVertex("three", product(), "square", "left", "bn")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "three")
                        .addVertex("scaled", new ScaleVertex(3), "relu")),
                UserGraph.upTo("conv", "12 channels and 5", IMAGE, b -> b.addLayer(
                                "left", conv(12, 3).build(), "in")
                        .addLayer("right", conv(5, 1).build(), "in")
                        .addVertex("merge", new MergeVertex(), "left", "right")
                        .addLayer("bn", new BatchNormalization(), "merge")
                        .addVertex("again", new MergeVertex(), "right", "bn", "right", "in")
                        .addLayer("conv", conv(7, 3).build(), "again")),
                new UserGraph("merged vectors", IMAGE, b -> b.addLayer(
                                "conv", conv(13, 3).build(), "in")
                        .addLayer("average", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                        .addLayer("largest", new GlobalPoolingLayer(PoolingType.MAX), "conv")
                        .addVertex("merge", new MergeVertex(), "average", "largest")
                        .addLayer("out", UserGraph.softmax().build(), "merge")
                        .setOutputs("out")),
                UserGraph.upTo("sum4", "sums", IMAGE, b -> b.addLayer(
                                "conv1", conv(3, 3).build(), "in")
                        .addVertex("sum1", sum(), "conv1", "in")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "sum1")
                        .addLayer("conv2", conv(3, 3).build(), "relu")
                        .addLayer("conv3", conv(3, 1).build(), "relu")
                        .addVertex("sum2", sum(), "conv2", "relu", "conv3")
                        .addVertex("sum3", sum(), "sum2", "sum2")
                        .addLayer("conv4", conv(3, 3).build(), "sum3")
                        .addVertex("sum4", sum(), "sum3", "conv4")),
                UserGraph.upTo("sum", "a convolution's summand is all that it reads", IMAGE, b -> b.addLayer(
                                "conv1", conv(8, 1).activation(Activation.RELU).build(), "in")
                        .addLayer("conv2", conv(8, 3).build(), "conv1")
                        .addVertex("sum", sum(), "conv2", "conv1")),
                UserGraph.upTo("sum", "sums of what shortcuts hand on", IMAGE, b -> b.addLayer(
                                "conv1", conv(8, 3).activation(Activation.RELU).build(), "in")
                        .addVertex("same", shortcut(8, 1), "conv1")
                        .addLayer("conv2", conv(8, 3).build(), "in")
                        .addVertex("sum1", sum(), "conv2", "same")
                        .addLayer("conv3", conv(8, 3).build(), "conv1")
                        .addVertex("sum2", sum(), "conv3", "conv1")
                        .addVertex("sum", sum(), "sum1", "sum2", "conv1")),
                UserGraph.upTo("sum", "shortcuts of channels of zeros", IMAGE, b -> b.addLayer(
                                "conv1", conv(5, 1).build(), "in")
                        .addVertex("wide", shortcut(9, 1), "conv1")
                        .addVertex("half", shortcut(13, 2), "wide")
                        .addLayer(
                                "conv2", conv(13, 3).stride(2, 2).padding(1, 1).build(), "wide")
                        .addVertex("sum", sum(), "conv2", "half")),
                UserGraph.upTo("conv2", "maps of one value", new Shape(5, 3, 3), b -> b.addLayer(
                                "conv1", conv(7, 3).build(), "in")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "conv1")
                        .addLayer("conv3", conv(7, 1).build(), "relu")
                        .addVertex("same", shortcut(7, 1), "relu")
                        .addVertex("sum", sum(), "conv3", "same")
                        .addVertex("merge", new MergeVertex(), "sum", "relu")
                        .addLayer("conv2", conv(3, 1).build(), "merge")),
                UserGraph.upTo("grouped", "groups", IMAGE, b -> b.addLayer(
                                "conv", conv(12, 3).build(), "in")
                        .addLayer(
                                "grouped1",
                                new GroupedConvolution.Builder(3, 3)
                                        .groups(4)
                                        .nOut(8)
                                        .padding(1, 1)
                                        .stride(2, 2)
                                        .build(),
                                "conv")
                        .addLayer("bn", new BatchNormalization(), "grouped1")
                        .addLayer(
                                "grouped",
                                new GroupedConvolution.Builder(3, 3)
                                        .groups(8)
                                        .nOut(8)
                                        .padding(1, 1)
                                        .build(),
                                "bn")),
                UserGraph.upTo("grouped3", "groups that are dilated, uneven or single", IMAGE, b -> b.addLayer(
                                "conv", conv(9, 1).build(), "in")
                        .addLayer(
                                "grouped1",
                                new GroupedConvolution.Builder(3, 2)
                                        .groups(3)
                                        .nOut(6)
                                        .padding(2, 0)
                                        .dilation(2, 1)
                                        .hasBias(false)
                                        .build(),
                                "conv")
                        .addLayer(
                                "grouped2",
                                new GroupedConvolution.Builder(2, 2)
                                        .groups(6)
                                        .nOut(12)
                                        .activation(Activation.RELU)
                                        .build(),
                                "grouped1")
                        .addLayer(
                                "grouped3",
                                new GroupedConvolution.Builder(1, 1).nOut(5).build(),
                                "grouped2")),
                UserGraph.upTo("conv3", "a frozen prefix", IMAGE, b -> b.addLayer(
                                "conv1",
                                frozen(conv(8, 3).hasBias(false).dropOut(0.5).build()),
                                "in")
                        .addLayer("bn1", frozen(new BatchNormalization()), "conv1")
                        .addLayer("relu1", frozen(new ActivationLayer(Activation.RELU)), "bn1")
                        .addLayer("conv2", frozen(conv(8, 3).build()), "relu1")
                        .addLayer("bn2", frozen(variances()), "conv2")
                        .addVertex("sum", new FrozenVertex(sum()), "bn2", "relu1")
                        .addLayer("relu2", frozen(new ActivationLayer(Activation.RELU)), "sum")
                        .addLayer("max", frozen(pooling(PoolingType.MAX, 2, 2).build()), "relu2")
                        .addLayer("drop", frozen(new DropoutLayer(0.5)), "max")
                        .addLayer("bn3", new BatchNormalization(), "drop")
                        .addLayer("conv3", conv(7, 3).build(), "bn3")),
                UserGraph.upTo("conv3", "frozen layers that gradients pass", IMAGE, b -> b.addLayer(
                                "conv1", conv(7, 3).build(), "in")
                        .addLayer("bn1", passing(new BatchNormalization()), "conv1")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "bn1")
                        .addLayer("conv2", passing(conv(7, 3).build()), "relu")
                        .addLayer("bn2", passing(variances()), "conv2")
                        .addVertex("sum", sum(), "bn2", "relu")
                        .addLayer("conv3", conv(5, 1).build(), "sum")),
                UserGraph.upTo("tanh", "running variances", IMAGE, b -> b.addLayer(
                                "conv1", conv(7, 3).build(), "in")
                        .addLayer("bn1", variances(), "conv1")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "bn1")
                        .addLayer("conv2", conv(5, 3).build(), "relu")
                        .addLayer("bn2", variances(), "conv2")
                        .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn2")),
                UserGraph.upTo("map", "rows and maps", IMAGE, b -> b.addLayer(
                                "conv1", conv(6, 3).build(), "in")
                        .addVertex("row", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(9, 7, 6)), "conv1")
                        .addLayer("tanh", new ActivationLayer(Activation.TANH), "row")
                        .addVertex("rows", sum(), "tanh", "row")
                        .addVertex("maps", new PreprocessorVertex(new FeedForwardToCnnPreProcessor(9, 7, 6)), "rows")
                        .addLayer("conv2", conv(5, 3).build(), "maps")
                        .addLayer(
                                "map",
                                new GlobalPoolingLayer.Builder(PoolingType.MAX)
                                        .collapseDimensions(false)
                                        .build(),
                                "conv2")),
                UserGraph.upTo("merge", "everything reads the images", new Shape(5, 8, 7), b -> b.addLayer(
                                "conv", conv(5, 3).build(), "in")
                        .addLayer("bn", new BatchNormalization(), "in")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "in")
                        .addLayer(
                                "max",
                                pooling(PoolingType.MAX, 3, 1).padding(1, 1).build(),
                                "in")
                        .addVertex("product", product(), "in", "conv", "bn")
                        .addVertex("scaled", new ScaleVertex(-2), "in")
                        .addVertex("shortcut", shortcut(8, 1), "in")
                        .addVertex("merge", new MergeVertex(), "in", "relu", "max", "product", "scaled", "shortcut")),
                UserGraph.upTo("max", "a large kernel with a large stride", new Shape(1, 33, 31), b -> b.addLayer(
                                "conv", conv(16, 7).stride(3, 2).padding(3, 3).build(), "in")
                        .addLayer(
                                "max",
                                pooling(PoolingType.MAX, 3, 2).padding(1, 1).build(),
                                "conv")),
                new UserGraph("a loss without weights, likelihood", IMAGE, b -> b.addLayer(
                                "conv",
                                conv(UserGraph.CLASSES, 1).hasBias(false).build(),
                                "in")
                        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                        .addLayer(
                                "out",
                                new LossLayer.Builder(LossFunctions.LossFunction.NEGATIVELOGLIKELIHOOD)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "pool")
                        .setOutputs("out")),
                new UserGraph("class weights", IMAGE, b -> b.addLayer(
                                "conv", conv(5, 3).build(), "in")
                        .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(new LossMCXENT(Nd4j.createFromArray(0.5f, 2f, 1f, 0.1f)))
                                        .activation(Activation.SOFTMAX)
                                        .nOut(UserGraph.CLASSES)
                                        .build(),
                                "pool")
                        .setOutputs("out"))));
        for (int channels : List.of(1, 3, 5, 7, 13)) {
            for (Shape image : List.of(new Shape(channels, 5, 5), new Shape(channels, 8, 8))) {
                graphs.add(UserGraph.upTo("conv3", "images of " + image, image, b -> b.addLayer(
                                "conv1", conv(channels, 3).padding(1, 1).build(), "in")
                        .addLayer("bn", new BatchNormalization(), "conv1")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                        .addVertex("sum", sum(), "relu", "in")
                        .addLayer("conv2", conv(2 * channels, 1).stride(2, 2).build(), "sum")
                        .addLayer("conv3", conv(channels, 2).build(), "conv2")));
            }
        }
        return graphs;
    }

    @ParameterizedTest
    @MethodSource("graphsWithLosses")
    void learnsFromSoftLabels(UserGraph graph) {
        graph.agreesWithDl4j(3, Seeded.labels(graph.name(), 3, UserGraph.CLASSES, 0.3));
    }

    static Stream<UserGraph> graphsWithLosses() {
        return graphs().stream().filter(graph -> graph.name().matches("class weights|a loss .*|mode Same"));
    }

    /** DL4J draws another mask, so the engine's is read from the gradient of the weights behind it. */
    @ParameterizedTest
    @EnumSource(names = {"NHWC", "NCHW8C", "NCHW16C"})
    void dropoutIsTheSameMaskBothWays(Order order) {
        UserGraph dropping = behindTanh("drop", () -> new DropoutLayer(0.6));
        INDArray labels = dropping.labels(1);
        ComputationGraph graph = dropping.graph();
        Pass pass = dropping.pass(graph, order, 1, labels);
        INDArray before = dropping.exact()
                .feedForward(dropping.images(1).castTo(DataType.DOUBLE), false)
                .get("conv");
        double[] values = before.dup('c').data().asDouble();
        float[] weights = pass.gradients().get("out_W");
        float bias = pass.gradients().get("out_b")[0];
        float[][] mask = new float[values.length][values.length];
        int kept = 0;
        for (int i = 0; i < values.length; i++) {
            double factor = weights[i] / (values[i] * bias);
            mask[i][i] = factor < 0.5 ? 0 : 1 / 0.6f;
            kept += factor < 0.5 ? 0 : 1;
            assertThat(factor).isCloseTo(mask[i][i], within(1e-2));
        }
        assertThat(kept / (double) values.length).isCloseTo(0.6, within(0.1));

        UserGraph masked = behindTanh(
                "mask",
                () -> passing(new DenseLayer.Builder()
                        .nOut(values.length)
                        .hasBias(false)
                        .build()));
        ComputationGraph reference = masked.exact();
        for (String vertex : List.of("conv", "out")) {
            reference.getLayer(vertex).setParams(graph.getLayer(vertex).params().castTo(DataType.DOUBLE));
        }
        reference.getLayer("mask").getParam("W").assign(Nd4j.createFromArray(mask));
        Pass expected = Pass.byDl4j(reference, dropping.images(1), labels);
        assertThat(pass.lossDeviation(expected)).isLessThan(1e-5);
        assertThat(pass.gradientDeviations(expected)).allSatisfy(Pass.within(1e-4));
    }

    private static UserGraph behindTanh(String name, Supplier<Layer> layer) {
        return new UserGraph("dropout", IMAGE, b -> b.addLayer(
                        "conv", conv(5, 3).activation(Activation.TANH).build(), "in")
                .addLayer(name, layer.get(), "conv")
                .addLayer("out", UserGraph.softmax().build(), name)
                .setOutputs("out"));
    }

    @Test
    void dropsNothingInInference() {
        behindTanh("drop", () -> new DropoutLayer(0.6)).infersAsDl4j(5);
    }

    /** In training, softmax is part of the loss only. */
    @Test
    void infersSoftmaxAnywhere() {
        UserGraph graph = new UserGraph(
                "softmax inside", IMAGE, b -> b.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "in")
                        .addLayer(
                                "dense",
                                new DenseLayer.Builder()
                                        .nOut(6)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "pool")
                        .addLayer("softmax", new ActivationLayer(Activation.SOFTMAX), "dense")
                        .addVertex("merge", new MergeVertex(), "dense", "softmax")
                        .addLayer("out", UserGraph.softmax().build(), "merge")
                        .setOutputs("out"));
        graph.infersAsDl4j(5);
    }

    private static Layer frozen(Layer layer) {
        return new FrozenLayer(layer);
    }

    private static Layer passing(Layer layer) {
        return new FrozenLayerWithBackprop(layer);
    }

    private static BatchNormalization variances() {
        return new BatchNormalization.Builder()
                .useLogStd(false)
                .decay(0.7)
                .eps(1e-3)
                .build();
    }

    private static ConvolutionLayer.Builder conv(int filters, int... kernel) {
        return new ConvolutionLayer.Builder(kernel.length == 1 ? new int[] {kernel[0], kernel[0]} : kernel)
                .padding(kernel[0] == 3 ? 1 : 0, kernel[0] == 3 ? 1 : 0)
                .nOut(filters);
    }

    private static SubsamplingLayer.Builder pooling(PoolingType type, int kernel, int stride) {
        return new SubsamplingLayer.Builder(type).kernelSize(kernel, kernel).stride(stride, stride);
    }

    private static SubsamplingLayer.Builder counting(SubsamplingLayer.Builder pooling) {
        return pooling.avgPoolIncludePadInDivisor(true);
    }

    private static ConvolutionLayer.Builder same(ConvolutionLayer.Builder layer) {
        return layer.padding(0, 0).convolutionMode(ConvolutionMode.Same);
    }

    private static SubsamplingLayer.Builder same(SubsamplingLayer.Builder layer) {
        return layer.convolutionMode(ConvolutionMode.Same);
    }

    private static ElementWiseVertex sum() {
        return new ElementWiseVertex(ElementWiseVertex.Op.Add);
    }

    private static ElementWiseVertex product() {
        return new ElementWiseVertex(ElementWiseVertex.Op.Product);
    }

    private static ZeroPadShortcutVertex shortcut(int channels, int stride) {
        return new ZeroPadShortcutVertex(channels, stride, ChannelPadding.BOTH_SIDES);
    }
}
