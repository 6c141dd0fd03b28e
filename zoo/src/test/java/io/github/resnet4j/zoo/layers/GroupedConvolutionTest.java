package io.github.resnet4j.zoo.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class GroupedConvolutionTest {
    private static final LayerWorkspaceMgr WORKSPACES = LayerWorkspaceMgr.noWorkspaces();
    private static final int CLASSES = 3;

    static Stream<Arguments> goldens() {
        return Golden.read("grouped/convolutions").stream().flatMap(golden -> Stream.of(DataType.FLOAT, DataType.DOUBLE)
                .flatMap(type -> Stream.of('c', 'f').map(order -> Arguments.of(golden, type, order))));
    }

    /** The goldens are integers, so that sums have no rounding errors. Arrays may come in any order in memory. */
    @ParameterizedTest
    @MethodSource("goldens")
    void equalsPyTorch(Golden golden, DataType type, char order) {
        GroupedConvolutionLayer layer = layer(of(golden), type);
        layer.getParam("W").assign(golden.tensor("w"));
        assertThat(layer.paramTable().containsKey("b")).isEqualTo(golden.has("b"));
        if (golden.has("b")) {
            layer.getParam("b").assign(golden.tensor("b"));
        }
        INDArray x = golden.tensor("x").castTo(type).dup(order);

        INDArray y = layer.activate(x, true, WORKSPACES);
        Pair<Gradient, INDArray> back =
                layer.backpropGradient(golden.tensor("dy").castTo(type).dup(order), WORKSPACES);

        assertExactly(y, golden, "y");
        assertExactly(back.getSecond(), golden, "dx");
        Map<String, INDArray> gradients = back.getFirst().gradientForVariable();
        assertThat(gradients).hasSize(layer.paramTable().size());
        assertExactly(gradients.get("W"), golden, "dw");
        if (golden.has("b")) {
            assertExactly(gradients.get("b"), golden, "db");
        }
        assertExactly(x, golden, "x");
        InputType.InputTypeConvolutional type2d = (InputType.InputTypeConvolutional)
                of(golden).getOutputType(0, InputType.convolutional(x.size(2), x.size(3), x.size(1)));
        assertThat(y.shape()).containsExactly(x.size(0), type2d.getChannels(), type2d.getHeight(), type2d.getWidth());
    }

    private static void assertExactly(INDArray actual, Golden golden, String tensor) {
        INDArray expected = golden.tensor(tensor);
        assertThat(actual.shape()).as(tensor).isEqualTo(expected.shape());
        assertThat(values(actual)).as(tensor).containsExactly(values(expected));
    }

    private static GroupedConvolution of(Golden golden) {
        int[] kernel = golden.ints("kernel");
        int[] stride = golden.ints("stride");
        int[] padding = golden.ints("padding");
        int[] dilation = golden.ints("dilation");
        return new GroupedConvolution.Builder(kernel[0], kernel[1])
                .stride(stride[0], stride[1])
                .padding(padding[0], padding[1])
                .dilation(dilation[0], dilation[1])
                .groups(golden.ints("groups")[0])
                .nIn(golden.tensor("x").size(1))
                .nOut(golden.tensor("w").size(0))
                .hasBias(golden.has("b"))
                .weightInit(WeightInit.XAVIER)
                .biasInit(0)
                .build();
    }

    /** With gradients full of something else. */
    private static GroupedConvolutionLayer layer(GroupedConvolution conf, DataType type) {
        long count = conf.initializer().numParams(conf);
        NeuralNetConfiguration configuration = new NeuralNetConfiguration();
        configuration.setLayer(conf);
        GroupedConvolutionLayer layer = (GroupedConvolutionLayer)
                conf.instantiate(configuration, null, 0, Nd4j.create(type, count), true, type);
        layer.setBackpropGradientsViewArray(Nd4j.valueArrayOf(new long[] {count}, 7, type));
        return layer;
    }

    static List<Arguments> geometries() {
        List<Arguments> cases = new ArrayList<>();
        cases.add(Arguments.of(1, 2, 0, 1, 2, true));
        cases.add(Arguments.of(2, 2, 1, 2, 1, true));
        cases.add(Arguments.of(2, 1, 1, 1, 1, false));
        cases.add(Arguments.of(4, 1, 0, 1, 1, true));
        return cases;
    }

    @ParameterizedTest(name = "{0} groups, stride {1}x1, padding {2}, dilation {3}x{4}, bias {5}")
    @MethodSource("geometries")
    void backpropEqualsDifferences(int groups, int stride, int padding, int down, int right, boolean bias) {
        ComputationGraph graph = graph(
                new NoOp(),
                WorkspaceMode.ENABLED,
                convolution(4, bias).activation(Activation.TANH).build(),
                new GroupedConvolution.Builder(3, 2)
                        .stride(stride, 1)
                        .padding(padding, padding)
                        .dilation(down, right)
                        .groups(groups)
                        .nOut(4)
                        .hasBias(bias)
                        .activation(Activation.TANH)
                        .build());
        DataType before = DataTypeUtil.getDtypeFromContext();
        DataTypeUtil.setDTypeForContext(DataType.DOUBLE); // or the check refuses to begin
        try {
            DataSet data = data(1);
            assertThat(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                            .net(graph)
                            .inputs(new INDArray[] {data.getFeatures()})
                            .labels(new INDArray[] {data.getLabels()})
                            .maxRelError(1e-5)))
                    .isTrue();
        } finally {
            DataTypeUtil.setDTypeForContext(before);
        }
        assertThat(graph.gradient().getGradientFor("1_W").amaxNumber().doubleValue())
                .isPositive();
    }

    static Stream<Arguments> twins() {
        return Stream.of(true, false)
                .flatMap(bias -> Stream.of(
                        Arguments.of("as it is", bias, twin(builder -> {}), ours(builder -> {})),
                        Arguments.of(
                                "with activation, dropout and noise",
                                bias,
                                twin(GroupedConvolutionTest::regularised),
                                ours(GroupedConvolutionTest::regularised))));
    }

    private static void regularised(FeedForwardLayer.Builder<?> builder) {
        builder.activation(Activation.TANH);
        builder.dropOut(0.7);
        builder.weightNoise(new DropConnect(0.8));
        builder.l2(0.01);
        builder.biasInit(0.3);
        builder.constrainWeights(new MaxNormConstraint(1.5, 1, 2, 3));
    }

    private interface Making {
        Layer layer(boolean bias);
    }

    private static Making twin(Consumer<FeedForwardLayer.Builder<?>> more) {
        return bias -> {
            ConvolutionLayer.Builder builder = new ConvolutionLayer.Builder(3, 2)
                    .stride(2, 1)
                    .padding(1, 2)
                    .dilation(1, 2)
                    .nOut(4)
                    .hasBias(bias)
                    .convolutionMode(ConvolutionMode.Truncate)
                    .activation(Activation.IDENTITY);
            more.accept(builder);
            return builder.build();
        };
    }

    private static Making ours(Consumer<FeedForwardLayer.Builder<?>> more) {
        return bias -> {
            GroupedConvolution.Builder builder = new GroupedConvolution.Builder(3, 2)
                    .stride(2, 1)
                    .padding(1, 2)
                    .dilation(1, 2)
                    .nOut(4)
                    .hasBias(bias);
            more.accept(builder);
            return builder.build();
        };
    }

    /** The same parameters in the same places, the same steps; in workspaces, as DL4J trains by default. */
    @ParameterizedTest(name = "{0}, bias {1}")
    @MethodSource("twins")
    void trainsAsDl4jsConvolutionInOneGroup(String how, boolean bias, Making twin, Making ours) {
        IUpdater updater = new Nesterovs(0.1, 0.9);
        ComputationGraph expected =
                graph(updater, WorkspaceMode.ENABLED, convolution(4, bias).build(), twin.layer(bias));
        ComputationGraph graph =
                graph(updater, WorkspaceMode.ENABLED, convolution(4, bias).build(), ours.layer(bias));

        assertThat(graph.getLayer("1").paramTable())
                .isEqualTo(expected.getLayer("1").paramTable());
        assertThat(values(graph.params())).containsExactly(values(expected.params()));
        assertThat(graph.getLayer("1").conf().variables())
                .isEqualTo(expected.getLayer("1").conf().variables());
        for (int step = 1; step <= 5; step++) {
            for (ComputationGraph one : List.of(expected, graph)) {
                Nd4j.getRandom().setSeed(step);
                one.fit(data(step));
            }
            assertThat(distance(graph.params(), expected.params()))
                    .as("step %d", step)
                    .isLessThan(1e-12);
            // The sums of both run in another order on some processors.
            assertThat(graph.score()).as("step %d", step).isCloseTo(expected.score(), within(1e-12));
        }
        INDArray images = data(9).getFeatures();
        assertThat(distance(graph.outputSingle(images), expected.outputSingle(images)))
                .isLessThan(1e-12);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void workspacesMakeNoDifference(int groups) {
        List<ComputationGraph> graphs = Stream.of(WorkspaceMode.NONE, WorkspaceMode.ENABLED)
                .map(mode -> graph(
                        new Nesterovs(0.1, 0.9),
                        mode,
                        convolution(4, true).build(),
                        convolution(8, true).groups(groups).dropOut(0.8).build(),
                        convolution(4, false)
                                .groups(groups)
                                .activation(Activation.RELU)
                                .build()))
                .toList();

        for (ComputationGraph graph : graphs) {
            for (int step = 1; step <= 3; step++) {
                Nd4j.getRandom().setSeed(step);
                graph.fit(data(step));
            }
        }

        assertThat(values(graphs.get(1).params()))
                .containsExactly(values(graphs.get(0).params()));
        INDArray images = data(9).getFeatures();
        assertThat(values(graphs.get(1).outputSingle(images)))
                .containsExactly(values(graphs.get(0).outputSingle(images)));
    }

    @Test
    void groupsDoNotSeeEachOther() {
        GroupedConvolutionLayer layer = layer(
                convolution(6, false)
                        .nIn(4)
                        .groups(2)
                        .weightInit(WeightInit.XAVIER)
                        .build(),
                DataType.DOUBLE);
        INDArray x = data(1).getFeatures();
        INDArray two = Nd4j.concat(1, x, x);

        INDArray one = layer.activate(two, false, WORKSPACES).dup();
        two.tensorAlongDimension(2, 0, 2, 3).addi(1);
        INDArray other = layer.activate(two, false, WORKSPACES);

        for (int filter = 0; filter < 6; filter++) {
            double change =
                    distance(one.tensorAlongDimension(filter, 0, 2, 3), other.tensorAlongDimension(filter, 0, 2, 3));
            assertThat(change == 0).as("filter %d", filter).isEqualTo(filter < 3);
        }
    }

    /** One draw for forward and backward, another for the next step. */
    @Test
    void drawsItsNoiseOnceForEveryStep() {
        GroupedConvolutionLayer layer = layer(
                convolution(4, true)
                        .nIn(2)
                        .groups(2)
                        .weightNoise(new DropConnect(0.5))
                        .weightInit(WeightInit.XAVIER)
                        .biasInit(0)
                        .build(),
                DataType.DOUBLE);
        INDArray x = data(1).getFeatures();

        INDArray first = layer.activate(x, true, WORKSPACES);
        assertThat(values(layer.activate(x, true, WORKSPACES))).containsExactly(values(first));
        layer.backpropGradient(first, WORKSPACES);

        assertThat(values(layer.activate(x, true, WORKSPACES))).isNotEqualTo(values(first));
    }

    @Test
    void takesFlatParametersAsItGivesThem() {
        GroupedConvolutionLayer layer = layer(
                rest(new GroupedConvolution.Builder(3, 2))
                        .weightInit(WeightInit.XAVIER)
                        .biasInit(0)
                        .build(),
                DataType.DOUBLE);
        INDArray other = Nd4j.createFromArray(
                IntStream.rangeClosed(1, 28).asDoubleStream().toArray());

        layer.setParams(other);

        assertThat(values(layer.params())).containsExactly(values(other));
        assertThat(layer.getParam("b").toDoubleVector()).containsExactly(1, 2, 3, 4);
        assertThat(layer.getParam("W").getDouble(0, 0, 1, 0)).isEqualTo(7);
    }

    @Test
    void isInitialisedForTheFansOfAGroup() {
        GroupedConvolution conf = new GroupedConvolution.Builder(3, 3)
                .stride(2, 1)
                .groups(8)
                .nIn(64)
                .nOut(256)
                .weightInit(WeightInit.XAVIER)
                .biasInit(0.5)
                .build();
        Nd4j.getRandom().setSeed(1);

        GroupedConvolutionLayer layer = layer(conf, DataType.DOUBLE);

        double std = Math.sqrt(2.0 / (8 * 9 + 32 * 9 / 2.0)); // Glorot and Bengio 2010
        assertThat(layer.getParam("W").stdNumber().doubleValue()).isBetween(0.98 * std, 1.02 * std);
        assertThat(layer.getParam("b").minNumber().doubleValue()).isEqualTo(0.5);
        assertThat(layer.getParam("b").maxNumber().doubleValue()).isEqualTo(0.5);
        assertThat(layer.numParams()).isEqualTo(256 + 256 * 8 * 9);
    }

    @Test
    void staysAsItIsWhenFrozen() {
        ComputationGraph free = graph(
                        new Nesterovs(0.1, 0.9),
                        WorkspaceMode.ENABLED,
                        regularisedInGroups(),
                        convolution(4, true).build())
                .convertDataType(DataType.FLOAT); // M2.1's TransferLearning makes every graph one
        INDArray images = data(9).getFeatures().castTo(DataType.FLOAT);

        ComputationGraph graph = new TransferLearning.GraphBuilder(free)
                .setFeatureExtractor("0")
                .nOutReplace("out", CLASSES, WeightInit.XAVIER)
                .build();

        assertThat(graph.getLayer("0")).isInstanceOf(org.deeplearning4j.nn.layers.FrozenLayer.class);
        double[] before = values(graph.getLayer("0").params());
        double[] trained = values(graph.getLayer("1").params());
        assertThat(before).containsExactly(values(free.getLayer("0").params()));
        double[] map = values(free.feedForward(images, false).get("0"));
        assertThat(values(graph.feedForward(images, true).get("0"))) // no dropout where it is frozen
                .containsExactly(map);
        for (int step = 1; step <= 3; step++) {
            graph.fit(data(step));
        }
        assertThat(values(graph.getLayer("0").params())).containsExactly(before);
        assertThat(values(graph.getLayer("1").params())).isNotEqualTo(trained);
        assertThat(values(graph.feedForward(images, false).get("0"))).containsExactly(map);
    }

    @Test
    void takesOtherFiltersInTransferLearning() {
        ComputationGraph graph = graph(
                new Nesterovs(0.1, 0.9),
                WorkspaceMode.ENABLED,
                convolution(4, true).build(),
                convolution(4, true).groups(2).build());

        ComputationGraph wider = new TransferLearning.GraphBuilder(graph)
                .nOutReplace("0", 8, WeightInit.XAVIER)
                .build();

        assertThat(wider.getLayer("1").getParam("W").shape()).containsExactly(4, 4, 3, 3);
        wider.fit(data(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransferLearning.GraphBuilder(graph)
                        .nOutReplace("0", 7, WeightInit.XAVIER)
                        .build())
                .withMessageContaining("got 7 in and 4 out for 2 groups");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void survivesJson(boolean frozen) {
        GroupedConvolution convolution = regularisedInGroups();
        ComputationGraphConfiguration configuration = configuration(
                new Nesterovs(0.1, 0.9),
                WorkspaceMode.ENABLED,
                frozen ? new FrozenLayer(convolution) : convolution,
                new GroupedConvolution.Builder(1, 2).nOut(3).hasBias(false).build());

        ComputationGraphConfiguration again = ComputationGraphConfiguration.fromJson(configuration.toJson());

        assertThat(again).isEqualTo(configuration);
        Layer read = ((LayerVertex) again.getVertices().get("0")).getLayerConf().getLayer();
        assertThat(frozen ? ((FrozenLayer) read).getLayer() : read)
                .isEqualTo(convolution)
                .isNotSameAs(convolution);
        ComputationGraphConfiguration yaml = ComputationGraphConfiguration.fromYaml(configuration.toYaml());
        assertThat(yaml).isEqualTo(configuration);
        ComputationGraph graph = new ComputationGraph(again);
        graph.init();
        assertThat(graph.getLayer("0").getParam("W").shape()).containsExactly(4, 1, 3, 2);
    }

    @Test
    void refusesJsonWithAnotherGeometry() {
        String json = configuration(new NoOp(), WorkspaceMode.ENABLED, regularisedInGroups())
                .toJson();

        assertThatThrownBy(() ->
                        ComputationGraphConfiguration.fromJson(json.replaceAll("\"groups\" : 2", "\"groups\" : 3")))
                .hasStackTraceContaining("got 2 in and 4 out for 3 groups");
        assertThatThrownBy(() -> ComputationGraphConfiguration.fromJson(
                        json.replaceAll("\"stride\" : \\[ 2, 1 ]", "\"stride\" : [ 2 ]")))
                .hasStackTraceContaining("got kernel [3, 2], stride [2], dilation [1, 2]");
    }

    static Stream<Arguments> others() {
        return Stream.of(
                other("kernel", b -> rest(new GroupedConvolution.Builder(5, 2))),
                other("stride", b -> b.stride(2, 2)),
                other("padding", b -> b.padding(1, 1)),
                other("dilation", b -> b.dilation(2, 2)),
                other("groups", b -> b.groups(1)),
                other("bias", b -> b.hasBias(false)),
                other("nIn", b -> b.nIn(4)),
                other("nOut", b -> b.nOut(8)),
                other("activation", b -> b.activation(Activation.TANH)));
    }

    private static Arguments other(String what, UnaryOperator<GroupedConvolution.Builder> change) {
        return Arguments.of(what, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void isAValue(String what, UnaryOperator<GroupedConvolution.Builder> change) {
        GroupedConvolution one = rest(new GroupedConvolution.Builder(3, 2)).build();

        assertThat(rest(new GroupedConvolution.Builder(3, 2)).build())
                .isEqualTo(one)
                .hasSameHashCodeAs(one)
                .hasToString(one.toString());
        GroupedConvolution other =
                change.apply(rest(new GroupedConvolution.Builder(3, 2))).build();
        assertThat(other).isNotEqualTo(one).doesNotHaveToString(one.toString());
        assertThat(other.clone()).isEqualTo(other).isNotSameAs(other).hasSameHashCodeAs(other);
    }

    private static GroupedConvolution.Builder rest(GroupedConvolution.Builder builder) {
        return builder.stride(2, 1)
                .padding(1, 2)
                .dilation(1, 2)
                .groups(2)
                .nIn(2)
                .nOut(4);
    }

    @Test
    void tellsItsGeometryAndLetsNobodyChangeIt() {
        GroupedConvolution conf = rest(new GroupedConvolution.Builder(3, 2)).build();

        conf.getKernelSize()[0] = conf.getStride()[0] = conf.getPadding()[0] = conf.getDilation()[0] = 9;

        assertThat(conf.getKernelSize()).containsExactly(3, 2);
        assertThat(conf.getStride()).containsExactly(2, 1);
        assertThat(conf.getPadding()).containsExactly(1, 2);
        assertThat(conf.getDilation()).containsExactly(1, 2);
        assertThat(conf.getGroups()).isEqualTo(2);
        assertThat(conf.hasBias()).isTrue();
        assertThat(conf.getActivationFn()).isEqualTo(Activation.IDENTITY.getActivationFunction());
        FeedForwardLayer copy = (FeedForwardLayer) conf.clone();
        copy.setNIn(6);
        assertThat(conf.getNIn()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, 1, 1, 0, 0, 1, 1",
        "3, -1, 1, 1, 0, 0, 1, 1",
        "3, 3, 0, 1, 0, 0, 1, 1",
        "3, 3, 1, 1, -1, 0, 1, 1",
        "3, 3, 1, 1, 0, 0, 1, 0"
    })
    void refusesImpossibleWindows(int kh, int kw, int sh, int sw, int ph, int pw, int dh, int dw) {
        GroupedConvolution.Builder builder = new GroupedConvolution.Builder(kh, kw)
                .stride(sh, sw)
                .padding(ph, pw)
                .dilation(dh, dw)
                .nOut(4);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage(
                        "a grouped convolution needs a kernel, stride and dilation of at least 1 and a padding of at"
                                + " least 0 in height and width, got kernel [%d, %d], stride [%d, %d], dilation [%d,"
                                + " %d], padding [%d, %d]",
                        kh, kw, sh, sw, dh, dw, ph, pw);
    }

    @ParameterizedTest
    @CsvSource({"6, 8, 4", "8, 6, 4", "8, 8, 0", "8, 8, -2", "8, 0, 2", "-2, 4, 2", "2, 4, 4"})
    void refusesChannelsThatDoNotDivide(int in, int out, int groups) {
        GroupedConvolution.Builder builder =
                new GroupedConvolution.Builder(3, 3).nIn(in).nOut(out).groups(groups);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage(
                        "a grouped convolution needs channels that divide evenly into its groups, got %d in and %d out"
                                + " for %d groups",
                        in, out, groups);
    }

    @Test
    void refusesChannelsThatDoNotDivideLater() {
        GroupedConvolution conf =
                new GroupedConvolution.Builder(3, 3).nOut(8).groups(4).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> conf.setNIn(6))
                .withMessageContaining("got 6 in and 8 out for 4 groups");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> conf.setNIn(InputType.convolutional(5, 5, 6), false))
                .withMessageContaining("got 6 in and 8 out for 4 groups");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> conf.setNOut(9))
                .withMessageContaining("got 0 in and 9 out for 4 groups");
        assertThat(conf.getNIn()).isZero();
        assertThat(conf.getNOut()).isEqualTo(8);
        conf.setNIn(InputType.convolutional(5, 5, 12), false);
        conf.setNIn(InputType.convolutional(5, 5, 4), false);
        assertThat(conf.getNIn()).isEqualTo(12);
        conf.setNIn(InputType.convolutional(5, 5, 4), true);
        assertThat(conf.getNIn()).isEqualTo(4);
    }

    @Test
    void needsToKnowItsInputChannels() {
        GroupedConvolution conf = new GroupedConvolution.Builder(3, 3).nOut(8).build();

        assertThatExceptionOfType(DL4JInvalidConfigException.class)
                .isThrownBy(() -> layer(conf, DataType.FLOAT))
                .withMessageContaining("nIn=0, nOut=8");
    }

    static Stream<Arguments> wrongTypes() {
        return Stream.of(
                Arguments.of(InputType.feedForward(8), "takes a convolutional input in NCHW format, got"),
                Arguments.of(InputType.recurrent(2), "takes a convolutional input in NCHW format, got"),
                Arguments.of(
                        InputType.convolutional(5, 5, 2, CNN2DFormat.NHWC),
                        "takes a convolutional input in NCHW format, got"),
                Arguments.of(InputType.convolutional(5, 5, 4), "takes 2 channels, got"),
                Arguments.of(
                        InputType.convolutional(2, 9, 2),
                        "has no output: kernel [3, 3] with dilation [2, 1] and padding [1, 0] is larger than"),
                Arguments.of(InputType.convolutional(9, 2, 2), "has no output"));
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void refusesWrongInputTypes(InputType type, String problem) {
        GroupedConvolution conf = new GroupedConvolution.Builder(3, 3)
                .name("conv2")
                .padding(1, 0)
                .dilation(2, 1)
                .nIn(2)
                .nOut(4)
                .groups(2)
                .build();

        assertThatExceptionOfType(InvalidInputTypeException.class)
                .isThrownBy(() -> conf.getOutputType(0, type))
                .withMessageStartingWith("grouped convolution \"conv2\" " + problem);
        if (!(type instanceof InputType.InputTypeConvolutional map) || map.getFormat() != CNN2DFormat.NCHW) {
            assertThatExceptionOfType(InvalidInputTypeException.class).isThrownBy(() -> conf.setNIn(type, true));
            assertThat(conf.getPreProcessorForInputType(type)).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"2x2, got [2; 2]", "1x4x5x5, got [1; 4; 5; 5]", "1x2x2x5, is larger than its padded input [1; 2; 2; 5]"
    })
    void refusesWrongInputs(String shape, String problem) {
        GroupedConvolutionLayer layer = layer(
                convolution(4, true)
                        .nIn(2)
                        .groups(2)
                        .dilation(2, 1)
                        .padding(1, 1)
                        .weightInit(WeightInit.XAVIER)
                        .biasInit(0)
                        .build(),
                DataType.FLOAT);
        long[] sizes = Stream.of(shape.split("x")).mapToLong(Long::parseLong).toArray();

        assertThatExceptionOfType(DL4JInvalidInputException.class)
                .isThrownBy(() -> layer.activate(Nd4j.create(DataType.FLOAT, sizes), false, WORKSPACES))
                .withMessageContaining(problem.replace(';', ','));
    }

    @Test
    void takesFlatImages() {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("input")
                .addLayer("0", convolution(4, true).groups(2).build(), "input")
                .addLayer("out", output(), "0")
                .setOutputs("out")
                .setInputTypes(InputType.convolutionalFlat(5, 6, 2))
                .build();

        assertThat(((LayerVertex) configuration.getVertices().get("0")).getPreProcessor())
                .isEqualTo(new FeedForwardToCnnPreProcessor(5, 6, 2));
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        assertThat(graph.outputSingle(Nd4j.rand(DataType.FLOAT, 7, 60)).shape()).containsExactly(7, CLASSES);
    }

    @Test
    void shrinksMasksAsDl4jsConvolution() {
        ComputationGraph graph = graph(
                new NoOp(),
                WorkspaceMode.ENABLED,
                new ConvolutionLayer.Builder(2, 2)
                        .stride(2, 2)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .nOut(2)
                        .build(),
                new GroupedConvolution.Builder(2, 2).stride(2, 2).nOut(2).build());
        INDArray mask = Nd4j.create(DataType.DOUBLE, 3, 1, 5, 4);
        mask.putScalar(new int[] {1, 0, 2, 3}, 1);

        INDArray expected = graph.getLayer("0")
                .feedForwardMaskArray(mask, MaskState.Active, 3)
                .getFirst();

        assertThat(expected.shape()).containsExactly(3, 1, 2, 2);
        assertThat(graph.getLayer("1")
                        .feedForwardMaskArray(mask, MaskState.Active, 3)
                        .getFirst())
                .isEqualTo(expected);
        assertThat(graph.getLayer("1").feedForwardMaskArray(null, MaskState.Active, 3))
                .isEqualTo(graph.getLayer("0").feedForwardMaskArray(null, MaskState.Active, 3));
    }

    /** 2×5×6 in, 4×3×6 out; 2·2·3·18 values of the input unfolded. */
    @Test
    void reportsItsMemory() {
        GroupedConvolution conf = convolution(4, true)
                .nIn(2)
                .groups(2)
                .stride(2, 1)
                .updater(new Nesterovs(0.1))
                .build();

        LayerMemoryReport report = conf.getMemoryReport(InputType.convolutional(5, 6, 2));

        assertThat(report.getParameterSize()).isEqualTo(4 + 4 * 9);
        assertThat(report.getUpdaterStateSize()).isEqualTo(40);
        assertThat(bytes(report, MemoryUseMode.INFERENCE)).isEqualTo(4 * (2 * 9 * 18 + 4 * 18));
        assertThat(bytes(report, MemoryUseMode.TRAINING)).isEqualTo(7 * 4 * 2 * (2 * 9 * 18 + 4 * 18));
    }

    /** DL4J leaves out the number of images in inference. */
    private static long bytes(LayerMemoryReport report, MemoryUseMode mode) {
        return report.getMemoryBytes(MemoryType.WORKING_MEMORY_VARIABLE, 7, mode, CacheMode.NONE, DataType.FLOAT);
    }

    private static GroupedConvolution regularisedInGroups() {
        GroupedConvolution.Builder builder = rest(new GroupedConvolution.Builder(3, 2));
        regularised(builder);
        return builder.build();
    }

    /** 3×3, keeps the size. */
    private static GroupedConvolution.Builder convolution(int filters, boolean bias) {
        return new GroupedConvolution.Builder(3, 3).padding(1, 1).nOut(filters).hasBias(bias);
    }

    /** The layers, named by their number, and softmax over all values of the last one; takes 2×5×6 images. */
    private static ComputationGraphConfiguration configuration(IUpdater updater, WorkspaceMode mode, Layer... layers) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(DataType.DOUBLE)
                .updater(updater)
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode)
                .graphBuilder()
                .addInputs("input");
        for (int i = 0; i < layers.length; i++) {
            builder.addLayer(Integer.toString(i), layers[i], i == 0 ? "input" : Integer.toString(i - 1));
        }
        return builder.addLayer("out", output(), Integer.toString(layers.length - 1))
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(5, 6, 2))
                .build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static ComputationGraph graph(IUpdater updater, WorkspaceMode mode, Layer... layers) {
        ComputationGraph graph = new ComputationGraph(configuration(updater, mode, layers));
        graph.init();
        return graph;
    }

    private static DataSet data(int seed) {
        Nd4j.getRandom().setSeed(seed);
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, CLASSES, CLASSES);
        for (int i = 0; i < CLASSES; i++) {
            labels.putScalar(i, i, 1);
        }
        return new DataSet(Nd4j.randn(DataType.DOUBLE, CLASSES, 2, 5, 6), labels);
    }

    /** In C order; INDArray's equals has a tolerance. */
    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    private static double distance(INDArray one, INDArray other) {
        return one.sub(other).amaxNumber().doubleValue();
    }
}
