package io.github.resnet4j.zoo.network;

import io.github.resnet4j.files.Suggest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A whole network: its nodes in topological order. DL4J stores parameters in an order of its own.
 *
 * @param name the architecture's name
 * @param input shape of one image
 * @param classes number of logits; of {@linkplain Output.Values values}, their channels
 * @param nodes the operations; the last one gives the logits or values
 * @param auxiliary heads of training alone, beside the last node's
 * @param output what the value of the last node means
 */
public record Network(
        String name, Shape input, int classes, List<Node> nodes, List<Auxiliary> auxiliary, Output output) {
    /** Name of the image as a node's input. */
    public static final String INPUT = "input";
    /** Stage of everything before the first block. */
    public static final String STEM = "stem";
    /** Stage of pooling and classifier. */
    public static final String HEAD = "head";

    /**
     * Logits for the same labels in the middle of a network, whose loss gives the layers below a gradient of their own
     * (Szegedy et al. 2015, section 5). The loss of training is that of the last node's logits plus each of these,
     * weighted. Only training computes them: what a network answers does not depend on them, and neither does its loss
     * elsewhere.
     *
     * @param logits name of the node
     * @param weight of the loss, above 0
     */
    public record Auxiliary(String logits, double weight) {
        public Auxiliary {
            if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the loss of " + logits + " needs a weight above 0, got " + weight);
            }
        }
    }

    public Network {
        nodes = List.copyOf(nodes);
        auxiliary = List.copyOf(auxiliary);
    }

    /** One of {@link Output.Classes classes}. */
    public Network(String name, Shape input, int classes, List<Node> nodes, List<Auxiliary> auxiliary) {
        this(name, input, classes, nodes, auxiliary, new Output.Classes());
    }

    /** The same without auxiliary heads. */
    public Network(String name, Shape input, int classes, List<Node> nodes) {
        this(name, input, classes, nodes, List.of());
    }

    /**
     * Whether {@code node} gives logits, the network's or auxiliary ones, or is on the way from the layer that makes them:
     * its shape depends on the classes.
     */
    public boolean isHead(Node node) {
        boolean found = false;
        for (Node logits : logits()) {
            found |= upToLayer(logits).contains(node);
        }
        return found;
    }

    /**
     * The layers that make the logits, dense ones or convolutions: the network's, then those of auxiliary heads. None is that
     * of a network that ends in something else.
     */
    public List<Node> heads() {
        return logits().stream()
                .map(this::upToLayer)
                .map(way -> way.get(way.size() - 1))
                .filter(Network::isLayer)
                .toList();
    }

    private List<Node> logits() {
        List<Node> logits = new ArrayList<>();
        if (!nodes.isEmpty()) {
            logits.add(nodes.get(nodes.size() - 1));
        }
        auxiliary.forEach(head -> logits.add(node(head.logits())));
        return logits;
    }

    private static boolean isLayer(Node node) {
        return node.op() instanceof Op.Dense || node.op() instanceof Op.Convolution;
    }

    /** From a node back over what changes no more than the size of a map, or adds a constant. */
    private List<Node> upToLayer(Node last) {
        List<Node> way = new ArrayList<>(List.of(last));
        Node at = last;
        while ((at.op() instanceof Op.Resize || at.op() instanceof Op.Shift)
                && !at.inputs().get(0).equals(INPUT)) {
            at = node(at.inputs().get(0));
            way.add(at);
        }
        return way;
    }

    private Node node(String called) {
        return nodes.stream()
                .filter(node -> node.name().equals(called))
                .findFirst()
                .orElseThrow(() -> unknownPart(called));
    }

    /** Every tensor the network keeps, node by node: the keys and shapes of its PyTorch state dict. */
    public List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        nodes.forEach(node -> node.addSlots(slots));
        return Collections.unmodifiableList(slots);
    }

    /** Whether both have the same logits outside training if they have the same weights and images. */
    public boolean computesAs(Network other) {
        Evaluated values = new Evaluated();
        return input.equals(other.input) && values.logits(this) == values.logits(other);
    }

    /** Trained values; equals PyTorch's count of parameters. */
    public long parameters() {
        return nodes.stream().mapToLong(Node::parameters).sum();
    }

    /** BN running means and variances. DL4J's {@code numParams()} is {@link #parameters()} plus this. */
    public long statistics() {
        return nodes.stream().mapToLong(Node::statistics).sum();
    }

    /** Multiply-adds for one image. */
    public long macs() {
        return nodes.stream().mapToLong(Node::macs).sum();
    }

    /** The stages in order: {@code stem}, {@code layer1}, … {@code head}. */
    public Set<String> stages() {
        Set<String> stages = new LinkedHashSet<>();
        nodes.forEach(node -> stages.add(node.stage()));
        return stages;
    }

    /** The node whose output leaves {@code stage}. */
    public Node lastOf(String stage) {
        return nodes.stream()
                .filter(node -> node.stage().equals(stage))
                .reduce((first, second) -> second)
                .orElseThrow(() -> unknownPart(stage));
    }

    /**
     * The nodes from the input up to and including a part of the network: a stage ({@code layer2}), a block
     * ({@code layer2.0}), a node ({@code layer2.0.bn1}) or {@code stem}.
     *
     * @throws IllegalArgumentException if there is no such part; the message has the nearest name
     */
    public List<Node> upTo(String part) {
        List<Node> within = part(part);
        return nodes.subList(0, nodes.indexOf(within.get(within.size() - 1)) + 1);
    }

    /**
     * The nodes of a part of the network: a stage ({@code layer2}), a block ({@code layer2.0}), a node ({@code
     * layer2.0.bn1}) or {@code stem}.
     *
     * @throws IllegalArgumentException if there is no such part; the message has the nearest name
     */
    public List<Node> part(String part) {
        List<Node> within = nodes.stream()
                .filter(node -> node.name().equals(part)
                        || node.stage().equals(part)
                        || node.name().startsWith(part + "."))
                .toList();
        if (within.isEmpty()) {
            throw unknownPart(part);
        }
        return within;
    }

    /**
     * The last node whose value is the same for the same image in every step of a training that leaves some nodes as they
     * are, if the logits depend on the image through that value alone. What stands before it need be computed only once for
     * an image.
     *
     * @param frozen names of nodes that keep their parameters and statistics and run in inference mode
     */
    public Optional<Node> lastFixed(Set<String> frozen) {
        Set<String> fixed = new HashSet<>(Set.of(INPUT));
        for (Node node : nodes) {
            boolean changes = node.parameters() > 0 || node.op() instanceof Op.Dropout;
            if (fixed.containsAll(node.inputs())
                    && !(node.op() instanceof Op.StochasticSum sum && sum.survival() < 1)
                    && (!changes || frozen.contains(node.name()))) {
                fixed.add(node.name());
            }
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (fixed.contains(nodes.get(i).name()) && isPassed(nodes.get(i))) {
                return Optional.of(nodes.get(i));
            }
        }
        return Optional.empty();
    }

    /** Whether all logits, auxiliary ones too, depend on the image only through the value of a node. */
    public boolean isPassed(Node passed) {
        Set<String> needed = new HashSet<>(Set.of(nodes.get(nodes.size() - 1).name()));
        auxiliary.forEach(head -> needed.add(head.logits()));
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (needed.contains(node.name()) && !node.name().equals(passed.name())) {
                needed.addAll(node.inputs());
            }
        }
        return !needed.contains(INPUT);
    }

    /**
     * The blocks of the stages in order: {@code layer1.0}, {@code layer1.1}, … A node is part of a block if its name
     * begins with its stage's and goes on with at least two words.
     */
    public Set<String> blocks() {
        Set<String> blocks = new LinkedHashSet<>();
        nodes.forEach(node -> block(node).ifPresent(blocks::add));
        return blocks;
    }

    /** The block that a node is part of. */
    Optional<String> block(Node node) {
        String prefix = node.stage() + ".";
        int end = node.name().startsWith(prefix) ? node.name().indexOf('.', prefix.length()) : -1;
        return end > 0 ? Optional.of(node.name().substring(0, end)) : Optional.empty();
    }

    /** Shape of the output: that of the last node, or of the image if there are no nodes. */
    public Shape out() {
        return nodes.isEmpty() ? input : nodes.get(nodes.size() - 1).out();
    }

    private IllegalArgumentException unknownPart(String part) {
        Set<String> names = new LinkedHashSet<>(stages());
        names.addAll(blocks());
        nodes.forEach(node -> names.add(node.name()));
        return new IllegalArgumentException(name + " has no stage, block or layer \"" + part + "\""
                + Suggest.nearest(part, names)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse(".")
                + " Its stages are " + String.join(", ", stages()) + ".");
    }
}
