package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.weights.StateDict.Operation;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Layer;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Outcome;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Traits;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Tells the layers of a file with a graph apart, whatever they are called: by their order, their shapes, and how many others
 * come before and after each of them. The projection of a residual block has the shape of its last convolution, but
 * depends on fewer layers.
 */
final class GraphOrder {
    private static final String CONVENTION = "ONNX, matched by the graph";

    /** The ancestors of so many operations are looked at; a network of a thousand layers has 5,000. */
    private static final int MAX_OPERATIONS = 1 << 14;

    private final List<Operation> graph;
    private final Map<String, Named> bySource = new HashMap<>();
    private final List<Named> tensors;
    private final Map<Operation.Kind, List<Layer>> layers = new HashMap<>();
    private final Map<String, Operation> operations = new HashMap<>();

    private enum Kind {
        CONVOLUTION(Operation.Kind.CONVOLUTION, "convolutions", Op.Convolution.class),
        BATCH_NORM(Operation.Kind.BATCH_NORM, "batch normalisations", Op.BatchNorm.class),
        DENSE(Operation.Kind.DENSE, "dense layers", Op.Dense.class);

        private final Operation.Kind kind;
        private final String title;
        private final Class<? extends Op> op;

        Kind(Operation.Kind kind, String title, Class<? extends Op> op) {
            this.kind = kind;
            this.title = title;
            this.op = op;
        }

        /** What must be equal; the classes may be others. */
        private List<Long> shape(List<Long> weight) {
            return this == DENSE && weight.size() == 2 ? weight.subList(1, 2) : weight;
        }
    }

    private GraphOrder(List<Operation> graph, List<Named> tensors) {
        this.graph = graph;
        this.tensors = tensors;
        tensors.forEach(tensor -> bySource.put(tensor.source(), tensor));
        for (Kind kind : Kind.values()) {
            layers.put(kind.kind, layers(kind));
        }
    }

    /**
     * The layers of a graph.
     *
     * @param graph of a file, if it has one
     * @param tensors of the file
     */
    static GraphOrder of(List<Operation> graph, List<Named> tensors) {
        return new GraphOrder(graph.size() > MAX_OPERATIONS ? List.of() : graph, tensors);
    }

    private List<Layer> layers(Kind kind) {
        BitSet places = new BitSet();
        for (int i = 0; i < graph.size(); i++) {
            places.set(i, isOf(graph.get(i), kind));
        }
        if (places.isEmpty()) {
            return List.of();
        }
        Ancestry ancestry = Ancestry.of(graph.stream().map(Operation::inputs).toList(), places);
        List<Layer> found = new ArrayList<>();
        places.stream().forEach(place -> {
            String weight = graph.get(place).tensors().get("weight");
            String name = weight + " (" + kind.title + " " + (found.size() + 1) + ")";
            List<Long> shape = kind.shape(bySource.get(weight).torchShape());
            found.add(new Layer(
                    name, new Traits(shape, ancestry.before()[found.size()], ancestry.after()[found.size()])));
            operations.put(name, graph.get(place));
        });
        return found;
    }

    private boolean isOf(Operation operation, Kind kind) {
        return operation.kind() == kind.kind
                && bySource.containsKey(operation.tensors().get("weight"));
    }

    /** Whether there is a graph at all, and not one convolution of the network is in the file by its name. */
    boolean isNeeded(Reading named, Network network) {
        return !graph.isEmpty()
                && network.nodes().stream()
                        .filter(node -> node.op() instanceof Op.Convolution)
                        .noneMatch(node ->
                                named.tensors().containsKey(node.slots().get(0).name()));
    }

    /** The tensors by a network's names, or by their own, with a note that says why. */
    Reading reading(Reading named, Network network) {
        Map<String, Node> nodes = new HashMap<>();
        List<String> refusals = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            Outcome outcome = assign(kind, network);
            if (outcome instanceof Outcome.Assigned assigned) {
                nodes.putAll(assigned.nodes());
            } else if (outcome instanceof Outcome.Refused refused) {
                refusals.add(kind.title + ": " + refused.why());
            }
        }
        return refusals.isEmpty()
                ? Reading.of(
                        CONVENTION,
                        assigned(nodes),
                        "the layers have other names: matched by the graph's order and shapes, which leave only one"
                                + " possibility")
                : named.refused("its layers have other names, and its graph does not tell them apart or is another: "
                        + String.join("; ", refusals) + "; map the names with --map FILE");
    }

    private Outcome assign(Kind kind, Network network) {
        List<Layer> found = layers.get(kind.kind);
        List<Node> all = network.nodes();
        Predicate<Node> meant = node -> kind.op.isInstance(node.op());
        if (kind == Kind.BATCH_NORM
                && found.size() != all.stream().filter(meant).count()) {
            Map<String, Node> byName = new HashMap<>();
            all.forEach(node -> byName.put(node.name(), node));
            meant = meant.and(node -> !Folding.isFoldable(node, byName));
        }
        if (found.size() != all.stream().filter(meant).count()) {
            return LayerOrder.assign(network, meant, found, node -> Traits.of(List.of()));
        }
        Map<Node, Traits> traits = traits(kind, all, meant);
        return LayerOrder.assign(network, meant, found, traits::get);
    }

    private static Map<Node, Traits> traits(Kind kind, List<Node> nodes, Predicate<Node> meant) {
        Map<String, Integer> places = new HashMap<>();
        List<List<Integer>> inputs = new ArrayList<>();
        BitSet chosen = new BitSet();
        for (Node node : nodes) {
            inputs.add(node.inputs().stream()
                    .filter(places::containsKey)
                    .map(places::get)
                    .toList());
            chosen.set(places.size(), meant.test(node));
            places.put(node.name(), places.size());
        }
        Ancestry ancestry = Ancestry.of(inputs, chosen);
        Map<Node, Traits> traits = new LinkedHashMap<>();
        chosen.stream().mapToObj(nodes::get).forEach(node -> {
            int place = traits.size();
            traits.put(
                    node,
                    new Traits(
                            kind.shape(node.slots().get(0).shape()),
                            ancestry.before()[place],
                            ancestry.after()[place]));
        });
        return traits;
    }

    /** All tensors, those of layers by the names of their nodes. */
    private List<Named> assigned(Map<String, Node> nodes) {
        List<Named> all = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        nodes.forEach((layer, node) -> operations.get(layer).tensors().forEach((role, source) -> {
            if (bySource.containsKey(source)) {
                all.add(bySource.get(source).as(node.name() + "." + role));
                sources.add(source);
            }
        }));
        Map<String, Boolean> taken = new HashMap<>();
        sources.forEach(source -> taken.put(source, true));
        tensors.stream().filter(tensor -> !taken.containsKey(tensor.source())).forEach(all::add);
        return all;
    }
}
