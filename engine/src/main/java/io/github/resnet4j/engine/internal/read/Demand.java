package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeGradientStepFunction;
import org.deeplearning4j.nn.conf.stepfunctions.StepFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * What a graph's configuration asks of a trainer beyond what its layers compute. A trainer declares what it honours and
 * refuses a graph that asks for more: none of this shows in the forward pass, so an omission would go unnoticed.
 */
public enum Demand {
    /** Another algorithm than gradient descent. */
    ALGORITHM((graph, found) -> {
        OptimizationAlgorithm algorithm = graph.conf().getOptimizationAlgo();
        if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
            found.accept(Vertex.GRAPH, "it is trained by " + algorithm);
        }
    }),
    /** A step function other than the one that follows the gradient down. */
    STEP_FUNCTION((graph, found) -> {
        StepFunction function = graph.conf().getStepFunction();
        if (function != null && function.getClass() != NegativeGradientStepFunction.class) {
            found.accept(Vertex.GRAPH, "it has a step function of its own, " + Vertex.className(function));
        }
    }),
    /** Backpropagation over a part of a sequence at a time. */
    TRUNCATED_BACKPROPAGATION((graph, found) -> {
        BackpropType type = graph.getConfiguration().getBackpropType();
        if (type != BackpropType.Standard) {
            found.accept(Vertex.GRAPH, "its type of backpropagation is " + type);
        }
    }),
    /** Gradients that are clipped or rescaled layer by layer before the update. */
    GRADIENT_NORMALIZATION((graph, found) -> trained(graph).forEach(layer -> {
        GradientNormalization kind = layer.getConfig().getGradientNormalization();
        if (layer.numParams() > 0 && kind != null && kind != GradientNormalization.None) {
            found.accept(
                    layer.getConfig().getLayerName(),
                    "gradient normalization " + kind + " is done by DL4J's updater only");
        }
    })),
    /** Constraints on parameters, which are to hold after every update. */
    CONSTRAINTS((graph, found) -> trained(graph).forEach(layer -> {
        List<LayerConstraint> constraints = layer.conf().getLayer().getConstraints();
        for (LayerConstraint constraint : constraints == null ? List.<LayerConstraint>of() : constraints) {
            found.accept(
                    layer.conf().getLayer().getLayerName(), "no engine applies its " + Vertex.className(constraint));
        }
    }));

    /** What a trainer honours that leaves the update to the graph's own updater and applies constraints after it. */
    public static final Set<Demand> OF_THE_GRAPHS_UPDATER = EnumSet.of(GRADIENT_NORMALIZATION, CONSTRAINTS);

    /** What a trainer honours that updates by a rule of its own and applies constraints after it. */
    public static final Set<Demand> OF_ANOTHER_RULE = EnumSet.of(CONSTRAINTS);

    private final BiConsumer<ComputationGraph, BiConsumer<String, String>> find;

    Demand(BiConsumer<ComputationGraph, BiConsumer<String, String>> find) {
        this.find = find;
    }

    /**
     * Everything that {@code graph}, which is initialised, asks for beyond what is honoured.
     *
     * @param honoured what the trainer does
     */
    public static List<UnsupportedReason> unmet(ComputationGraph graph, Set<Demand> honoured) {
        List<UnsupportedReason> unmet = new ArrayList<>();
        for (Demand demand : EnumSet.allOf(Demand.class)) {
            if (!honoured.contains(demand)) {
                demand.find.accept(graph, (vertex, reason) -> unmet.add(new UnsupportedReason(vertex, reason)));
            }
        }
        return unmet;
    }

    /** The layers that are not frozen, by their vertices: the graph's list does not show {@code setLayerAsFrozen}. */
    private static Stream<Layer> trained(ComputationGraph graph) {
        return Arrays.stream(graph.topologicalSortOrder())
                .mapToObj(i -> graph.getVertices()[i])
                .filter(vertex -> vertex.hasLayer() && !Vertex.isFrozen(vertex))
                .map(GraphVertex::getLayer);
    }
}
