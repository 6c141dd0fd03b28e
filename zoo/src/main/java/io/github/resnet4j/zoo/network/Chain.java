package io.github.resnet4j.zoo.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A network as units one behind the other, each of which reads nothing but the output of the one before. A lesion study
 * removes them and swaps them (Veit et al. 2016, arXiv:1605.06431).
 *
 * <p>The units of a residual network are its blocks, and what stands before, between and behind them. A network without
 * residual blocks (plain, VGG) is cut into its layers: a convolution or dense layer with the normalisation and activation
 * behind it. Blocks are found in the nodes alone, whatever the family.
 *
 * @param network the whole
 * @param units the first reads the image, the last gives the logits
 */
public record Chain(Network network, List<Unit> units) {
    public Chain {
        units = List.copyOf(units);
    }

    /** What a unit is. */
    public enum Kind {
        /** A residual block. */
        BLOCK,
        /** A layer with weights of a network without residual blocks. */
        LAYER,
        /** Stem, head, pooling: nothing that a study removes. */
        OTHER
    }

    /**
     * A part of the network. The image of its networks is the map that enters it; one without nodes is the identity.
     *
     * @param name the block's, the layer's, or what it belongs to
     * @param whole all of it
     * @param without what is left when its branch or its layer is removed: the shortcut, and what comes behind the sum;
     *     absent where a removal would change the shape, or leave no logits
     * @param residual its parts, if it is a block
     */
    public record Unit(String name, Kind kind, Network whole, Optional<Network> without, Optional<Residual> residual) {
        /** Whether its output has the shape of its input; a down-sampling block's has another. */
        public boolean keepsShape() {
            return whole.input().equals(whole.out());
        }
    }

    /**
     * A block as {@code tail(branch(x) + shortcut(x))}.
     *
     * @param branch what deletion removes, already multiplied by its probability of survival, if it has one
     * @param shortcut the identity in most blocks
     * @param tail what comes behind the sum: nothing in pre-activation networks, a ReLU in the original ones
     */
    public record Residual(Network branch, Network shortcut, Network tail) {}

    /**
     * Cuts a network.
     *
     * @throws IllegalArgumentException if it has no residual blocks and is no chain of layers, such as a DenseNet, or
     *     something bypasses one of its blocks
     */
    public static Chain of(Network network) {
        List<Run> runs = runs(network);
        boolean residual = runs.stream().anyMatch(run -> run.block.isPresent());
        return new Chain(network, residual ? blocks(network, runs) : layers(network));
    }

    /** Whether there are residual blocks; otherwise the units to remove are layers. */
    public boolean residual() {
        return units.stream().anyMatch(unit -> unit.kind == Kind.BLOCK);
    }

    /**
     * Several units as one network.
     *
     * @param first position of the first unit
     * @param last position of the last one, which gives the output
     * @throws IndexOutOfBoundsException if there are no such units
     */
    public Network stretch(int first, int last) {
        Objects.checkFromToIndex(first, last + 1, units.size());
        List<Node> nodes = new ArrayList<>();
        String entry = Network.INPUT;
        for (Unit unit : units.subList(first, last + 1)) {
            String before = entry;
            for (Node node : unit.whole.nodes()) {
                nodes.add(new Node(
                        node.name(),
                        node.op(),
                        node.inputs().stream()
                                .map(input -> input.equals(Network.INPUT) ? before : input)
                                .toList(),
                        node.stage(),
                        node.inputShapes()));
            }
            entry = nodes.get(nodes.size() - 1).name();
        }
        int channels = nodes.get(nodes.size() - 1).out().channels();
        return new Network(network.name(), units.get(first).whole.input(), channels, nodes);
    }

    /** Neighbouring nodes of one block, or of none. */
    private record Run(Optional<String> block, List<Node> nodes) {}

    /** The blocks that have a sum of two values, and the runs of other nodes. */
    private static List<Run> runs(Network network) {
        Set<String> summing = network.nodes().stream()
                .filter(node -> isSum(node))
                .flatMap(node -> network.block(node).stream())
                .collect(Collectors.toSet());
        List<Run> runs = new ArrayList<>();
        for (Node node : network.nodes()) {
            Optional<String> block = network.block(node).filter(summing::contains);
            if (runs.isEmpty() || !runs.get(runs.size() - 1).block.equals(block)) {
                runs.add(new Run(block, new ArrayList<>()));
            }
            runs.get(runs.size() - 1).nodes.add(node);
        }
        return runs;
    }

