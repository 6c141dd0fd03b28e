package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Program;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;

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
    private GraphReader() {}

    /**
     * The forward pass of a step of training, up to the loss, which is the program's only output. Frozen layers run as in
     * inference.
     *
     * <p>What an updater does to gradients, such as weight decay, is no obstacle; see {@link #gradientNormalization}.
     *
     * @param graph initialised; not changed
     * @param image size of one image of a batch
     * @throws UnsupportedGraphException with every vertex that the engine cannot train as DL4J does
     * @throws IllegalArgumentException if the graph is not initialised
     */
    public static Program training(ComputationGraph graph, Extent image) {
        requireInitialised(graph);
        return new Reading(graph, List.of(), true).read(image);
    }

    /**
     * The graph in inference mode: every node is frozen, and there is no dropout.
     *
     * @param graph initialised; not changed
     * @param outputs vertices whose values are the program's outputs, in this order; if there are none, the graph's
     *     output. What they do not depend on is not read.
     * @param image size of one image
     * @throws UnsupportedGraphException with every vertex that the engine does not know
     * @throws IllegalArgumentException if the graph is not initialised, or has no vertex of such a name
     */
    public static Program inference(ComputationGraph graph, List<String> outputs, Extent image) {
        return inferring(graph, outputs).read(image);
    }

    /**
     * Whether DL4J puts out the value of {@code vertex} as N×(C·H·W) and not as N×C×H×W. A program does not tell: there,
     * both have the extent C×H×W, and in memory they are the same.
     *
     * @throws UnsupportedGraphException as {@link #inference}
     * @throws IllegalArgumentException as {@link #inference}
     */
    public static boolean isFlat(ComputationGraph graph, String vertex, Extent image) {
        Reading reading = inferring(graph, List.of(vertex));
        reading.read(image);
        return reading.isFlat(vertex);
    }

    private static Reading inferring(ComputationGraph graph, List<String> outputs) {
        requireInitialised(graph);
        for (String output : outputs) {
            if (graph.getVertex(output) == null) {
                throw new IllegalArgumentException("the graph has no vertex " + output);
            }
        }
        return new Reading(graph, outputs, false);
    }

    /**
     * The trained layers whose gradients DL4J's updater clips or rescales, layer by layer. A training program does not
     * show this: for a plan that leaves the update to that updater it is no obstacle, for one that updates by itself it
     * is.
     */
    public static List<UnsupportedReason> gradientNormalization(ComputationGraph graph) {
        requireInitialised(graph);
        List<UnsupportedReason> found = new ArrayList<>();
        for (Layer layer : graph.getLayers()) {
            TrainingConfig config = layer.getConfig();
            GradientNormalization kind = config.getGradientNormalization();
            boolean trained = layer.numParams() > 0 && !(layer instanceof FrozenLayerWithBackprop);
            if (trained && kind != null && kind != GradientNormalization.None) {
                found.add(new UnsupportedReason(
                        config.getLayerName(), "gradient normalization " + kind + " is done by DL4J's updater only"));
            }
        }
        return found;
    }

    private static void requireInitialised(ComputationGraph graph) {
        if (graph.getVertices() == null) {
            throw new IllegalArgumentException("the graph has no parameters yet; call its init() first");
        }
    }
}
