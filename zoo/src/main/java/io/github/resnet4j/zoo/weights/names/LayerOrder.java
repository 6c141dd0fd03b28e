package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells which layer of a file is which of a network's by their order and shapes alone. A file lists layers in an order in
 * which the network could compute them; where two branches run side by side there are many such orders, and Keras' depends
 * on the depth of both. So a layer of the file can be a layer of the network if their shapes agree and whatever comes
 * before it in the network comes before it in the file. There may be no such assignment of all layers, one, or several;
 * only one is an answer.
 *
 * <p>Goes through the file layer by layer and keeps every set of the network's layers that may be done by then, with the
 * steps that lead there: in a network of blocks there are few, since a block begins when all before it is done.
 */
final class LayerOrder {
    private static final int MAX_STATES = 1_000;

    private final List<Node> nodes;
    private final List<BitSet> before = new ArrayList<>();

    /** A layer of the file: its name, and whatever must be equal. */
    record Layer(String name, Traits traits) {
        Layer(String name, List<Long> shape) {
            this(name, Traits.of(shape));
        }
    }

    /**
     * What a layer of the file and one of the network have in common if they are the same.
     *
     * @param shape of its weights
     * @param before how many layers of its kind it depends on, directly or not; 0 if the file does not tell
     * @param after how many depend on it
     */
    record Traits(List<Long> shape, int before, int after) {
        static Traits of(List<Long> shape) {
            return new Traits(shape, 0, 0);
        }
    }

    /** What came of it. */
    sealed interface Outcome {
        /** The only assignment: nodes by the names of the file's layers. */
        record Assigned(Map<String, Node> nodes) implements Outcome {}

        /** There is none, or there are several; in words. */
        record Refused(String why) implements Outcome {}
    }

    /** A set of layers that are done, and all the orders that lead to it. */
    private record State(BitSet done, List<Step> steps) {}

    private record Step(State from, int node) {}

    /** The layers of one kind, and for each those that come before it. */
    private LayerOrder(Network network, List<Node> nodes) {
        this.nodes = nodes;
        Map<String, BitSet> ancestors = new HashMap<>();
        for (Node node : network.nodes()) {
            BitSet seen = new BitSet();
            node.inputs().forEach(input -> seen.or(ancestors.getOrDefault(input, new BitSet())));
            if (before.size() < nodes.size() && node.equals(nodes.get(before.size()))) {
                before.add((BitSet) seen.clone());
                seen.set(before.size() - 1);
            }
            ancestors.put(node.name(), seen);
        }
    }

    /**
     * Assigns layers.
     *
     * @param kind which nodes are meant
     * @param layers in the file's order
     * @param traits of a node, to be compared with a layer's
     */
    static Outcome assign(Network network, Predicate<Node> kind, List<Layer> layers, Function<Node, Traits> traits) {
        List<Node> nodes = network.nodes().stream().filter(kind).toList();
        return layers.size() == nodes.size()
                ? new LayerOrder(network, nodes)
                        .assign(layers, nodes.stream().map(traits).toList())
                : new Outcome.Refused("the file has " + layers.size() + " such layers, the network " + nodes.size());
    }

    private Outcome assign(List<Layer> layers, List<Traits> traits) {
        Collection<State> states = List.of(new State(new BitSet(), List.of()));
        for (Layer layer : layers) {
            Map<BitSet, State> next = new LinkedHashMap<>();
            for (State state : states) {
                for (int node = state.done().nextClearBit(0);
                        node < nodes.size();
                        node = state.done().nextClearBit(node + 1)) {
                    if (traits.get(node).equals(layer.traits()) && contains(state.done(), before.get(node))) {
                        BitSet done = (BitSet) state.done().clone();
                        done.set(node);
                        next.computeIfAbsent(done, set -> new State(set, new ArrayList<>()))
                                .steps()
                                .add(new Step(state, node));
                    }
                }
            }
            if (next.isEmpty()) {
                return new Outcome.Refused(layer.name() + ", of shape "
                        + layer.traits().shape() + ", has no place in the network's order");
            }
            if (next.size() > MAX_STATES) {
                return new Outcome.Refused("at " + layer.name() + " there are more possibilities than can be tried");
            }
            states = next.values();
        }
        return outcome(layers, states.iterator().next());
    }

    private Outcome outcome(List<Layer> layers, State last) {
        Map<String, Node> assigned = new LinkedHashMap<>();
        State state = last;
        for (int i = layers.size() - 1; i >= 0; i--) {
            if (state.steps().size() > 1) {
                return new Outcome.Refused(several(layers.subList(0, i + 1), state));
            }
            Step step = state.steps().get(0);
            assigned.put(layers.get(i).name(), nodes.get(step.node()));
            state = step.from();
        }
        return new Outcome.Assigned(assigned);
    }

    /** Two ways to one state: they differ in the last layer, and in others, which are a permutation. */
    private String several(List<Layer> layers, State state) {
        List<String> names = new ArrayList<>();
        List<String> places = new ArrayList<>();
        Step one = state.steps().get(0);
        Step other = state.steps().get(1);
        for (int i = layers.size() - 1; ; i--) {
            if (one.node() != other.node()) {
                names.add(0, layers.get(i).name());
                places.add(0, nodes.get(one.node()).name());
            }
            if (one.from() == other.from()) {
                return String.join(" and ", names) + " could be " + String.join(" and ", places)
                        + ", in more than one order";
            }
            one = one.from().steps().get(0);
            other = other.from().steps().get(0);
        }
    }

    private static boolean contains(BitSet set, BitSet subset) {
        BitSet rest = (BitSet) subset.clone();
        rest.andNot(set);
        return rest.isEmpty();
    }
}
