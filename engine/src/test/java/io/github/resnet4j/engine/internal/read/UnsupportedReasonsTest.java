package io.github.resnet4j.engine.internal.read;

import static io.github.resnet4j.engine.internal.read.Graphs.IMAGE;
import static io.github.resnet4j.engine.internal.read.Graphs.classifyFrom;
import static io.github.resnet4j.engine.internal.read.Graphs.convolution;
import static io.github.resnet4j.engine.internal.read.Graphs.softmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.zoo.layers.Prelu;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeDefaultStepFunction;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** What cannot be read, and what is said of it. */
class UnsupportedReasonsTest {
    private record Row(ComputationGraph graph, Extent image, List<String> expected) {
        Row(ComputationGraph graph, String... expected) {
            this(graph, IMAGE, List.of(expected));
        }

        @Override
        public String toString() {
            return String.join("; ", expected);
        }
    }

    /** A classifier with {@code layer} under the name {@code x}, between convolution and pooling. */
    private static ComputationGraph with(Layer layer) {
        return with(new NeuralNetConfiguration.Builder(), layer);
    }

    private static ComputationGraph with(NeuralNetConfiguration.Builder settings, Layer layer) {
        return Graphs.of(settings.activation(Activation.IDENTITY), builder -> {
            builder.addLayer("conv", convolution().build(), "in").addLayer("x", layer, "conv");
            classifyFrom("x", builder);
        });
    }

    private static ComputationGraph vertices(Consumer<GraphBuilder> vertices) {
        return Graphs.of(builder -> {
            vertices.accept(builder);
            classifyFrom("x", builder);
        });
    }

