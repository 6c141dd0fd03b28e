package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.layers.Golden;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Operations;
import io.github.resnet4j.zoo.network.Operations.Example;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.names.Dicts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** What every operation says of itself and what DL4J makes of it; and both against PyTorch. */
class OperationsTest {
    private static final LayerWorkspaceMgr WORKSPACES = LayerWorkspaceMgr.noWorkspaces();
    private static final NetworkGraph.Options SEEDED = NetworkGraph.Options.seeded(1);
    private static final Map<Slot.Role, String> KEYS = Map.of(
            Slot.Role.WEIGHT, "W",
            Slot.Role.SLOPE, "W",
            Slot.Role.BIAS, "b");

    static List<Example> examples() {
        return Operations.all();
    }

    @Test
    void everyOperationHasAnExample() {
        assertThat(Operations.all().stream()
                        .map(example -> example.op().getClass())
                        .collect(Collectors.toSet()))
                .isEqualTo(Set.copyOf(Operations.kinds()));
    }

    /** What comes out, what is kept and what it costs, against the configuration, the parameters and the activations. */
    @ParameterizedTest
    @MethodSource("examples")
    void saysWhatDl4jBuilds(Example example) {
        Network network = example.network();
        Node node = node(network);
        ComputationGraph graph = graph(network, DataType.FLOAT);
        Shape in = network.input();

        InputType type = graph.getConfiguration()
                .getLayerActivationTypes(InputType.convolutional(in.height(), in.width(), in.channels()))
                .get(Operations.NODE);
        assertThat(shape(type)).isEqualTo(node.out());
        for (boolean training : new boolean[] {false, true}) {
            INDArray out = graph.feedForward(images(network, 2, DataType.FLOAT), training)
                    .get(Operations.NODE);
            long[] batch = {
                2, node.out().channels(), node.out().height(), node.out().width()
            };
            assertThat(out.shape())
                    .isEqualTo(
                            type instanceof InputType.InputTypeFeedForward
                                    ? new long[] {2, node.out().channels()}
                                    : batch);
        }
        GraphVertex vertex = graph.getVertex(Operations.NODE);
        long kept = vertex.hasLayer() ? vertex.getLayer().numParams() : vertex.numParams();
        assertThat(kept).isEqualTo(node.parameters() + node.statistics());
        Map<String, Tensor> tensors = GraphWeights.stateDict(graph, network).tensors();
        long macs = 0;
        for (Slot slot : node.slots()) {
            assertThat(tensors.get(slot.name()).shape()).isEqualTo(slot.shape());
            assertThat(tensors.get(slot.name()).floats()).hasSize((int) slot.elements());
            if (slot.role() == Slot.Role.WEIGHT) { // every place of the output takes every weight once
                macs += slot.elements() * node.out().height() * node.out().width();
            }
        }
        assertThat(node.macs()).isEqualTo(macs);
        assertThat(node.op().label()).isNotBlank().hasSizeLessThan(40);
    }

    private static Shape shape(InputType type) {
        return type instanceof InputType.InputTypeFeedForward vector
                ? new Shape((int) vector.getSize(), 1, 1)
                : type instanceof InputType.InputTypeConvolutional map
                        ? new Shape((int) map.getChannels(), (int) map.getHeight(), (int) map.getWidth())
                        : null;
    }

    private static Node node(Network network) {
        return network.nodes().stream()
                .filter(node -> node.name().equals(Operations.NODE))
                .findFirst()
                .orElseThrow();
    }

    private static INDArray images(Network network, int count, DataType type) {
        Nd4j.getRandom().setSeed(5);
        Shape in = network.input();
        return Nd4j.randn(type, count, in.channels(), in.height(), in.width());
    }

    static Stream<Example> withoutChance() {
        return Operations.all().stream()
                .filter(example -> !(example.op() instanceof Op.Dropout dropout && dropout.probability() > 0));
    }

