package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.layers.Golden;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Operations;
import io.github.resnet4j.zoo.network.Operations.Example;
import io.github.resnet4j.zoo.network.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
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
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** What every operation says of itself and what DL4J makes of it; and both against PyTorch. */
class OperationsTest {
    private static final LayerWorkspaceMgr WORKSPACES = LayerWorkspaceMgr.noWorkspaces();
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

    private static ComputationGraph graph(Network network, DataType type) {
        return NetworkGraph.create(network, new NetworkGraph.Options(3, type, new NoOp(), Optional.empty()));
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