    private static ComputationGraph endingIn(Layer output) {
        return Graphs.of(builder -> builder.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "in")
                .addLayer("x", output, "pool")
                .setOutputs("x"));
    }

    private static Layer output(ILossFunction loss) {
        return new OutputLayer.Builder(loss)
                .activation(Activation.SOFTMAX)
                .nOut(3)
                .build();
    }

    private static SubsamplingLayer.Builder pooling() {
        return new SubsamplingLayer.Builder(2, 2);
    }

    /** In training and in inference. */
    static Stream<Row> always() {
        return Stream.of(
                new Row(
                        with(new DepthwiseConvolution2D.Builder()
                                .kernelSize(1, 1)
                                .depthMultiplier(1)
                                .build()),
                        "x: the engine does not support DepthwiseConvolution2D"),
                new Row(
                        with(new PReLULayer.Builder()
                                .inputShape(2, 6, 5)
                                .sharedAxes(2, 3)
                                .build()),
                        "x: the engine does not support PReLULayer"),
                new Row(
                        with(convolution().activation(Activation.ELU).build()),
                        "x: the engine does not support the activation function ActivationELU"),
                new Row(
                        with(new ActivationLayer(new ActivationReLU(6.0, null, null))),
                        "x: the engine does not support a relu with a maximum or a threshold"),
                new Row(
                        with(new ActivationLayer(new ActivationReLU(null, 0.5, null))),
                        "x: the engine does not support a relu with a maximum or a threshold"),
                new Row(with(causal()), "x: its convolution mode is Causal"),
                new Row(
                        with(new BatchNormalization.Builder()
                                .lockGammaBeta(true)
                                .build()),
                        "x: its gamma and beta are locked; the engine reads trained ones"),
                new Row(
                        with(pooling()
                                .poolingType(SubsamplingLayer.PoolingType.PNORM)
                                .pnorm(2)
                                .build()),
                        "x: the engine does not support the pooling PNORM"),
                new Row(
                        with(pooling().dilation(2, 2).build()),
                        "x: its dilation is [2, 2]; the engine pools without dilation"),
                new Row(
                        with(pooling().kernelSize(1, 1).padding(1, 0).build()),
                        "x: some of its windows over a map of 3×6×5 hold only padding,"
                                + " which has no maximum or mean"),
                new Row(
                        vertices(builder -> builder.addLayer(
                                        "conv", convolution().build(), "in")
                                .addLayer(
                                        "x",
                                        new GlobalPoolingLayer.Builder(PoolingType.SUM)
                                                .collapseDimensions(false)
                                                .build(),
                                        "conv")),
                        "x: the engine does not support the pooling SUM"),
                new Row(
                        vertices(builder -> builder.addVertex("x", new SubsetVertex(0, 0), "in")),
                        "x: the engine does not support SubsetVertex"),
                new Row(
                        vertices(builder -> builder.addLayer("a", convolution().build(), "in")
                                .addVertex("x", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "a", "a")),
                        "x: the engine does not support the element-wise Subtract"),
                new Row(
                        Graphs.unsized(builder -> builder.addLayer(
                                        "a",
                                        new ConvolutionLayer.Builder(1, 1)
                                                .nIn(2)
                                                .nOut(2)
                                                .build(),
                                        "in")
                                .addLayer(
                                        "b",
                                        new ConvolutionLayer.Builder(6, 5)
                                                .nIn(2)
                                                .nOut(2)
                                                .build(),
                                        "in")
                                .addVertex("x", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "x")
                                .addLayer("out", softmax().nIn(2).build(), "pool")
                                .setOutputs("out")),
                        "x: its inputs differ in size, a map of 2×6×5 and a map of 2×1×1; the engine does not broadcast"),
                new Row(
                        Graphs.unsized(builder -> builder.addVertex("x", mergingAlong(2), "in", "in")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "x")
                                .addLayer("out", softmax().nIn(2).build(), "pool")
                                .setOutputs("out")),
                        "x: it merges along axis 2; the engine merges channels, axis 1"),
                new Row(
                        Graphs.unsized(builder -> builder.addLayer(
                                        "x", softmax().nIn(60).build(), "in")
                                .setOutputs("x")),
                        "x: it takes rows but gets a map of 2×6×5; a CnnToFeedForwardPreProcessor is missing"),
                new Row(
                        Graphs.of(builder -> builder.addVertex(
                                        "x", new PreprocessorVertex(new FeedForwardToCnnPreProcessor(5, 6, 2)), "flat")
                                .addVertex(
                                        "flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 2)), "in")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "x")
                                .addLayer("out", softmax().build(), "pool")
                                .setOutputs("out")),
                        "x: it reshapes 2×6×5 to a map of 2×5×6; the engine does not reshape"),
                new Row(
                        Graphs.unsized(builder -> builder.addVertex(
                                        "x", new PreprocessorVertex(new CnnToRnnPreProcessor(6, 5, 2)), "in")
                                .addLayer("out", softmax().nIn(2).build(), "x")
                                .setOutputs("out")),
                        "x: the engine does not support CnnToRnnPreProcessor"),
                new Row(
                        Graphs.of(builder -> builder.addVertex(
                                        "flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 2)), "in")
                                .addLayer("x", new BatchNormalization(), "flat")
                                .addLayer("out", softmax().build(), "x")
                                .setOutputs("out")),
                        "x: it normalises every value of a flattened map of 2×6×5; the engine normalises channels"),
                new Row(
                        Graphs.unsized(builder -> builder.addLayer(
                                        "x",
                                        new MaskZeroLayer(
                                                new DenseLayer.Builder()
                                                        .nIn(2)
                                                        .nOut(2)
                                                        .build(),
                                                0),
                                        "pool")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "in")
                                .addLayer("out", softmax().nIn(2).build(), "x")
                                .setOutputs("out")),
                        "x: the engine does not support MaskZeroLayer"),
                new Row(
                        endingIn(new DenseLayer.Builder()
                                .nOut(3)
                                .hasLayerNorm(true)
                                .build()),
                        "x: the engine does not support layer normalization"),
                new Row(
                        with(
                                new NeuralNetConfiguration.Builder().dataType(DataType.DOUBLE),
                                new ActivationLayer(Activation.RELU)),
                        "graph: its data type is DOUBLE; the engine computes in FLOAT"),
                new Row(
                        with(new DropoutLayer(1)),
                        new Extent(3, 6, 5),
                        List.of("conv: it is built for 2 channels but gets 3")),
                new Row(
                        vertices(builder -> builder.addLayer(
                                "x", new ConvolutionLayer.Builder(3, 4).nOut(2).build(), "in")),
                        new Extent(2, 3, 3),
                        List.of("x: it has kernel 4, stride 1, padding 0, dilation 1, which does not fit into 3")),
                new Row(
                        with(pooling()
                                .kernelSize(2, 3)
                                .stride(2, 2)
                                .convolutionMode(ConvolutionMode.Strict)
                                .build()),
                        new Extent(2, 7, 5),
                        List.of("x: it has kernel 2, stride 2, padding 0, dilation 1 in mode Strict, which does not go"
                                + " into 7")),
                new Row(
                        with(pooling()
                                .kernelSize(1, 1)
                                .stride(3, 1)
                                .convolutionMode(ConvolutionMode.Same)
                                .build()),
                        "x: it has kernel 1, stride 3, padding 0, dilation 1 in mode Same, which leaves out part of 6"));
    }

    /** The builder refuses this, a JSON does not. */
    private static Layer causal() {
        SubsamplingLayer layer = pooling().build();
        layer.setConvolutionMode(ConvolutionMode.Causal);
        return layer;
    }

    private static MergeVertex mergingAlong(int axis) {
        MergeVertex merge = new MergeVertex();
        merge.setMergeAxis(axis);
        return merge;
    }

    /** In training; inference has none of it. */
    static Stream<Row> ofTraining() {
        return Stream.of(
                new Row(
                        with(convolution().dropOut(new SpatialDropout(0.5)).build()),
                        "x: the engine does not support the dropout SpatialDropout"),
                new Row(
                        with(new DropoutLayer(new GaussianNoise(0.1))),
                        "x: the engine does not support the dropout GaussianNoise"),
                new Row(
                        with(new DropoutLayer(new Dropout(new StepSchedule(ScheduleType.EPOCH, 0.5, 0.9, 1)))),
                        "x: its dropout must have a constant probability from 0 to 1"),
                new Row(
                        with(convolution().weightNoise(new DropConnect(0.5)).build()),
                        "x: the engine does not support the weight noise DropConnect"),
                new Row(
                        with(new LocalResponseNormalization.Builder().build()),
                        "x: DL4J's gradient of LocalResponseNormalization is wrong, and the engine does not reproduce it;"
                                + " use LocalResponseNormVertex instead"),
                new Row(
                        with(new Prelu.Builder()
                                .dropOut(new SpatialDropout(0.5))
                                .build()),
                        "x: the engine does not support the dropout SpatialDropout"),
                new Row(
                        endingIn(new DenseLayer.Builder().nOut(3).build()),
                        "x: it is the graph's output but has no loss to train with"),
                new Row(
                        endingIn(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .activation(Activation.TANH)
                                .nOut(3)
                                .build()),
                        "x: it trains LossMSE() on tanh; the engine trains MCXENT or NEGATIVELOGLIKELIHOOD on softmax"),
                new Row(
                        endingIn(output(new LossMCXENT(0.01, null))),
                        "x: its loss is clipped at a probability of 0.01; the engine clips at 1.0E-10"),
                new Row(
                        endingIn(output(new LossMCXENT(Nd4j.createFromArray(new double[][] {{1, 2}})))),
                        "x: it has 2 class weights for 3 classes"),
                new Row(
                        Graphs.unsized(builder -> builder.addLayer(
                                        "x",
                                        new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                                                .activation(Activation.IDENTITY)
                                                .build(),
                                        "in")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "x")
                                .addLayer("out", softmax().nIn(2).build(), "pool")
                                .setOutputs("out")),
                        "x: it has a loss but is not the graph's output",
                        "x: it trains LossMCXENT() on identity; the engine trains MCXENT or NEGATIVELOGLIKELIHOOD on"
                                + " softmax"),
                new Row(
                        Graphs.of(builder -> builder.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "in")
                                .addLayer("x", new ActivationLayer(Activation.SOFTMAX), "pool")
                                .addLayer("out", softmax().build(), "x")
                                .setOutputs("out")),
                        "x: the engine trains a softmax only in the loss of the graph's output"),
                new Row(
                        Graphs.of(builder -> {
                            builder.addLayer("conv", convolution().build(), "in")
                                    .addLayer("x", new FrozenLayer(new ActivationLayer(Activation.RELU)), "conv");
                            classifyFrom("x", builder);
                        }),
                        "x: it is frozen above layers that are trained, and DL4J passes them no gradient through it;"
                                + " freeze it with FrozenLayerWithBackprop"),
                new Row(
                        vertices(builder -> builder.addLayer(
                                        "conv", convolution().build(), "in")
                                .addVertex(
                                        "x",
                                        new FrozenVertex(new ElementWiseVertex(ElementWiseVertex.Op.Add)),
                                        "conv",
                                        "conv")),
                        "x: it is frozen above layers that are trained, and DL4J passes them no gradient through it;"
                                + " freeze it with FrozenLayerWithBackprop"),
                new Row(
                        endingIn(new FrozenLayer(new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build())),
                        "x: it is the graph's output but is frozen"),
                new Row(
                        frozenVertexAroundALayer(),
                        "x: a FrozenVertex leaves its layer in training mode; freeze it with FrozenLayer"),
                new Row(
                        Graphs.of(builder -> {
                            builder.addLayer("x", convolution().build(), "in");
                            classifyFrom("in", builder);
                        }),
                        "x: its value does not reach the output, so it cannot be trained"),
                new Row(
                        with(
                                new NeuralNetConfiguration.Builder().optimizationAlgo(OptimizationAlgorithm.LBFGS),
                                new ActivationLayer(Activation.RELU)),
                        "graph: it is trained by LBFGS"),
                new Row(withStepFunction(), "graph: it has a step function of its own, NegativeDefaultStepFunction"),
                new Row(
                        Graphs.of(builder -> {
                            builder.addLayer("conv", convolution().build(), "in")
                                    .backpropType(BackpropType.TruncatedBPTT)
                                    .validateTbpttConfig(false);
                            classifyFrom("conv", builder);
                        }),
                        "graph: its type of backpropagation is TruncatedBPTT"));
    }

    private static ComputationGraph withStepFunction() {
        ComputationGraph graph = with(new ActivationLayer(Activation.RELU));
        graph.conf().setStepFunction(new NegativeDefaultStepFunction());
        return graph;
    }

    private static ComputationGraph frozenVertexAroundALayer() {
        NeuralNetConfiguration layer = new NeuralNetConfiguration.Builder()
                .layer(new BatchNormalization.Builder().nIn(2).nOut(2).build())
                .build();
        layer.getLayer().setLayerName("x");
        return Graphs.unsized(builder -> builder.addVertex("x", new FrozenVertex(new LayerVertex(layer, null)), "in")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "x")
                .addLayer("out", softmax().nIn(2).build(), "pool")
                .setOutputs("out"));
    }

    private static List<String> training(ComputationGraph graph, Extent image) {
        UnsupportedGraphException exception =
                catchThrowableOfType(UnsupportedGraphException.class, () -> GraphReader.training(graph, image));
        return exception.reasons().stream().map(UnsupportedReason::toString).toList();
    }

    private static List<String> inference(ComputationGraph graph, Extent image) {
        UnsupportedGraphException exception = catchThrowableOfType(
                UnsupportedGraphException.class, () -> GraphReader.inference(graph, List.of(), image));
        return exception.reasons().stream().map(UnsupportedReason::toString).toList();
    }

    @ParameterizedTest
    @MethodSource("always")
    void isNeitherTrainedNorInferred(Row row) {
        assertThat(inference(row.graph(), row.image())).isEqualTo(row.expected());
        assertThat(training(row.graph(), row.image())).containsAll(row.expected());
    }

    @ParameterizedTest
    @MethodSource("ofTraining")
    void isNotTrainedButInferred(Row row) {
        assertThat(training(row.graph(), row.image())).isEqualTo(row.expected());
        assertThat(GraphReader.inference(row.graph(), List.of(), row.image()).outputs())
                .hasSize(1);
    }

    @Test
    void parametersMustBeWhereTheEngineLooksForThem() {
        ComputationGraph graph = with(convolution().build());
        INDArray weight = graph.getParam("x_W");
        INDArray flat = graph.params();
        INDArray place = flat.reshape(flat.length())
                .get(NDArrayIndex.interval(weight.offset(), weight.offset() + weight.length()));
        replaceWeight(graph, place.reshape('f', weight.shape()));
        assertThat(inference(graph, IMAGE)).containsExactly("x: its parameter W is not stored in c order");
        replaceWeight(graph, weight.dup());
        assertThat(inference(graph, IMAGE))
                .containsExactly("x: its parameter W is not a view of the graph's parameters");
    }

    private static void replaceWeight(ComputationGraph graph, INDArray weight) {
        Map<String, INDArray> parameters =
                new LinkedHashMap<>(graph.getLayer("x").paramTable());
        parameters.put("W", weight);
        graph.getLayer("x").setParamTable(parameters);
    }

    @Test
    void frozenLayersHaveNoneOfTheObstaclesOfTraining() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer(
                    "x",
                    new FrozenLayer(convolution()
                            .dropOut(new SpatialDropout(0.5))
                            .weightNoise(new DropConnect(0.5))
                            .constrainWeights(new MaxNormConstraint(1, 1))
                            .build()),
                    "in");
            classifyFrom("x", builder);
        });
        assertThat(GraphReader.training(graph, IMAGE).nodes()).hasSize(5);
    }

    @Test
    void constraintsAreDemandsOfWhatIsTrained() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer(
                            "frozen",
                            new FrozenLayer(convolution()
                                    .constrainWeights(new MaxNormConstraint(1, 1))
                                    .build()),
                            "in")
                    .addLayer(
                            "conv",
                            convolution()
                                    .constrainWeights(new MaxNormConstraint(1, 1))
                                    .build(),
                            "frozen")
                    .addLayer(
                            "norm",
                            new BatchNormalization.Builder()
                                    .constrainAllParameters(new MaxNormConstraint(1))
                                    .build(),
                            "conv");
            classifyFrom("norm", builder);
        });
        assertThat(Demand.unmet(graph, Set.of()).stream().map(UnsupportedReason::toString))
                .containsExactly(
                        "conv: no engine applies its MaxNormConstraint",
                        "norm: no engine applies its MaxNormConstraint");
        assertThat(GraphReader.training(graph, Start.at(IMAGE), Demand.OF_ANOTHER_RULE)
                        .outputs())
                .hasSize(1);
    }

    /** Also those behind a vertex whose size is not known. */
    @Test
    void namesEveryObstacleAtOnce() {
        ComputationGraph graph = Graphs.of(
                new NeuralNetConfiguration.Builder().dataType(DataType.DOUBLE).activation(Activation.IDENTITY),
                builder -> {
                    builder.addVertex("subset", new SubsetVertex(0, 0), "in")
                            .addLayer(
                                    "conv",
                                    convolution()
                                            .activation(Activation.SWISH)
                                            .dropOut(new SpatialDropout(0.5))
                                            .build(),
                                    "subset")
                            .addLayer("locked", new BatchNormalization.Builder(true).build(), "conv");
                    classifyFrom("locked", builder);
                });
        assertThat(training(graph, IMAGE))
                .containsExactly(
                        "graph: its data type is DOUBLE; the engine computes in FLOAT",
                        "subset: the engine does not support SubsetVertex",
                        "conv: the engine does not support the dropout SpatialDropout",
                        "conv: the engine does not support the activation function ActivationSwish",
                        "locked: its gamma and beta are locked; the engine reads trained ones");
    }

    @Test
    void severalInputsAreOneObstacle() {
        ComputationGraph graph = graph(
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("left", "right")
                        .setInputTypes(InputType.convolutional(6, 5, 2), InputType.convolutional(6, 5, 2))
                        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right"),
                builder -> classifyFrom("sum", builder));
        assertThat(training(graph, IMAGE))
                .containsExactly("graph: it has 2 inputs, [left, right]; the engine supports one");
    }

    @Test
    void severalOutputsAreAnObstacleToTrainingAlone() {
        ComputationGraph graph = Graphs.of(builder -> {
            classifyFrom("in", builder);
            builder.addLayer("more", softmax().build(), "pool").setOutputs("out", "more");
        });
        assertThat(training(graph, IMAGE))
                .containsExactly("graph: it has 2 outputs, [out, more]; the engine trains one");
        assertThat(GraphReader.inference(graph, List.of(), IMAGE).outputs()).hasSize(2);
        assertThat(GraphReader.inference(graph, List.of("out", "more"), IMAGE).outputs())
                .hasSize(2);
    }

    @Test
    void channelsLastIsAnObstacle() {
        ComputationGraph graph = graph(
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("in")
                        .setInputTypes(InputType.convolutional(6, 5, 2, CNN2DFormat.NHWC))
                        .addLayer("conv", convolution().build(), "in")
                        .addLayer("norm", new BatchNormalization(), "conv")
                        .addLayer("half", new SubsamplingLayer.Builder(2, 2).build(), "norm"),
                builder -> classifyFrom("half", builder));
        assertThat(inference(graph, IMAGE))
                .containsExactly(
                        "conv: its data format is NHWC; the engine reads NCHW",
                        "norm: its data format is NHWC; the engine reads NCHW",
                        "half: its data format is NHWC; the engine reads NCHW",
                        "pool: it pools the dimensions [1, 2]; the engine pools rows and columns");
    }

    private static ComputationGraph graph(GraphBuilder builder, Consumer<GraphBuilder> rest) {
        rest.accept(builder);
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }
}
