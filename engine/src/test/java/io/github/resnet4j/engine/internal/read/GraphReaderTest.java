package io.github.resnet4j.engine.internal.read;

import static io.github.resnet4j.engine.internal.read.Graphs.IMAGE;
import static io.github.resnet4j.engine.internal.read.Graphs.classifyFrom;
import static io.github.resnet4j.engine.internal.read.Graphs.convolution;
import static io.github.resnet4j.engine.internal.read.Graphs.lines;
import static io.github.resnet4j.engine.internal.read.Graphs.node;
import static io.github.resnet4j.engine.internal.read.Graphs.softmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Graphs that are not the zoo's. */
class GraphReaderTest {
    /** As in DL4J's examples: activations in the layers, the default batch normalisation, dropout, flattening. */
    private static ComputationGraph plain() {
        return Graphs.of(new NeuralNetConfiguration.Builder().activation(Activation.RELU), builder -> builder.addLayer(
                        "conv", convolution().build(), "in")
                .addLayer("norm", new BatchNormalization.Builder().build(), "conv")
                .addLayer("half", new SubsamplingLayer.Builder(2, 2).build(), "norm")
                .addLayer("dense", new DenseLayer.Builder().nOut(7).dropOut(0.8).build(), "half")
                .addLayer("out", softmax().build(), "dense")
                .setOutputs("out"));
    }

    @Test
    void readsAPlainGraphForTraining() {
        Program program = GraphReader.training(plain(), IMAGE);
        assertThat(lines(program))
                .containsExactly(
                        "in = Input[] 2×6×5",
                        "conv:convolution = Convolution[in] 3×6×5",
                        "conv = Activation[conv:convolution] 3×6×5",
                        "norm = BatchNorm[conv] 3×6×5",
                        "half = MaxPool[norm] 3×3×2",
                        "dense:dropout = Dropout[half] 3×3×2",
                        "dense:dense = Dense[dense:dropout] 7×1×1",
                        "dense = Activation[dense:dense] 7×1×1",
                        "out:dense = Dense[dense] 4×1×1",
                        "out = SoftmaxCrossEntropy[out:dense] 4×1×1");
        assertThat(program.nodes()).noneMatch(ProgramNode::frozen);
        assertThat(program.outputs()).containsExactly(9);
        assertThat(node(program, "dense:dropout").op()).isEqualTo(new Operation.Dropout(0.8));
        Operation.BatchNorm norm = (Operation.BatchNorm) node(program, "norm").op();
        assertThat(norm.logDeviation()).isTrue();
        assertThat(norm.batchStatistics()).isTrue();
        assertThat(norm.eps()).isEqualTo(1e-5);
        assertThat(norm.decay()).isEqualTo(0.9);
    }

    @Test
    void readsItForInferenceWithoutDropout() {
        Program program = GraphReader.inference(plain(), List.of(), IMAGE);
        assertThat(lines(program))
                .hasSize(9)
                .contains("dense:dense = Dense[half] 7×1×1")
                .noneMatch(line -> line.contains("Dropout"));
        assertThat(program.nodes()).allMatch(ProgramNode::frozen);
        assertThat(((Operation.BatchNorm) node(program, "norm").op()).batchStatistics())
                .isFalse();
    }

    @Test
    void parametersStandWhereDl4jHasThem() {
        ComputationGraph graph = plain();
        graph.setParams(Nd4j.rand(DataType.FLOAT, 1, graph.numParams()));
        Program program = GraphReader.training(graph, IMAGE);

        Operation.Convolution convolution =
                (Operation.Convolution) node(program, "conv:convolution").op();
        assertThat(values(graph, convolution.weight()))
                .isEqualTo(graph.getParam("conv_W").dup('c').data().asFloat());
        assertThat(values(graph, convolution.bias().orElseThrow()))
                .isEqualTo(graph.getParam("conv_b").toFloatVector());
        Operation.BatchNorm norm = (Operation.BatchNorm) node(program, "norm").op();
        assertThat(values(graph, norm.gamma()))
                .isEqualTo(graph.getParam("norm_gamma").toFloatVector());
        assertThat(values(graph, norm.beta()))
                .isEqualTo(graph.getParam("norm_beta").toFloatVector());
        assertThat(values(graph, norm.mean()))
                .isEqualTo(graph.getParam("norm_mean").toFloatVector());
        assertThat(values(graph, norm.variance()))
                .isEqualTo(graph.getParam("norm_log10stdev").toFloatVector());
        Operation.Dense dense = (Operation.Dense) node(program, "dense:dense").op();
        float[] weight = values(graph, dense.weight());
        INDArray matrix = graph.getParam("dense_W");
        for (int i = 0; i < 18; i++) {
            for (int o = 0; o < 7; o++) {
                assertThat(weight[o * 18 + i]).isEqualTo(matrix.getFloat(i, o));
            }
        }
    }

