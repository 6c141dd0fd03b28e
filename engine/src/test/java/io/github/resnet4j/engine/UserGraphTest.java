package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Graphs that are not the zoo's, against DL4J in double precision. */
class UserGraphTest {
    private static final Shape PICTURE = new Shape(3, 9, 7);

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
                UserGraph.upTo("conv2", "relu and bias in the layer", PICTURE, b -> b.addLayer(
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
                UserGraph.upTo("average", "zeros on some sides", PICTURE, b -> b.addLayer(
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
                new UserGraph("dense on flattened maps", PICTURE, b -> b.addLayer(
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
                new UserGraph("dense on pictures", PICTURE, b -> b.addLayer(
                                "dense", new DenseLayer.Builder().nOut(8).build(), "in")
                        .addLayer("out", UserGraph.softmax().build(), "dense")
                        .setOutputs("out")),
                UserGraph.upTo("conv3", "activations", PICTURE, b -> b.addLayer(
                                "conv1",
                                conv(5, 3).activation(Activation.SIGMOID).build(),
                                "in")
                        .addLayer("bn1", new BatchNormalization(), "conv1")
                        .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn1")
                        .addLayer("conv2", conv(5, 3).build(), "tanh")
                        .addLayer("leaky", new ActivationLayer(new ActivationLReLU(0.2)), "conv2")
                        .addLayer("bn2", new BatchNormalization(), "leaky")
                        .addLayer("sigmoid", new ActivationLayer(Activation.SIGMOID), "bn2")
                        .addLayer(
                                "conv3",
                                conv(5, 3).activation(new ActivationLReLU(0.1)).build(),
                                "sigmoid")),
                UserGraph.upTo("scaled", "products and scales", PICTURE, b -> b.addLayer(
                                "left", conv(5, 3).build(), "in")
                        .addLayer(
                                "right",
                                conv(5, 3).activation(Activation.SIGMOID).build(),
                                "in")
                        .addVertex("product", product(), "left", "right")
                        .addVertex("scaled1", new ScaleVertex(-0.5), "product")
                        .addLayer("bn", new BatchNormalization(), "scaled1")
                        .addVertex("square", product(), "bn", "bn")
                        .addVertex("three", product(), "square", "left", "scaled1")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "three")
                        .addVertex("scaled", new ScaleVertex(3), "relu")),
                UserGraph.upTo("conv", "12 channels and 5", PICTURE, b -> b.addLayer(
                                "left", conv(12, 3).build(), "in")
                        .addLayer("right", conv(5, 1).build(), "in")
                        .addVertex("merge", new MergeVertex(), "left", "right")
                        .addLayer("bn", new BatchNormalization(), "merge")
                        .addVertex("again", new MergeVertex(), "right", "bn", "right", "in")
                        .addLayer("conv", conv(7, 3).build(), "again")),
                new UserGraph("merged vectors", PICTURE, b -> b.addLayer(
                                "conv", conv(13, 3).build(), "in")
                        .addLayer("average", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                        .addLayer("largest", new GlobalPoolingLayer(PoolingType.MAX), "conv")
                        .addVertex("merge", new MergeVertex(), "average", "largest")
                        .addLayer("out", UserGraph.softmax().build(), "merge")
                        .setOutputs("out")),
                UserGraph.upTo("sum4", "sums", PICTURE, b -> b.addLayer(
                                "conv1", conv(3, 3).build(), "in")
                        .addVertex("sum1", sum(), "conv1", "in")
                        .addLayer("relu", new ActivationLayer(Activation.RELU), "sum1")
                        .addLayer("conv2", conv(3, 3).build(), "relu")
                        .addLayer("conv3", conv(3, 1).build(), "relu")
                        .addVertex("sum2", sum(), "conv2", "relu", "conv3")
                        .addVertex("sum3", sum(), "sum2", "sum2")
                        .addLayer("conv4", conv(3, 3).build(), "sum3")
                        .addVertex("sum4", sum(), "sum3", "conv4")),
                UserGraph.upTo("sum", "a convolution's summand is all that it reads", PICTURE, b -> b.addLayer(
                                "conv1", conv(8, 1).activation(Activation.RELU).build(), "in")
                        .addLayer("conv2", conv(8, 3).build(), "conv1")
                        .addVertex("sum", sum(), "conv2", "conv1")),
                UserGraph.upTo("sum", "sums of what shortcuts hand on", PICTURE, b -> b.addLayer(
                                "conv1", conv(8, 3).activation(Activation.RELU).build(), "in")
                        .addVertex("same", shortcut(8, 1), "conv1")
                        .addLayer("conv2", conv(8, 3).build(), "in")
                        .addVertex("sum1", sum(), "conv2", "same")
                        .addLayer("conv3", conv(8, 3).build(), "conv1")
                        .addVertex("sum2", sum(), "conv3", "conv1")
                        .addVertex("sum", sum(), "sum1", "sum2", "conv1")),
                UserGraph.upTo("sum", "shortcuts of channels of zeros", PICTURE, b -> b.addLayer(
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
                UserGraph.upTo("grouped", "groups", PICTURE, b -> b.addLayer(
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
                UserGraph.upTo("max", "a large kernel with a large stride", new Shape(1, 33, 31), b -> b.addLayer(
                                "conv", conv(16, 7).stride(3, 2).padding(3, 3).build(), "in")
                        .addLayer(
                                "max",
                                pooling(PoolingType.MAX, 3, 2).padding(1, 1).build(),
                                "conv")),
                new UserGraph("a loss without weights, likelihood", PICTURE, b -> b.addLayer(
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
                new UserGraph("class weights", PICTURE, b -> b.addLayer(
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
            for (Shape picture : List.of(new Shape(channels, 5, 5), new Shape(channels, 8, 8))) {
                graphs.add(UserGraph.upTo("conv3", "pictures of " + picture, picture, b -> b.addLayer(
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
