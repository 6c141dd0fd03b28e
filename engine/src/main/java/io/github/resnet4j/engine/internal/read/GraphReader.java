package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.zoo.layers.AuxiliaryLoss;
import io.github.resnet4j.zoo.layers.ClassMapLoss;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * Translates a DL4J graph, the zoo's or any other, into a {@link Program}. The graph must have one input, images
 * N×C×H×W in single precision.
 *
 * <p>The size of an image is always the caller's to say: DL4J's configuration forgets its input types as soon as it is
 * built, and a graph that ends in a global pooling takes images of any size.
 *
 * <p>A vertex that becomes several nodes gives its name to the last of them; the others are {@code vertex:part}. One that
 * changes nothing, such as an identity activation or a dropout outside training, becomes none, and its name stands for
 * its input.
 */
public final class GraphReader {
    /** As many as one buffer of Java's can show. */
    private static final long MOST_PARAMETERS = Integer.MAX_VALUE / Float.BYTES;

    private GraphReader() {}

    /** @throws UnsupportedGraphException if the graph's parameters are more than Java can look at as one array */
    public static void requireFewParameters(ComputationGraph graph) {
        if (graph.numParams() > MOST_PARAMETERS) {
            throw new UnsupportedGraphException(List.of(new UnsupportedGraphException.UnsupportedReason(
                    Vertex.GRAPH,
                    "it has " + graph.numParams() + " parameters; the engine supports at most " + MOST_PARAMETERS
                            + ", 2 GiB")));
        }
    }

    /**
     * The forward pass of a step of training, up to the loss, which is the program's first output; the others are the
     * losses of auxiliary heads. Frozen layers run as in inference.
     *
     * <p>A program shows nothing of what happens to gradients and parameters behind it.
     *
     * @param graph initialised; not changed
     * @param start size of one image of a batch, or where to begin behind a frozen prefix
     * @param honoured what is done about gradients and parameters as the graph demands
     * @throws UnsupportedGraphException with every vertex that the engine cannot train as DL4J does, and every demand
     *     that is not honoured
     * @throws IllegalArgumentException if the graph is not initialised
     */
    public static Program training(ComputationGraph graph, Start start, Set<Demand> honoured) {
        requireInitialised(graph);
        return new Reading(graph, start, honoured).read();
    }

    /** As {@link #training(ComputationGraph, Start, Set)}, from the image on, for the graph's own updater. */
    public static Program training(ComputationGraph graph, Extent image) {
        return training(graph, Start.at(image), Demand.OF_THE_GRAPHS_UPDATER);
    }

    /**
     * The graph in inference mode: every node is frozen, and there is no dropout.
     *
     * @param graph initialised; not changed
     * @param start size of one image, or where to begin behind it
     * @param outputs vertices whose values are the program's outputs, in this order; if there are none, the graph's
     *     outputs, and not those of auxiliary heads. What they do not depend on is not read.
     * @throws UnsupportedGraphException with every vertex that the engine does not know
     * @throws IllegalArgumentException if the graph is not initialised, or has no vertex of such a name
     */
    public static Program inference(ComputationGraph graph, Start start, List<String> outputs) {
        return inferring(graph, start, outputs).read();
    }

    /** As {@link #inference(ComputationGraph, Start, List)}, from an image of this size on. */
    public static Program inference(ComputationGraph graph, List<String> outputs, Extent image) {
        return inference(graph, Start.at(image), outputs);
    }

    /**
     * Whether DL4J puts out the value of {@code vertex} as N×(C·H·W) and not as N×C×H×W. A program does not tell: there,
     * both have the extent C×H×W, and in memory they are the same.
     *
     * @throws UnsupportedGraphException as {@link #inference}
     * @throws IllegalArgumentException as {@link #inference}
     */
    public static boolean isFlat(ComputationGraph graph, String vertex, Start start) {
        Reading reading = inferring(graph, start, List.of(vertex));
        reading.read();
        return reading.value(vertex).flat();
    }

    /**
     * Behind a vertex: what depends on its value and not otherwise on the image.
     *
     * @throws UnsupportedGraphException as {@link #inference}
     * @throws IllegalArgumentException as {@link #inference}
     */
    public static Start behind(ComputationGraph graph, String vertex, Shape image) {
        Reading reading = inferring(graph, Start.at(image), List.of(vertex));
        reading.read();
        VertexOutput value = reading.value(vertex);
        return new Start(Optional.of(vertex), value.extent(), value.flat());
    }

    private static Reading inferring(ComputationGraph graph, Start start, List<String> outputs) {
        requireInitialised(graph);
        for (String output : outputs) {
            if (graph.getVertex(output) == null) {
                throw new IllegalArgumentException("the graph has no vertex " + output);
            }
        }
        return new Reading(graph, start, outputs);
    }

    /** What computes, without all that it is frozen with. */
    public static Layer unwrapped(Layer layer) {
        return Vertex.unwrapped(layer);
    }

    /** What a layer's configuration is, without all that it is frozen with. */
    public static org.deeplearning4j.nn.conf.layers.Layer unwrapped(org.deeplearning4j.nn.conf.layers.Layer layer) {
        return Vertices.unwrapped(layer);
    }

    /** Whether the parameters of a vertex of the running graph are not to change. */
    public static boolean isFrozen(GraphVertex vertex) {
        return Vertex.isFrozen(vertex);
    }

    /**
     * The graph's outputs without those of training alone, which have an {@link AuxiliaryLoss} or an auxiliary {@link
     * ClassMapLoss} and stand behind the first.
     */
    public static List<String> outputs(ComputationGraphConfiguration configuration) {
        List<String> all = configuration.getNetworkOutputs();
        return IntStream.range(0, all.size())
                .filter(i -> i == 0 || !isAuxiliary(configuration.getVertices().get(all.get(i))))
                .mapToObj(all::get)
                .toList();
    }

    private static boolean isAuxiliary(org.deeplearning4j.nn.conf.graph.GraphVertex vertex) {
        if (!(vertex instanceof LayerVertex layer)) {
            return false;
        }
        org.deeplearning4j.nn.conf.layers.Layer output =
                unwrapped(layer.getLayerConf().getLayer());
        return output instanceof LossLayer loss && loss.getLossFn() instanceof AuxiliaryLoss
                || output instanceof ClassMapLoss map && map.auxiliary();
    }

    private static void requireInitialised(ComputationGraph graph) {
        if (graph.getVertices() == null) {
            throw new IllegalArgumentException("the graph has no parameters yet; call its init() first");
        }
        requireFewParameters(graph);
    }
}
