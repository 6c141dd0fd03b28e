package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import io.github.resnet4j.zoo.weights.names.Dicts;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GraphWeightsTest {
    private static final NetworkGraph.Options OPTIONS = NetworkGraph.Options.seeded(3);
    private static final LoadOptions NEW_HEAD = new LoadOptions(NameMapping.NONE, true);
    private static final Network SMALL =
            Networks.small(ResNetSpec.Block.BASIC, ResNetSpec.Shortcut.PROJECTION, Conventions.TORCHVISION);

    static Stream<Network> networks() {
        return Networks.all();
    }

    private static ComputationGraph load(StateDict dict, Network network) {
        return GraphWeights.load(dict, network, OPTIONS, LoadOptions.STRICT).graph();
    }

    private static void assertSame(StateDict actual, StateDict expected) {
        assertThat(actual.tensors().keySet())
                .containsExactlyElementsOf(expected.tensors().keySet());
        expected.tensors().forEach((name, tensor) -> {
            assertThat(actual.tensors().get(name).shape()).as(name).isEqualTo(tensor.shape());
            assertThat(actual.tensors().get(name).floats()).as(name).isEqualTo(tensor.floats());
        });
    }

    @ParameterizedTest
    @MethodSource("networks")
    void weightsGoInAndOutUnchanged(Network network) {
        StateDict dict = Dicts.random(network, 1);

        GraphWeights.Loaded loaded = GraphWeights.load(dict, network, OPTIONS, LoadOptions.STRICT);

        assertThat(loaded.report().complete()).isTrue();
        assertThat(loaded.report().entries(Status.LOADED))
                .hasSize(network.slots().size());
        assertSame(GraphWeights.stateDict(loaded.graph(), network), dict);
    }

    /** The authors of CBAM and moskomule have dense layers where timm and the zoo have 1×1 convolutions. */
    @Test
    void matricesOfDenseLayersFitPointwiseConvolutions() {
        Network network = Zoo.find("cbam-resnet18").spec().reduced().network("cbam", Shape.square(3, 16), 5);
        StateDict dict = Dicts.random(network, 5);
        Map<String, Tensor> matrices = new LinkedHashMap<>(dict.tensors());
        matrices.replaceAll((name, tensor) -> name.contains(".mlp.") && name.endsWith("weight")
                ? Tensor.of(tensor.shape().subList(0, 2), tensor.floats())
                : tensor);

        GraphWeights.Loaded loaded = GraphWeights.load(Dicts.of(matrices), network, OPTIONS, LoadOptions.STRICT);

        assertSame(GraphWeights.stateDict(loaded.graph(), network), dict);
        assertThat(loaded.report().entries(Status.CONVERTED)).hasSize(6).allSatisfy(entry -> assertThat(entry.detail())
                .isEqualTo(entry.fileShape() + " to " + entry.shape()));
        matrices.put("layer1.0.cbam.ChannelGate.mlp.1.weight", Dicts.unread(4L, 2L));
        assertThatThrownBy(() -> load(Dicts.of(matrices), network))
                .hasMessageContaining("layer1.0.cbam.ChannelGate.mlp.1.weight [4, 2] for [2, 4, 1, 1]");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void weightsGoIntoFrozenGraphsAndOut(Network network) {
        StateDict dict = Dicts.random(network, 2);

        List<String> parts = new ArrayList<>(network.stages());
        parts.addAll(List.of("layer1.0", "fc"));
        for (String part : parts) {
            ComputationGraph graph = GraphWeights.load(
                            dict, network, OPTIONS.frozenUpTo(Optional.of(part)), LoadOptions.STRICT)
                    .graph();
            assertSame(GraphWeights.stateDict(graph, network), dict);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNumberIsWhereDl4jLooksForIt(Network network) {
        StateDict dict = Dicts.random(network, 3);
        ComputationGraph graph = load(dict, network);
        for (Slot slot : network.slots()) {
            Map<String, INDArray> table = graph.getLayer(slot.node().name()).paramTable();
            float[] torch = dict.tensors().get(slot.name()).floats();
            INDArray values = table.get(
                    switch (slot.role()) {
                        case WEIGHT, SLOPE -> "W";
                        case BIAS -> "b";
                        case GAMMA -> "gamma";
                        case BETA -> "beta";
                        case RUNNING_MEAN -> "mean";
                        case RUNNING_VAR -> "var";
                    });
            for (int i = 0; i < torch.length; i++) {
                float value;
                if (slot.role() == Slot.Role.WEIGHT && slot.node().op() instanceof Op.Dense) {
                    long ins = slot.shape().get(1);
                    value = values.getFloat(i % ins, i / ins);
                } else if (slot.role() == Slot.Role.WEIGHT) {
                    long k = slot.shape().get(2);
                    long ins = slot.shape().get(1);
                    value = (float) values.getDouble(i / (ins * k * k), i / (k * k) % ins, i / k % k, i % k);
                } else {
                    value = values.getFloat(i);
                }
                assertThat(value).as("%s[%d]", slot.name(), i).isEqualTo(torch[i]);
            }
        }
    }

    @Test
    void graphsMayBeInDoublePrecision() {
        StateDict dict = Dicts.random(SMALL, 4);
        ComputationGraph graph = GraphWeights.load(dict, SMALL, OPTIONS.dataType(DataType.DOUBLE), LoadOptions.STRICT)
                .graph();

        assertThat(graph.params().castTo(DataType.FLOAT))
                .isEqualTo(load(dict, SMALL).params());
        assertThatThrownBy(() -> GraphWeights.stateDict(graph, SMALL)).hasMessageContaining("the graph is in DOUBLE");
    }

    @Test
    void aGraphOfAnotherNetworkHasNoStateDict() {
        Network other =
                Networks.small(ResNetSpec.Block.BOTTLENECK, ResNetSpec.Shortcut.PROJECTION, Conventions.TORCHVISION);

        assertThatThrownBy(() -> GraphWeights.stateDict(load(Dicts.random(SMALL, 1), SMALL), other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the graph has no layer1.0.conv1.weight of shape [4, 4, 1, 1]");
    }

    @Test
    void kerasLayoutsAreConverted() {
        Network network =
                Networks.small(ResNetSpec.Block.BOTTLENECK, ResNetSpec.Shortcut.PROJECTION, Conventions.KERAS);
        StateDict torch = Dicts.random(network, 5);
        Map<String, Tensor> keras = new LinkedHashMap<>();
        torch.tensors().forEach((name, tensor) -> keras.put(kerasName(name, tensor), Dicts.keras(tensor)));

        GraphWeights.Loaded loaded = GraphWeights.load(Dicts.of(keras), network, OPTIONS, LoadOptions.STRICT);

        assertSame(GraphWeights.stateDict(loaded.graph(), network), torch);
        assertThat(loaded.report().convention()).isEqualTo("Keras Applications");
        assertThat(loaded.report().entries(Status.CONVERTED))
                .hasSize(13)
                .extracting(LoadReport.Entry::detail)
                .containsOnly("HWIO to OIHW", "transposed");
        assertThat(loaded.report().notes()).isEmpty();
    }

    @Test
    void aKerasFileInANetworkOfPyTorchsConventionsIsDoubted() {
        StateDict torch = Dicts.random(SMALL, 5);
        Map<String, Tensor> keras = new LinkedHashMap<>(torch.tensors());
        keras.put("conv1/kernel", Dicts.keras(keras.remove("conv1.weight")));

        GraphWeights.Loaded loaded = GraphWeights.load(Dicts.of(keras), SMALL, OPTIONS, LoadOptions.STRICT);

        assertThat(loaded.report().notes()).singleElement().asString().contains("another batch-norm eps");
        assertSame(GraphWeights.stateDict(loaded.graph(), SMALL), torch);
    }

    private static String kerasName(String name, Tensor tensor) {
        boolean bn = name.matches(".*(bn\\d|downsample\\.1)\\..*");
        String layer = name.substring(0, name.lastIndexOf('.'));
        String role =
                switch (name.substring(name.lastIndexOf('.') + 1)) {
                    case "weight" -> bn ? "gamma" : "kernel";
                    case "bias" -> bn ? "beta" : "bias";
                    case "running_mean" -> "moving_mean";
                    default -> "moving_variance";
                };
        if (layer.equals("fc")) {
            return "predictions/" + role;
        }
        if (!layer.startsWith("layer")) {
            return "conv1_" + (bn ? "bn" : "conv") + "/" + role;
        }
        String[] parts = layer.split("\\.");
        int number = layer.contains("downsample") ? 0 : parts[2].charAt(parts[2].length() - 1) - '0';
        return "conv" + (parts[0].charAt(5) - '0' + 1) + "_block" + (Integer.parseInt(parts[1]) + 1) + "_" + number
                + "_" + (bn ? "bn" : "conv") + "/" + role;
    }

    static Stream<Arguments> types() {
        return Stream.of(
                Arguments.of(DType.F64, 0x3FD5_5555_5555_5555L, 1 / 3f),
                Arguments.of(DType.F16, 0x3555L, 0.333251953125f),
                Arguments.of(DType.BF16, 0x3EABL, 0.333984375f));
    }

    @ParameterizedTest
    @MethodSource("types")
    void otherTypesAreConverted(DType type, long bits, float value) {
        StateDict dict = with("bn1.bias", type, List.of(4L), bits);

        GraphWeights.Loaded loaded = GraphWeights.load(dict, SMALL, OPTIONS, LoadOptions.STRICT);

        assertThat(loaded.report().entries(Status.CONVERTED)).singleElement().satisfies(entry -> {
            assertThat(entry.name()).isEqualTo("bn1.bias");
            assertThat(entry.type()).isEqualTo(type.name());
            assertThat(entry.detail()).isEqualTo(type + " to F32");
        });
        assertThat(loaded.graph().getLayer("bn1").getParam("beta").toFloatVector())
                .containsExactly(value, value, value, value);
    }

    /** The small network's tensors, one of them of this type and full of this value. */
    private static StateDict with(String name, DType type, List<Long> shape, long bits) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(Dicts.random(SMALL, 6).tensors());
        tensors.put(name, Tensor.of(type, shape, (from, into) -> {
            while (into.hasRemaining()) {
                for (int b = 0; b < type.bytes(); b++) {
                    into.put((byte) (bits >> 8 * b));
                }
            }
        }));
        return Dicts.of(tensors);
    }

    static Stream<Arguments> unsound() {
        return Stream.of(
                Arguments.of("conv1.weight", DType.F32, List.of(4L, 3L, 3L, 3L), 0x7FC0_0000L, "the value NaN"),
                Arguments.of("fc.bias", DType.F32, List.of(5L), 0x7F80_0000L, "the value Infinity"),
                Arguments.of("bn1.weight", DType.F16, List.of(4L), 0xFC00L, "the value -Infinity"),
                Arguments.of("bn1.bias", DType.F64, List.of(4L), 0x7FEF_FFFF_FFFF_FFFFL, "the value Infinity"),
                Arguments.of("bn1.running_mean", DType.BF16, List.of(4L), 0x7FC0L, "the value NaN"),
                Arguments.of("bn1.running_var", DType.F32, List.of(4L), 0xB586_37BDL, "a negative variance, -1.0E-6"));
    }

    @ParameterizedTest
    @MethodSource("unsound")
    void whatIsNotFiniteIsRefused(String name, DType type, List<Long> shape, long bits, String problem) {
        StateDict dict = with(name, type, shape, bits);

        BadWeightsException bad = Hostile.rejected(Fault.NONFINITE, 0, () -> load(dict, SMALL));

        assertThat(bad).hasMessageContaining("has " + problem + ", at " + name + "[0]");
        assertThat(bad.place()).isEqualTo(new Location.Named(name));
    }

    @Test
    void negativeZeroAndZeroVariancesAreSound() {
        StateDict dict = with("bn1.running_var", DType.F32, List.of(4L), 0x8000_0000L);

        assertSame(GraphWeights.stateDict(load(dict, SMALL), SMALL), dict);
    }

    @Test
    void aNewHeadBeginsAnew() {
        Network other = Zoo.find("resnet20-cifar").network(SMALL.input(), 7);
        StateDict dict = Dicts.random(Zoo.find("resnet20-cifar").network(), 8);

        GraphWeights.Loaded loaded = GraphWeights.load(dict, other, OPTIONS, NEW_HEAD);

        assertThat(loaded.report().complete()).isTrue();
        assertThat(loaded.report().entries(Status.REPLACED))
                .extracting(LoadReport.Entry::name, LoadReport.Entry::source, LoadReport.Entry::fileShape)
                .containsExactly(
                        tuple("fc.weight", "fc.weight", List.of(10L, 64L)), tuple("fc.bias", "fc.bias", List.of(10L)));
        float[] head =
                loaded.graph().getLayer("fc").getParam("W").dup('c').data().asFloat();
        assertThat(head).hasSize(64 * 7);
        for (float value : head) {
            assertThat(value).isBetween(-0.125f, 0.125f);
        }
        assertThat(Nd4j.create(head).stdNumber().doubleValue()).isCloseTo(0.125 / Math.sqrt(3), within(0.01));
        assertThat(loaded.graph().getLayer("fc").getParam("b").sumNumber().doubleValue())
                .isZero();
        assertThat(GraphWeights.stateDict(loaded.graph(), other)
                        .tensors()
                        .get("conv1.weight")
                        .floats())
                .isEqualTo(dict.tensors().get("conv1.weight").floats());
    }

    @Test
    void aNewHeadDependsOnTheSeedAlone() {
        StateDict dict = Dicts.random(SMALL, 8);
        Map<String, Tensor> headless = new LinkedHashMap<>(dict.tensors());
        headless.remove("fc.weight");
        headless.remove("fc.bias");

        INDArray one = GraphWeights.load(dict, SMALL, OPTIONS, NEW_HEAD).graph().params();
        Nd4j.rand(5);
        INDArray same = GraphWeights.load(Dicts.of(headless), SMALL, OPTIONS.frozenUpTo(Optional.of("fc")), NEW_HEAD)
                .graph()
                .params();
        INDArray other = GraphWeights.load(dict, SMALL, NetworkGraph.Options.seeded(4), NEW_HEAD)
                .graph()
                .params();

        assertThat(same).isEqualTo(one);
        assertThat(other).isNotEqualTo(one);
    }

    /** A graph as DL4J builds it by default. */
    private static ComputationGraph withLogarithms(Network network) {
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(network, OPTIONS);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof BatchNormalization bn) {
                layer.getLayerConf().clearVariables();
                bn.setUseLogStd(true);
            }
        });
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        return graph;
    }

    @Test
    void statisticsGoIntoDl4jsLogarithmsAndOut() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(Dicts.random(SMALL, 9).tensors());
        tensors.put("bn1.running_var", Tensor.of(List.of(4L), new float[] {0, 1, 100, 1e-8f}));
        StateDict dict = Dicts.of(tensors);
        ComputationGraph graph = withLogarithms(SMALL);

        GraphWeights.fill(graph, Matching.of(dict, SMALL, LoadOptions.STRICT).orThrow());

        assertThat(graph.getLayer("bn1").paramTable()).containsKey("log10stdev").doesNotContainKey("var");
        assertThat(graph.getLayer("bn1").getParam("log10stdev").toFloatVector()).containsExactly(-23, 0, 1, -4);
        Map<String, Tensor> back = GraphWeights.stateDict(graph, SMALL).tensors();
        assertThat(back.get("bn1.running_var").floats()).containsExactly(0, 1, 100, 1e-8f);
        tensors.forEach((name, tensor) -> assertThat(back.get(name).floats())
                .as(name)
                .usingComparatorWithPrecision(2e-6f)
                .containsExactly(tensor.floats()));
        INDArray input = Nd4j.rand(DataType.FLOAT, 2, 3, 17, 16);
        INDArray expected = load(dict, SMALL).outputSingle(input);
        assertThat(graph.outputSingle(input).sub(expected).amaxNumber().doubleValue())
                .isLessThan(1e-4);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROJECTION", "PROJECTION_ALL"})
    void aStateDictFollowsTheGraph(ResNetSpec.Shortcut shortcut) {
        Network network = Networks.small(ResNetSpec.Block.BASIC, shortcut, Conventions.TORCHVISION);
        ComputationGraph graph = NetworkGraph.create(network, OPTIONS);
        StateDict dict = GraphWeights.stateDict(graph, network);

        graph.params().addi(1);

        assertThat(dict.tensors().get("fc.bias").floats()).containsOnly(1);
        assertThat(dict.bytes()).isEqualTo(4 * graph.numParams());
    }
}
