package io.github.resnet4j.zoo.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of a network is not trained. A frozen node keeps its parameters and runs in inference mode: its dropout does nothing.
 * Gradients go through it to what is trained before it.
 *
 * @param parts of which a later one decides about nodes that several name
 */
public record FreezePlan(List<Part> parts) {
    /** Everything is trained. */
    public static final FreezePlan NOTHING = new FreezePlan(List.of());

    /** What the batch normalisations of a frozen part do. */
    public enum Norms {
        /** They normalise by their running statistics; nothing of them changes. */
        FROZEN,
        /** They normalise by their running statistics, which do not change; scale and shift are trained. */
        FROZEN_STATISTICS,
        /** They normalise by the batch's statistics and average these; scale and shift are trained. */
        TRAIN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A part of a network.
     *
     * @param name of a stage, block or node; see {@link Network#part}
     * @param withAllBefore it and everything before it; see {@link Network#upTo}
     * @param norms what its batch normalisations do
     */
    public record Part(String name, boolean withAllBefore, Norms norms) {}

    public FreezePlan {
        parts = List.copyOf(parts);
    }

    /** The same with a part and everything before it frozen. */
    public FreezePlan upTo(String part, Norms norms) {
        return with(new Part(part, true, norms));
    }

    /** The same with a part frozen. */
    public FreezePlan part(String part, Norms norms) {
        return with(new Part(part, false, norms));
    }

    private FreezePlan with(Part part) {
        List<Part> more = new ArrayList<>(parts);
        more.add(part);
        return new FreezePlan(more);
    }

    /**
     * The frozen nodes, and what their batch normalisations do.
     *
     * @throws IllegalArgumentException if the network has no such part; the message has the nearest name
     */
    public Map<String, Norms> nodes(Network network) {
        Map<String, Norms> nodes = new LinkedHashMap<>();
        for (Part part : parts) {
            List<Node> named = part.withAllBefore() ? network.upTo(part.name()) : network.part(part.name());
            named.forEach(node -> nodes.put(node.name(), part.norms()));
        }
        return nodes;
    }

    /**
     * The nodes of which nothing changes: frozen ones, unless they are batch normalisations that are trained.
     *
     * @throws IllegalArgumentException as {@link #nodes}
     */
    public Set<String> fixed(Network network) {
        Map<String, Norms> frozen = nodes(network);
        Set<String> fixed = new HashSet<>();
        for (Node node : network.nodes()) {
            Norms norms = frozen.get(node.name());
            if (norms == Norms.FROZEN || norms != null && !(node.op() instanceof Op.BatchNorm)) {
                fixed.add(node.name());
            }
        }
        return fixed;
    }

    /** {@code up to layer2 (batch normalisation: train), layer4}; {@code nothing}. */
    @Override
    public String toString() {
        return parts.isEmpty()
                ? "nothing"
                : parts.stream()
                        .map(part -> (part.withAllBefore() ? "up to " : "")
                                + part.name()
                                + (part.norms() == Norms.FROZEN ? "" : " (batch normalisation: " + part.norms() + ")"))
                        .collect(Collectors.joining(", "));
    }
}