    private static float[] values(ComputationGraph graph, Parameter parameter) {
        float[] values = new float[parameter.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = graph.params().getFloat(parameter.offset() + i);
        }
        return values;
    }

    /** Dense weights count on it: row, then column of a channel, channel after channel. */
    @Test
    void dl4jFlattensInTheOrderInWhichMapsAreStored() {
        ComputationGraph graph = Graphs.of(builder -> builder.addVertex(
                        "flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 2)), "in")
                .setOutputs("flat"));
        INDArray images = Nd4j.rand(3, 2, 6, 5);
        assertThat(graph.outputSingle(images).dup('c').data().asFloat())
                .isEqualTo(images.dup('c').data().asFloat());
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                Arguments.of(new ActivationReLU(), new Operation.Activation(Function.RELU, 0)),
                Arguments.of(new ActivationReLU(null, 0.0, 0.3), new Operation.Activation(Function.RELU, 0.3)),
                Arguments.of(new ActivationLReLU(0.2), new Operation.Activation(Function.RELU, 0.2)),
                Arguments.of(new ActivationSigmoid(), new Operation.Activation(Function.SIGMOID, 0)),
                Arguments.of(new ActivationTanH(), new Operation.Activation(Function.TANH, 0)));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void readsActivationsOfLayersAndAsLayers(IActivation function, Operation.Activation expected) {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("conv", convolution().activation(function).build(), "in")
                    .addLayer("act", new ActivationLayer(function), "conv");
            classifyFrom("act", builder);
        });
        Program program = GraphReader.training(graph, IMAGE);
        assertThat(node(program, "conv").op()).isEqualTo(expected);
        assertThat(node(program, "act").op()).isEqualTo(expected);
    }

    @Test
    void readsGroupedConvolutions() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("conv", convolution().nOut(6).build(), "in")
                    .addLayer(
                            "grouped",
                            new GroupedConvolution.Builder(3, 2)
                                    .stride(2, 1)
                                    .padding(1, 0)
                                    .dilation(1, 2)
                                    .groups(3)
                                    .nOut(9)
                                    .activation(Activation.RELU)
                                    .build(),
                            "conv");
            classifyFrom("grouped", builder);
        });
        Program program = GraphReader.training(graph, IMAGE);
        assertThat(lines(program))
                .contains(
                        "grouped:convolution = Convolution[conv] 9×3×3",
                        "grouped = Activation[grouped:convolution] 9×3×3");
        Operation.Convolution grouped =
                (Operation.Convolution) node(program, "grouped:convolution").op();
        assertThat(grouped.groups()).isEqualTo(3);
        assertThat(grouped.window()).isEqualTo(new Window(3, 2, 2, 1, new Window.Padding(1, 1, 0, 0), 1, 2));
        assertThat(values(graph, grouped.weight()))
                .isEqualTo(graph.getParam("grouped_W").dup('c').data().asFloat());
        assertThat(values(graph, grouped.bias().orElseThrow()))
                .isEqualTo(graph.getParam("grouped_b").toFloatVector());
    }

    @Test
    void readsPoolingAndPadding() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("pad", new ZeroPaddingLayer(1, 2, 3, 4), "in")
                    .addLayer(
                            "avg",
                            new SubsamplingLayer.Builder(PoolingType.AVG)
                                    .kernelSize(3, 2)
                                    .stride(2, 3)
                                    .padding(1, 0)
                                    .build(),
                            "pad")
                    .addLayer(
                            "all",
                            new SubsamplingLayer.Builder(PoolingType.AVG)
                                    .kernelSize(3, 3)
                                    .stride(1, 1)
                                    .padding(1, 1)
                                    .avgPoolIncludePadInDivisor(true)
                                    .build(),
                            "avg")
                    .addLayer(
                            "max",
                            new GlobalPoolingLayer.Builder(PoolingType.MAX)
                                    .collapseDimensions(false)
                                    .build(),
                            "all");
            classifyFrom("max", builder);
        });
        Program program = GraphReader.inference(graph, List.of(), IMAGE);
        assertThat(lines(program))
                .startsWith(
                        "in = Input[] 2×6×5",
                        "pad = ZeroPad[in] 2×9×12",
                        "avg = AvgPool[pad] 2×5×4",
                        "all = AvgPool[avg] 2×5×4",
                        "max = MaxPool[all] 2×1×1",
                        "pool = AvgPool[max] 2×1×1");
        assertThat(node(program, "pad").op()).isEqualTo(new Operation.ZeroPad(new Window.Padding(1, 2, 3, 4)));
        assertThat(node(program, "avg").op())
                .isEqualTo(new Operation.AvgPool(new Window(3, 2, 2, 3, new Window.Padding(1, 1, 0, 0), 1, 1), false));
        assertThat(((Operation.AvgPool) node(program, "all").op()).paddingCounts())
                .isTrue();
        assertThat(node(program, "max").op())
                .isEqualTo(new Operation.MaxPool(new Window(5, 4, 1, 1, Window.Padding.NONE, 1, 1)));
    }

    @Test
    void readsVertices() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("a", convolution().build(), "in")
                    .addLayer("b", convolution().hasBias(false).build(), "in")
                    .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b", "a")
                    .addVertex("product", new ElementWiseVertex(ElementWiseVertex.Op.Product), "a", "b")
                    .addVertex("double", new ScaleVertex(2), "product")
                    .addVertex("both", new MergeVertex(), "sum", "double", "in");
            classifyFrom("both", builder);
        });
        Program program = GraphReader.training(graph, IMAGE);
        assertThat(lines(program))
                .contains(
                        "sum = Add[a, b, a] 3×6×5",
                        "product = Multiply[a, b] 3×6×5",
                        "double = Scale[product] 3×6×5",
                        "both = Concat[sum, double, in] 8×6×5");
        assertThat(node(program, "double").op()).isEqualTo(new Operation.Scale(2));
        assertThat(((Operation.Convolution) node(program, "b").op()).bias()).isEmpty();
    }

    @Test
    void mergesFlattenedMapsAsMaps() {
        ComputationGraph graph = Graphs.of(builder -> builder.addVertex(
                        "flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 2)), "in")
                .addLayer("act", new ActivationLayer(Activation.TANH), "flat")
                .addVertex("both", new MergeVertex(), "flat", "act")
                .addLayer("out", softmax().nIn(120).build(), "both")
                .setOutputs("out"));
        assertThat(lines(GraphReader.training(graph, IMAGE)))
                .contains(
                        "act = Activation[in] 2×6×5", "both = Concat[in, act] 4×6×5", "out:dense = Dense[both] 4×1×1");
    }

    /** Their names still stand for their values. */
    @Test
    void whatChangesNothingIsNoNode() {
        ComputationGraph graph =
                Graphs.of(builder -> builder.addLayer("conv", convolution().build(), "in")
                        .addLayer("same", new ActivationLayer(new ActivationIdentity()), "conv")
                        .addLayer("drop", new DropoutLayer(0.5), "same")
                        .addVertex("flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 3)), "drop")
                        .addLayer("out", softmax().nIn(90).build(), "flat")
                        .setOutputs("out"));
        Program program = GraphReader.inference(graph, List.of("flat", "drop", "same", "conv", "in", "out"), IMAGE);
        assertThat(program.nodes()).extracting(ProgramNode::name).containsExactly("in", "conv", "out:dense", "out");
        assertThat(program.outputs()).containsExactly(1, 1, 1, 1, 0, 3);
        assertThat(GraphReader.training(graph, IMAGE).nodes())
                .extracting(ProgramNode::name)
                .containsExactly("in", "conv", "drop", "out:dense", "out");
    }

    /** By the ranks that DL4J puts out. */
    @Test
    void tellsRowsFromMaps() {
        ComputationGraph graph =
                Graphs.of(builder -> builder.addLayer("conv", convolution().build(), "in")
                        .addLayer(
                                "map",
                                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                        .collapseDimensions(false)
                                        .build(),
                                "conv")
                        .addLayer("row", new GlobalPoolingLayer(PoolingType.AVG), "conv")
                        .addLayer("act", new ActivationLayer(Activation.TANH), "row")
                        .addVertex("flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 5, 3)), "conv")
                        .addLayer("out", softmax().nIn(90).build(), "flat")
                        .setOutputs("out"));
        graph.feedForward(Nd4j.rand(3, 2, 6, 5), false)
                .forEach((vertex, value) -> assertThat(GraphReader.isFlat(graph, vertex, Start.at(IMAGE)))
                        .as(vertex)
                        .isEqualTo(value.rank() == 2));
    }

    @Test
    void readsNothingThatTheOutputsDoNotDependOn() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("a", convolution().build(), "in")
                    .addLayer("b", convolution().build(), "a")
                    .addLayer("hard", new ActivationLayer(Activation.HARDSIGMOID), "b");
            classifyFrom("hard", builder);
        });
        assertThat(GraphReader.inference(graph, List.of("b", "a"), IMAGE).nodes())
                .extracting(ProgramNode::name)
                .containsExactly("in", "a", "b");
    }

    @Test
    void readsClassWeights() {
        LossMCXENT weighted = new LossMCXENT(Nd4j.createFromArray(new double[][] {{1, 0.5, 2}}));
        ComputationGraph graph =
                Graphs.of(builder -> builder.addLayer("conv", convolution().build(), "in")
                        .addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "conv")
                        .addLayer(
                                "loss",
                                new LossLayer.Builder(weighted)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "pool")
                        .setOutputs("loss"));
        assertThat(node(GraphReader.training(graph, IMAGE), "loss").op())
                .isEqualTo(new Operation.SoftmaxCrossEntropy(List.of(1.0, 0.5, 2.0)));
        assertThat(node(GraphReader.inference(graph, List.of(), IMAGE), "loss").op())
                .isEqualTo(new Operation.SoftmaxCrossEntropy(List.of()));
    }

    @Test
    void anOutputWithAnotherLossCanInfer() {
        ComputationGraph graph = Graphs.of(builder -> builder.addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                                .activation(Activation.SIGMOID)
                                .nOut(3)
                                .build(),
                        "in")
                .setOutputs("out"));
        assertThat(lines(GraphReader.inference(graph, List.of(), IMAGE)))
                .containsExactly(
                        "in = Input[] 2×6×5", "out:dense = Dense[in] 3×1×1", "out = Activation[out:dense] 3×1×1");
    }

    /** DL4J applies none of this: the settings come from the whole graph's. */
    @Test
    void ignoresSettingsThatDl4jIgnores() {
        ComputationGraph graph = Graphs.of(
                new NeuralNetConfiguration.Builder().activation(Activation.RELU).dropOut(0.5), builder -> {
                    builder.addLayer("norm", new BatchNormalization.Builder().build(), "in")
                            .addLayer("half", new SubsamplingLayer.Builder(2, 2).build(), "norm");
                    classifyFrom("half", builder);
                });
        assertThat(GraphReader.training(graph, IMAGE).nodes())
                .extracting(ProgramNode::name)
                .containsExactly("in", "norm", "half", "pool", "out:dropout", "out:dense", "out");

        INDArray images = Nd4j.rand(3, 2, 6, 5).subi(1);
        INDArray normed = graph.feedForward(images, false).get("norm");
        assertThat(normed.minNumber().doubleValue()).isNegative();
    }

    @Test
    void layersFrozenByTransferLearningRunInInferenceMode() {
        ComputationGraph graph = new TransferLearning.GraphBuilder(Graphs.of(builder -> {
                    builder.addLayer("conv", convolution().dropOut(0.5).build(), "in")
                            .addLayer("norm", new BatchNormalization(), "conv")
                            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv", "norm")
                            .addLayer("last", convolution().build(), "sum");
                    classifyFrom("last", builder);
                }))
                .setFeatureExtractor("sum")
                .build();
        Program program = GraphReader.training(graph, IMAGE);
        assertThat(lines(program)).startsWith("in = Input[] 2×6×5", "conv = Convolution[in] 3×6×5");
        assertThat(program.nodes())
                .filteredOn(ProgramNode::frozen)
                .extracting(ProgramNode::name)
                .containsExactly("conv", "norm", "sum");
        assertThat(((Operation.BatchNorm) node(program, "norm").op()).batchStatistics())
                .isFalse();
        assertThat(program.backward()).containsExactly(false, false, false, false, true, true, true, true);
    }

    @Test
    void aFrozenLayerWithBackpropMayStandAboveTrainedOnes() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("conv", convolution().build(), "in")
                    .addLayer("norm", new FrozenLayerWithBackprop(new BatchNormalization()), "conv");
            classifyFrom("norm", builder);
        });
        Program program = GraphReader.training(graph, IMAGE);
        assertThat(program.nodes())
                .filteredOn(ProgramNode::frozen)
                .extracting(ProgramNode::name)
                .containsExactly("norm");
        assertThat(program.backward()).containsExactly(false, true, true, true, true, true);
    }

    /** Multiplying the image's size does not change a graph that ends in a global pooling. */
    @Test
    void takesImagesOfAnySizeThatTheLayersTake() {
        ComputationGraph graph = Graphs.of(builder -> {
            builder.addLayer("conv", convolution().build(), "in");
            classifyFrom("conv", builder);
        });
        Program program = GraphReader.training(graph, new Extent(2, 60, 50));
        assertThat(node(program, "conv").extent()).isEqualTo(new Extent(3, 60, 50));
    }

    /** DL4J lets maps through where it expects rows of pixels. */
    @Test
    void readsAGraphThatWasBuiltForFlatImages() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "in")
                .addLayer("out", softmax().build(), "conv")
                .setOutputs("out")
                .setInputTypes(InputType.convolutionalFlat(6, 5, 2))
                .build());
        graph.init();
        assertThat(lines(GraphReader.training(graph, IMAGE))).contains("conv = Convolution[in] 2×4×3");
        assertThat(graph.outputSingle(Nd4j.rand(3, 2, 6, 5)).shape()).containsExactly(3, 4);
    }

    @Test
    void namesTheLayersWhoseGradientsOnlyDl4jNormalizes() {
        ComputationGraph graph = Graphs.of(
                new NeuralNetConfiguration.Builder()
                        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                        .gradientNormalizationThreshold(1),
                builder -> {
                    builder.addLayer("a", new FrozenLayer(convolution().build()), "in")
                            .addLayer("b", convolution().build(), "a");
                    classifyFrom("b", builder);
                });
        assertThat(Demand.unmet(graph, Demand.OF_ANOTHER_RULE))
                .extracting(UnsupportedGraphException.UnsupportedReason::vertex)
                .containsExactly("b", "out");
        assertThat(Demand.unmet(graph, Demand.OF_THE_GRAPHS_UPDATER)).isEmpty();
        assertThat(Demand.unmet(plain(), Set.of())).isEmpty();
    }

    @Test
    void rejectsANameThatIsNoVertex() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GraphReader.inference(plain(), List.of("conv", "convolution"), IMAGE))
                .withMessageContaining("convolution");
    }

    @Test
    void rejectsAGraphThatWasNotInitialised() {
        ComputationGraph graph = new ComputationGraph(plain().getConfiguration());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GraphReader.training(graph, IMAGE))
                .withMessageContaining("init()");
    }
}