    private static boolean isSum(Node node) {
        return (node.op() instanceof Op.Add || node.op() instanceof Op.StochasticSum)
                && node.inputs().size() == 2
                && !node.inputs().get(0).equals(node.inputs().get(1));
    }

    private static List<Unit> blocks(Network network, List<Run> runs) {
        List<Unit> units = new ArrayList<>();
        String entry = Network.INPUT;
        Shape in = network.input();
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            requireOneEntry(network, run, entry);
            Node exit = exit(network, run, runs.subList(i + 1, runs.size()));
            Piece piece = new Piece(run.nodes, entry, in);
            Network whole = piece.network(network.name(), exit.name(), Map.of());
            Optional<Unit> block = run.block.flatMap(name -> block(network, name, piece, whole, exit));
            units.add(block.orElseGet(() -> new Unit(
                    run.block.orElse(run.nodes.get(0).stage()),
                    Kind.OTHER,
                    whole,
                    Optional.empty(),
                    Optional.empty())));
            entry = exit.name();
            in = exit.out();
        }
        return units;
    }

    private static void requireOneEntry(Network network, Run run, String entry) {
        Set<String> own = run.nodes.stream().map(Node::name).collect(Collectors.toSet());
        for (Node node : run.nodes) {
            for (String input : node.inputs()) {
                if (!input.equals(entry) && !own.contains(input)) {
                    throw new IllegalArgumentException(network.name() + " is no chain of blocks: " + node.name()
                            + " reads " + input + ", past " + entry);
                }
            }
        }
    }

    /** The node that the runs behind this one read; of the last run, the logits. */
    private static Node exit(Network network, Run run, List<Run> behind) {
        Set<String> read = behind.stream()
                .flatMap(other -> other.nodes.stream())
                .flatMap(node -> node.inputs().stream())
                .collect(Collectors.toSet());
        List<Node> exits = behind.isEmpty()
                ? List.of(run.nodes.get(run.nodes.size() - 1))
                : run.nodes.stream().filter(node -> read.contains(node.name())).toList();
        if (exits.size() != 1) {
            throw new IllegalArgumentException(network.name() + " is no chain of blocks: what follows "
                    + run.nodes.get(run.nodes.size() - 1).name() + " reads "
                    + exits.stream().map(Node::name).collect(Collectors.joining(" and ")));
        }
        return exits.get(0);
    }

    /** The last sum that everything behind it depends on makes the run a residual block. */
    private static Optional<Unit> block(Network network, String name, Piece piece, Network whole, Node exit) {
        List<Node> sums = piece.nodes.stream().filter(Chain::isSum).toList();
        for (int i = sums.size() - 1; i >= 0; i--) {
            Node sum = sums.get(i);
            Piece behind = new Piece(piece.nodes, sum.name(), sum.out());
            if (behind.bypassed(exit.name(), piece.entry)) {
                continue;
            }
            Network first = piece.network(network.name(), sum.inputs().get(0), Map.of());
            Network second = piece.network(network.name(), sum.inputs().get(1), Map.of());
            // Whoever wrote the sum, the branch is where the work is done.
            boolean inOrder = sum.op() instanceof Op.StochasticSum || first.macs() >= second.macs();
            Network shortcut = inOrder ? second : first;
            String kept = sum.inputs().get(inOrder ? 1 : 0);
            return Optional.of(new Unit(
                    name,
                    Kind.BLOCK,
                    whole,
                    Optional.of(piece.network(network.name(), exit.name(), Map.of(sum.name(), kept))),
                    Optional.of(new Residual(
                            surviving(inOrder ? first : second, sum),
                            shortcut,
                            behind.network(network.name(), exit.name(), Map.of())))));
        }
        return Optional.empty();
    }

    private static Network surviving(Network branch, Node sum) {
        if (!(sum.op() instanceof Op.StochasticSum stochastic) || stochastic.atTest() == 1) {
            return branch;
        }
        List<Node> nodes = new ArrayList<>(branch.nodes());
        nodes.add(new Node(
                sum.name() + ".survival",
                new Op.Scale(stochastic.atTest()),
                List.of(
                        nodes.isEmpty()
                                ? Network.INPUT
                                : nodes.get(nodes.size() - 1).name()),
                sum.stage(),
                List.of(branch.out())));
        return new Network(branch.name(), branch.input(), branch.classes(), nodes);
    }

    private static List<Unit> layers(Network network) {
        List<List<Node>> groups = new ArrayList<>();
        String before = Network.INPUT;
        boolean padded = false;
        for (Node node : network.nodes()) {
            if (!node.inputs().equals(List.of(before))) {
                throw new IllegalArgumentException(network.name()
                        + " has neither residual blocks, in which a branch and a shortcut are added, nor a single chain of"
                        + " layers: " + node.name() + " reads " + String.join(" and ", node.inputs()));
            }
            boolean joins = node.op() instanceof Op.SameShape || padded && isWeighted(node);
            if (groups.isEmpty() || !joins) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(node);
            padded = node.op() instanceof Op.ZeroPad;
            before = node.name();
        }
        List<Unit> units = new ArrayList<>();
        String entry = Network.INPUT;
        Shape in = network.input();
        for (List<Node> group : groups) {
            Node last = group.get(group.size() - 1);
            Network whole = new Piece(group, entry, in).network(network.name(), last.name(), Map.of());
            Optional<Node> layer = group.stream().filter(Chain::isWeighted).findFirst();
            boolean removable = layer.isPresent() && in.equals(last.out()) && units.size() < groups.size() - 1;
            units.add(new Unit(
                    layer.orElse(group.get(0)).name(),
                    layer.isPresent() ? Kind.LAYER : Kind.OTHER,
                    whole,
                    removable
                            ? Optional.of(new Network(network.name(), in, in.channels(), List.of()))
                            : Optional.empty(),
                    Optional.empty()));
            entry = last.name();
            in = last.out();
        }
        return units;
    }

    private static boolean isWeighted(Node node) {
        return node.op() instanceof Op.Convolution || node.op() instanceof Op.Dense;
    }

    /**
     * Nodes of which networks are made.
     *
     * @param entry what their image is called among them
     * @param in its shape
     */
    private record Piece(List<Node> nodes, String entry, Shape in) {

        /**
         * The nodes that {@code output} depends on, as a network of their own.
         *
         * @param instead nodes whose readers read another one
         */
        Network network(String name, String output, Map<String, String> instead) {
            Map<String, String> renamed = new HashMap<>(instead);
            if (!entry.equals(Network.INPUT)) {
                renamed.put(entry, Network.INPUT);
            }
            Set<String> needed = ancestors(resolve(output, renamed), renamed);
            List<Node> kept = nodes.stream()
                    .filter(node -> needed.contains(node.name()))
                    .map(node -> new Node(
                            node.name(),
                            node.op(),
                            node.inputs().stream()
                                    .map(input -> resolve(input, renamed))
                                    .toList(),
                            node.stage(),
                            node.inputShapes()))
                    .toList();
            int channels = (kept.isEmpty() ? in : kept.get(kept.size() - 1).out()).channels();
            return new Network(name, in, channels, kept);
        }

        /** Whether {@code output} depends on {@code source} otherwise than through the entry. */
        boolean bypassed(String output, String source) {
            return ancestors(output, Map.of(entry, "")).contains(source);
        }

        private Set<String> ancestors(String output, Map<String, String> renamed) {
            Map<String, Node> byName = new LinkedHashMap<>();
            nodes.forEach(node -> byName.put(node.name(), node));
            Set<String> found = new LinkedHashSet<>();
            Deque<String> open = new ArrayDeque<>(List.of(resolve(output, renamed)));
            while (!open.isEmpty()) {
                String name = open.pop();
                if (found.add(name) && byName.containsKey(name)) {
                    byName.get(name).inputs().forEach(input -> open.push(resolve(input, renamed)));
                }
            }
            return found;
        }

        private static String resolve(String name, Map<String, String> renamed) {
            String resolved = name;
            Set<String> seen = new HashSet<>();
            while (renamed.containsKey(resolved) && seen.add(resolved)) {
                resolved = renamed.get(resolved);
            }
            return resolved;
        }
    }
}