    @ParameterizedTest
    @MethodSource("withoutChance")
    void backpropEqualsDifferences(Example example) {
        Network network = example.network();

        GradientCheck.check(graph(network, DataType.DOUBLE), images(network, 3, DataType.DOUBLE), 3, 1e-4);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void survivesJson(Example example) {
        for (Optional<String> frozen : List.of(Optional.<String>empty(), Optional.of(Operations.NODE))) {
            Network network = example.network();
            ComputationGraph graph = NetworkGraph.create(network, SEEDED.frozenUpTo(frozen));

            ComputationGraphConfiguration again = ComputationGraphConfiguration.fromJson(
                    graph.getConfiguration().toJson());

            assertThat(again.getVertices().get(Operations.NODE))
                    .isEqualTo(graph.getConfiguration().getVertices().get(Operations.NODE))
                    .isNotSameAs(graph.getConfiguration().getVertices().get(Operations.NODE));
            assertThat(again).isEqualTo(graph.getConfiguration());
            ComputationGraph copy = new ComputationGraph(again);
            copy.init(graph.params().dup(), false);
            INDArray images = images(network, 2, DataType.FLOAT);
            assertThat(values(copy.outputSingle(images))).containsExactly(values(graph.outputSingle(images)));
        }
    }

    /** It computes as in inference, and neither it nor anything before it changes. */
    @ParameterizedTest
    @MethodSource("examples")
    void standsStillWhenFrozen(Example example) {
        Network network = example.network();
        ComputationGraph graph = NetworkGraph.create(network, SEEDED.frozenUpTo(Optional.of(Operations.NODE)));
        INDArray images = images(network, 3, DataType.FLOAT);
        Map<String, INDArray> before = new HashMap<>();
        graph.paramTable().forEach((name, values) -> before.put(name, values.dup()));

        assertThat(values(graph.feedForward(images, true).get(Operations.NODE)))
                .containsExactly(values(graph.feedForward(images, false).get(Operations.NODE)));
        for (int step = 0; step < 3; step++) {
            graph.fit(new DataSet(images, Nd4j.eye(3).castTo(DataType.FLOAT)));
        }

        graph.paramTable().forEach((name, values) -> {
            if (name.startsWith("fc")) {
                assertThat(values(values)).as(name).isNotEqualTo(values(before.get(name)));
            } else {
                assertThat(values(values)).as(name).containsExactly(values(before.get(name)));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("examples")
    void takesAndGivesBackPyTorchsWeights(Example example) {
        Network network = example.network();
        StateDict dict = Dicts.random(network, 3);

        GraphWeights.Loaded loaded = GraphWeights.load(dict, network, SEEDED, LoadOptions.STRICT);

        assertThat(loaded.report().complete()).isTrue();
        GraphWeights.stateDict(loaded.graph(), network).tensors().forEach((name, tensor) -> assertThat(tensor.floats())
                .as(name)
                .containsExactly(dict.tensors().get(name).floats()));
    }

    /** DL4J's own maxima pass NaN over, unlike PyTorch's. */
    static Stream<Example> withoutStockMaxima() {
        return Operations.all().stream()
                .filter(example -> !(example.op() instanceof Op.MaxPool))
                .filter(example -> !example.op().equals(new Op.ChannelPool(Op.Pooling.MAX)));
    }

    @ParameterizedTest
    @MethodSource("withoutStockMaxima")
    void nanStaysNan(Example example) {
        ComputationGraph graph = graph(example.network(), DataType.FLOAT);
        graph.setInput(0, Nd4j.create(DataType.FLOAT, 1, 1, 1, 1)); // asked for the size of the batch
        GraphVertex vertex = graph.getVertex(Operations.NODE);
        for (int i = 0; i < example.inputs().size(); i++) {
            Shape in = example.inputs().get(i);
            INDArray x = Nd4j.ones(DataType.FLOAT, 1, in.channels(), in.height(), in.width());
            if (i == 0) {
                x.putScalar(0, Float.NaN);
            }
            vertex.setInput(i, x, WORKSPACES);
        }

        assertThat(values(vertex.doForward(false, WORKSPACES))).contains(Float.NaN);
    }

    private static float[] values(INDArray array) {
        return array.dup('c').data().asFloat();
    }

    @Test
    void dropsWithPyTorchsProbability() {
        Network network = new Example("dropout", new Op.Dropout(0.2), List.of(new Shape(8, 25, 25))).network();
        ComputationGraph graph = NetworkGraph.create(network, SEEDED);
        INDArray images = images(network, 2, DataType.FLOAT);
        float[] in = values(graph.feedForward(images, false).get(Operations.NODE));
        float[] out = values(graph.feedForward(images, true).get(Operations.NODE));

        int dropped = 0;
        for (int i = 0; i < in.length; i++) {
            if (out[i] == 0) {
                dropped++;
            } else {
                assertThat(out[i]).isCloseTo(in[i] / 0.8f, Offset.offset(1e-5f));
            }
        }
        double deviation = Math.sqrt(0.2 * 0.8 / in.length);
        assertThat((double) dropped / in.length).isCloseTo(0.2, Offset.offset(4 * deviation));
    }

    /** Vectors may go where maps of C×1×1 may. */
    @Test
    void vectorsStayVectors() {
        NetworkWriter net = new NetworkWriter("gated", new Shape(2, 3, 4), Conventions.TORCHVISION);
        String squeezed = net.globalAvgPool("squeeze", net.conv("conv", Network.INPUT, 4, 1, 1));
        String gate = net.sigmoid("gate", net.dense("fc1", squeezed, 4));
        net.concat("both", List.of(net.product("gated", net.leakyRelu("leaky", squeezed, 0.2), gate), squeezed));
        net.dense("fc", net.prelu("prelu", "both", false), 3);
        Network network = net.finish();

        GradientCheck.check(graph(network, DataType.DOUBLE), images(network, 3, DataType.DOUBLE), 3, 1e-4);
    }

    @Test
    void channelAttentionIsBroadcastWhicheverWayItIsPooled() {
        NetworkWriter net = new NetworkWriter("attention", new Shape(2, 4, 3), Conventions.TORCHVISION);
        String x = net.conv("conv", Network.INPUT, 4, 3, 1);
        String flat = net.sigmoid("sigmoid1", net.dense("fc1", net.globalAvgPool("pool1", x), 4));
        x = net.product("excited", x, flat);
        String map = net.sigmoid("sigmoid2", net.conv("conv2", net.channelPool("pool2", x, Op.Pooling.MAX), 4, 1, 1));
        x = net.product("channels", x, map);
        String place = net.concat(
                "places",
                List.of(net.spatialPool("largest", x, Op.Pooling.MAX), net.spatialPool("mean", x, Op.Pooling.MEAN)));
        x = net.product("attended", x, net.sigmoid("sigmoid3", net.conv("conv3", place, 1, 3, 1)));
        net.dense("fc", net.upsample("up", net.depthToSpace("shuffle", x, 2), 2, Op.Interpolation.BILINEAR), 3);
        Network network = net.finish();

        GradientCheck.check(graph(network, DataType.DOUBLE), images(network, 3, DataType.DOUBLE), 3, 1e-4);
    }

    private static ComputationGraph graph(Network network, DataType type) {
        return NetworkGraph.create(
                network, NetworkGraph.Options.seeded(3).dataType(type).updater(new NoOp()));
    }

    static Stream<Arguments> goldens() {
        return Golden.read("operations/operations").stream()
                .flatMap(golden -> Stream.of(DataType.DOUBLE, DataType.FLOAT).flatMap(type -> Stream.of('c', 'f')
                        .filter(order ->
                                order == 'c' || !golden.toString().equals("channel max pool, ties")) // which is first?
                        .map(order -> Arguments.of(golden, type, order))));
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("goldens")
    void equalsPyTorch(Golden golden, DataType type, char order) {
        Network network = Operations.of(golden).network();
        ComputationGraph graph = graph(network, type);
        GraphVertex vertex = graph.getVertex(Operations.NODE);
        Map<String, String> keys = network.upTo(Operations.NODE).stream()
                .filter(node -> node.name().equals(Operations.NODE))
                .flatMap(node -> node.slots().stream())
                .collect(Collectors.toMap(slot -> slot.role().torchName(), slot -> KEYS.get(slot.role())));
        keys.forEach((name, key) -> {
            INDArray parameter = vertex.getLayer().getParam(key);
            parameter.assign(asStored(golden.tensor(name), parameter));
        });
        if (!keys.isEmpty()) { // full of something else
            vertex.setBackpropGradientsViewArray(
                    Nd4j.valueArrayOf(new long[] {vertex.getLayer().numParams()}, 7, type));
        }
        graph.setInput(0, Nd4j.create(type, golden.tensor("x0").size(0), 1, 1, 1)); // asked for the size of the batch
        int inputs = vertex.getNumInputArrays();
        for (int i = 0; i < inputs; i++) {
            vertex.setInput(i, golden.tensor("x" + i).castTo(type).dup(order), WORKSPACES);
        }

        INDArray y = vertex.doForward(true, WORKSPACES);
        assertClose(y, golden, "y");

        for (int i = 0; i < inputs; i++) {
            vertex.setInput(i, golden.tensor("x" + i).castTo(type).dup(order), WORKSPACES);
        }
        vertex.setEpsilon(golden.tensor("dy").castTo(type).reshape(y.shape()).dup(order));
        Pair<Gradient, INDArray[]> back = vertex.doBackward(false, WORKSPACES);
        for (int i = 0; i < inputs; i++) {
            assertClose(back.getSecond()[i], golden, "dx" + i);
        }
        keys.forEach((name, key) -> {
            INDArray gradient = back.getFirst().getGradientFor(key);
            assertClose(asStored(gradient, golden.tensor("d" + name)), golden, "d" + name);
        });
    }

    /** DL4J has the matrices of dense layers transposed, and slopes as C×1×1. */
    private static INDArray asStored(INDArray tensor, INDArray like) {
        return tensor.rank() == 2 && like.rank() == 2 ? tensor.transpose() : tensor.reshape(like.shape());
    }

    private static void assertClose(INDArray actual, Golden golden, String name) {
        INDArray expected = golden.tensor(name);
        assertThat(actual.length()).as(name).isEqualTo(expected.length());
        double[] values = actual.dup('c').castTo(DataType.DOUBLE).data().asDouble();
        double[] wanted = expected.dup('c').data().asDouble();
        double allowed = actual.dataType() == DataType.FLOAT ? 1e-5 : 1e-12;
        for (int i = 0; i < wanted.length; i++) {
            assertThat(values[i])
                    .as("%s %d", name, i)
                    .isCloseTo(wanted[i], Offset.offset(allowed * Math.max(1, Math.abs(wanted[i]))));
        }
    }
}
