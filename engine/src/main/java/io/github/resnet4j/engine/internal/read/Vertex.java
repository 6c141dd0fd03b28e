package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex that is being read. What it computes is its configuration's to say; whether it is frozen, the running graph's
 * too, for {@code setLayerAsFrozen} leaves the configuration alone.
 */
final class Vertex {
    /** Stands for the vertex in reasons that concern none. */
    static final String GRAPH = "graph";

    private final ComputationGraph graph;
    private final String name;
    private final boolean training;
    private final List<ProgramNode> nodes;
    private final List<UnsupportedReason> reasons;
    private final GraphVertex configuration;
    private final Layer layer;
    private final boolean frozenVertex;
    private final boolean frozenLayer;
    private final boolean stopsGradient;

    Vertex(
            ComputationGraph graph,
            String name,
            boolean training,
            List<ProgramNode> nodes,
            List<UnsupportedReason> reasons) {
        this.graph = graph;
        this.name = name;
        this.training = training;
        this.nodes = nodes;
        this.reasons = reasons;
        GraphVertex outer = graph.getConfiguration().getVertices().get(name);
        this.configuration = unwrapped(outer);
        this.frozenVertex = configuration != outer;
        Layer running = graph.getVertex(name).getLayer();
        this.layer = unwrapped(running);
        this.frozenLayer = layer != running;
        this.stopsGradient = frozenVertex || running instanceof FrozenLayer;
    }

    private static GraphVertex unwrapped(GraphVertex vertex) {
        return vertex instanceof FrozenVertex frozen ? unwrapped(frozen.getUnderlying()) : vertex;
    }

    /** What computes, without all that it is frozen with. */
    static Layer unwrapped(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return unwrapped(frozen.getInsideLayer());
        }
        return layer instanceof FrozenLayerWithBackprop frozen ? unwrapped(frozen.getInsideLayer()) : layer;
    }

    /** Whether the parameters of a running vertex are not to change. */
    static boolean isFrozen(org.deeplearning4j.nn.graph.vertex.GraphVertex vertex) {
        return vertex instanceof org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex
                || unwrapped(vertex.getLayer()) != vertex.getLayer();
    }

    String name() {
        return name;
    }

    /** What it is, without the {@link FrozenVertex} around it. */
    GraphVertex configuration() {
        return configuration;
    }

    boolean training() {
        return training;
    }

    boolean frozen() {
        return frozenVertex || frozenLayer;
    }

    /** Whether it is frozen, but computes as if it were not. */
    boolean frozenInTrainingMode() {
        return frozenVertex && layer != null && !frozenLayer;
    }

    /** Whether DL4J ends the backward pass here. */
    boolean stopsGradient() {
        return stopsGradient;
    }

    /** Whether this reading is of a step that changes its parameters, and in which its dropout drops. */
    boolean learns() {
        return training && !frozen();
    }

    boolean isOutput() {
        return graph.getConfiguration().getNetworkOutputs().contains(name);
    }

    boolean isLoss() {
        return layer instanceof IOutputLayer;
    }

    /** Adds a reason why the graph cannot run; reading goes on. */
    void obstacle(String reason) {
        reasons.add(new UnsupportedReason(name, reason));
    }

    /** Adds a reason why this vertex can be read no further; to be thrown. */
    UnreadableVertexException refuse(String reason) {
        obstacle(reason);
        return new UnreadableVertexException();
    }

    void require(boolean condition, String otherwise) {
        if (!condition) {
            throw refuse(otherwise);
        }
    }

    void requireChannelsFirst(CNN2DFormat format) {
        require(format == CNN2DFormat.NCHW, "its data format is " + format + "; the engine reads NCHW");
    }

    /** {@code in}, which must be N×C×H×W. */
    VertexOutput map(VertexOutput in) {
        require(!in.flat(), "it takes maps but gets " + in);
        return in;
    }

    /** {@code in}, which must be N×C×H×W, or N×C, which is the same as N×C×1×1. */
    VertexOutput mapOrVector(VertexOutput in) {
        require(!in.flat() || in.isVector(), "it takes maps but gets " + in);
        return in;
    }

    void requireChannels(VertexOutput in, long channels) {
        require(
                in.extent().channels() == channels,
                "it is built for " + channels + " channels but gets "
                        + in.extent().channels());
    }

    /** Adds a node that computes {@code part} of this vertex. */
    VertexOutput emit(String part, Operation op, List<VertexOutput> inputs, Extent extent, boolean flat) {
        List<Integer> positions = inputs.stream().map(VertexOutput::node).toList();
        nodes.add(new ProgramNode(name + ":" + part, op, positions, extent, !learns()));
        return new VertexOutput(nodes.size() - 1, extent, flat);
    }

    /** Adds a node whose value has the size of its input. */
    VertexOutput emit(String part, Operation op, VertexOutput in) {
        return emit(part, op, List.of(in), in.extent(), in.flat());
    }

    /**
     * Where a parameter of the layer stands.
     *
     * @param order {@code c} if its last index runs fastest in the flat array, {@code f} if its first does
     */
    Parameter parameter(String key, char order) {
        INDArray view = layer.getParam(key);
        require(view != null, "it has no parameter " + key);
        INDArray flat = graph.params();
        require(
                view.data().address() == flat.data().address(),
                "its parameter " + key + " is not a view of the graph's parameters");
        require(isDense(view, order), "its parameter " + key + " is not stored in " + order + " order");
        return new Parameter(Math.toIntExact(view.offset() - flat.offset()), Math.toIntExact(view.length()));
    }

    private static boolean isDense(INDArray view, char order) {
        long expected = 1;
        for (int i = 0; i < view.rank(); i++) {
            int axis = order == 'f' ? i : view.rank() - 1 - i;
            if (view.size(axis) > 1 && view.stride(axis) != expected) {
                return false;
            }
            expected *= view.size(axis);
        }
        return true;
    }

    /** What an object of DL4J's or a user's is called in an obstacle. */
    static String className(Object object) {
        String full = object.getClass().getName();
        return full.substring(full.lastIndexOf('.') + 1);
    }
}
