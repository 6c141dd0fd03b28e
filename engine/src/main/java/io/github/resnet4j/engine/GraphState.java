package io.github.resnet4j.engine;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What of a graph a plan was compiled for: its layers and the array that holds its parameters. */
final class GraphState {
    private final ComputationGraph graph;
    private final ComputationGraphConfiguration configuration;
    private final Layer[] layers;
    private final long address;

    GraphState(ComputationGraph graph) {
        this.graph = graph;
        this.configuration = graph.getConfiguration();
        this.layers = layers(graph);
        this.address = address(graph.params());
    }

    /** Address of the first value of an array without gaps. */
    static long address(INDArray array) {
        return array.data().address() + array.offset() * Float.BYTES;
    }

    /** The parameters, as they are. */
    FloatBuffer parameters() {
        return graph.params().data().asNioFloat();
    }

    /** @throws StalePlanException if the graph is no longer what it was */
    void require() {
        if (graph.params() == null || graph.params().wasClosed()) {
            throw new StalePlanException("the graph was closed");
        }
        if (graph.getConfiguration() != configuration || !sameLayers()) {
            throw new StalePlanException("the graph was changed after it was compiled; compile it again");
        }
        if (address(graph.params()) != address) {
            throw new StalePlanException("the array of the graph's parameters was replaced after it was compiled;"
                    + " assign new values to params() instead, or compile the graph again");
        }
    }

    private boolean sameLayers() {
        Layer[] now = layers(graph);
        if (now.length != layers.length) {
            return false;
        }
        for (int i = 0; i < now.length; i++) {
            if (now[i] != layers[i]) {
                return false;
            }
        }
        return true;
    }

    /** The vertices' own: the graph's list of layers does not show what {@code setLayerAsFrozen} does to a vertex. */
    private static Layer[] layers(ComputationGraph graph) {
        return Arrays.stream(graph.getVertices()).map(GraphVertex::getLayer).toArray(Layer[]::new);
    }
}
