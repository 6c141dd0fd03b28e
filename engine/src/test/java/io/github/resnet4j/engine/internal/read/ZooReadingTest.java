package io.github.resnet4j.engine.internal.read;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the zoo can be read, and what is read is what the zoo's table says. */
class ZooReadingTest {
    static Stream<String> names() {
        return Zoo.list().stream().map(Architecture::name);
    }

    private static ComputationGraph graph(Network network, Optional<String> frozenUpTo) {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1).frozenUpTo(frozenUpTo);
        return Graphs.unset(NetworkGraph.configuration(network, options));
    }

    private static Extent extent(Shape shape) {
        return new Extent(shape.channels(), shape.height(), shape.width());
    }

    private static Extent extent(InputType type) {
        return type instanceof InputType.InputTypeConvolutional map
                ? new Extent((int) map.getChannels(), (int) map.getHeight(), (int) map.getWidth())
                : new Extent((int) type.arrayElementsPerExample(), 1, 1);
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsEveryNode(String name) {
        Network network = Zoo.find(name).network();
        ComputationGraph graph = graph(network, Optional.empty());
        Map<String, Extent> expected = new HashMap<>();
        expected.put(Network.INPUT, extent(network.input()));
        network.nodes().forEach(node -> expected.put(node.name(), extent(node.out())));
        expected.put(NetworkGraph.output(network), extent(network.out()));

        Program training = GraphReader.training(graph, extent(network.input()));
        assertThat(extents(training)).isEqualTo(expected);
        assertThat(training.nodes()).hasSize(expected.size()).noneMatch(ProgramNode::frozen);
        assertThat(parameters(training)).isEqualTo(segments(graph));

        expected.keySet().removeAll(dropouts(network));
        if (network.output() instanceof Output.Values) {
            expected.remove(NetworkGraph.VALUES); // it puts them out as they are
        }
        Program inference = GraphReader.inference(graph, List.of(), extent(network.input()));
        assertThat(extents(inference)).isEqualTo(expected);
        assertThat(inference.nodes()).hasSize(expected.size()).allMatch(ProgramNode::frozen);
        assertThat(parameters(inference)).isEqualTo(segments(graph));
        graph.params().close();
    }

    /** DL4J's own idea of the sizes; another size than the graph was built for, where it takes one. */
    @ParameterizedTest
    @MethodSource("names")
    void agreesWithDl4jOnExtents(String name) {
        Network network = Zoo.find(name).network();
        ComputationGraph graph = graph(network, Optional.empty());
        boolean flattens = network.nodes().stream()
                .anyMatch(node -> node.op() instanceof Op.Dense
                        && node.in().elements() > node.in().channels());
        Extent image = new Extent(
                network.input().channels(),
                network.input().height() + (flattens ? 0 : 32),
                network.input().width() + (flattens ? 0 : 16));
        Map<String, InputType> types = graph.getConfiguration()
                .getLayerActivationTypes(InputType.convolutional(image.height(), image.width(), image.channels()));
        types.remove(NetworkGraph.output(network)); // a loss layer puts out nothing, DL4J thinks
        Shape whole = new Shape(image.channels(), image.height(), image.width());

        Program program = GraphReader.inference(graph, List.of(), image);
        Map<String, Extent> expected = new HashMap<>();
        types.forEach((vertex, type) -> expected.put(vertex, extent(type)));
        Shape logits = network.output() instanceof Output.ClassMap
                ? Zoo.find(name).network(whole, network.classes()).out()
                : network.out();
        if (!(network.output() instanceof Output.Values)) { // it puts them out as they are
            expected.put(NetworkGraph.SOFTMAX, extent(logits));
        }
        expected.keySet().removeAll(dropouts(network));
        assertThat(extents(program)).isEqualTo(expected);
        graph.params().close();
    }

    /** What does nothing in inference, and is not in its program. */
    private static List<String> dropouts(Network network) {
        return network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Dropout)
                .map(Node::name)
                .toList();
    }

    @Test
    void resNet20HasThePapersOperations() {
        Network network = Zoo.find("resnet20-cifar").network();
        Program program = GraphReader.training(graph(network, Optional.empty()), new Extent(3, 32, 32));
        assertThat(program.nodes().stream()
                        .collect(groupingBy(node -> node.op().getClass().getSimpleName(), counting())))
                .containsOnly(
                        Map.entry("Input", 1L),
                        Map.entry("Convolution", 19L),
                        Map.entry("BatchNorm", 19L),
                        Map.entry("Activation", 19L),
                        Map.entry("Add", 9L),
                        Map.entry("ZeroPadShortcut", 2L),
                        Map.entry("AvgPool", 1L),
                        Map.entry("Dense", 1L),
                        Map.entry("SoftmaxCrossEntropy", 1L));
        assertThat(program.outputs()).containsExactly(program.nodes().size() - 1);
    }

    @Test
    void aFrozenPartIsFrozenAndTheRestIsNot() {
        Network network = Zoo.find("resnet20-cifar").network();
        ComputationGraph graph = graph(network, Optional.of("layer2.0"));
        Set<String> frozen = new HashSet<>();
        network.upTo("layer2.0").forEach(node -> frozen.add(node.name()));

        assertThat(Demand.unmet(graph, Set.of())).isEmpty();
        Program program = GraphReader.training(graph, new Extent(3, 32, 32));
        for (ProgramNode node : program.nodes()) {
            assertThat(node.frozen()).as(node.name()).isEqualTo(frozen.contains(node.name()));
            if (node.op() instanceof Operation.BatchNorm norm) {
                assertThat(norm.batchStatistics()).as(node.name()).isNotEqualTo(node.frozen());
            }
        }
    }

    private static Map<String, Extent> extents(Program program) {
        Map<String, Extent> extents = new HashMap<>();
        program.nodes().forEach(node -> extents.put(node.name(), node.extent()));
        return extents;
    }

    private static Set<Parameter> parameters(Program program) {
        List<Parameter> found = new ArrayList<>();
        for (ProgramNode node : program.nodes()) {
            if (node.op() instanceof Operation.Convolution convolution) {
                found.add(convolution.weight());
                convolution.bias().ifPresent(found::add);
            } else if (node.op() instanceof Operation.Dense dense) {
                found.add(dense.weight());
                dense.bias().ifPresent(found::add);
            } else if (node.op() instanceof Operation.BatchNorm norm) {
                found.addAll(List.of(norm.gamma(), norm.beta(), norm.mean(), norm.variance()));
            }
        }
        assertThat(found).doesNotHaveDuplicates();
        return new HashSet<>(found);
    }

    private static Set<Parameter> segments(ComputationGraph graph) {
        Set<Parameter> segments = new HashSet<>();
        ParameterLayout.of(graph)
                .segments()
                .forEach(segment -> segments.add(new Parameter(segment.offset(), segment.length())));
        return segments;
    }
}
