package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.read.GraphReader;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parts of a graph that a plan was compiled for: its layers and the arrays that hold its parameters and their
 * gradients.
 */
final class GraphState {
    /** Parts of a step that surely have draws of their own; prime, like the factor of a hash. */
    private static final int PARTS = 1009;

    private final ComputationGraph graph;
    private final ComputationGraphConfiguration configuration;
    private final Layer[] layers;
    private final long address;
    private final OptionalLong gradients;

    private GraphState(ComputationGraph graph, OptionalLong gradients) {
        this.graph = graph;
        this.configuration = graph.getConfiguration();
        this.layers = layers(graph);
        this.address = graph.numParams() == 0 ? 0 : address(graph.params());
        this.gradients = gradients;
    }

    /** Of a graph whose gradients do not matter. */
    static GraphState forInference(ComputationGraph graph) {
        return new GraphState(graph, OptionalLong.empty());
    }

    /** Of a graph that has an array for its gradients from here on. */
    static GraphState forTraining(ComputationGraph graph) {
        if (graph.getFlattenedGradients() == null) {
            graph.initGradientsView();
        }
        return new GraphState(graph, OptionalLong.of(address(graph.getFlattenedGradients())));
    }

    /** Address of the first value of an array without gaps. */
    static long address(INDArray array) {
        return array.data().address() + array.offset() * Float.BYTES;
    }

    /** The parameters, as they are. */
    FloatBuffer parameters() {
        // DL4J's array of no parameters has no memory.
        return graph.numParams() == 0
                ? FloatBuffer.allocate(0)
                : graph.params().data().asNioFloat();
    }

    /** The gradients, as they are. */
    FloatBuffer gradients() {
        return graph.getFlattenedGradients().data().asNioFloat();
    }

    /** The number of the next step, from 0: the graph's own count, which is saved with its configuration. */
    long iteration() {
        return configuration.getIterationCount();
    }

    /**
     * What random draws of a part of the next step depend on instead of its number: another number for every part, which
     * for the first is that of the step, and for the others is that of no step.
     */
    int draws(int part) {
        int iteration = configuration.getIterationCount();
        return part == 0 ? iteration : Integer.MIN_VALUE | (iteration * PARTS + part);
    }

    /** Does something while the graph's count, which its own layers draw by, is {@code draws}. */
    void counting(int draws, Runnable pass) {
        int iteration = configuration.getIterationCount();
        configuration.setIterationCount(draws);
        try {
            pass.run();
        } finally {
            configuration.setIterationCount(iteration);
        }
    }

    /** Multiplies the gradients of what is trained. */
    void scaleGradients(ParameterLayout layout, float factor) {
        INDArray flat = graph.getFlattenedGradients();
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trained() && !segment.frozen()) {
                flat.reshape(flat.length())
                        .get(NDArrayIndex.interval(segment.offset(), segment.offset() + segment.length()))
                        .muli(factor);
            }
        }
    }

    /** Makes {@code iteration} the number of the next step. */
    void startAt(long iteration) {
        configuration.setIterationCount(Math.toIntExact(iteration));
    }

    /** Does what DL4J's {@code fit} does after an update: counts the step, and applies constraints. */
    void finishStep() {
        configuration.setIterationCount(Math.addExact(configuration.getIterationCount(), 1));
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.hasLayer() && !GraphReader.isFrozen(vertex)) {
                vertex.getLayer().applyConstraints(configuration.getIterationCount(), configuration.getEpochCount());
            }
        }
    }

    /** @throws StalePlanException if the graph has changed since */
    void require() {
        if (address == 0 && graph.numParams() == 0) {
            return; // there is nothing that could change
        }
        if (isClosed(graph.params()) || gradients.isPresent() && isClosed(graph.getFlattenedGradients())) {
            throw new StalePlanException("the graph was closed");
        }
        if (graph.getConfiguration() != configuration || !sameLayers()) {
            throw new StalePlanException("the graph was changed after it was compiled; compile it again");
        }
        if (address(graph.params()) != address) {
            throw new StalePlanException("the array of the graph's parameters was replaced after it was compiled;"
                    + " assign new values to params() instead, or compile the graph again");
        }
        if (gradients.isPresent() && address(graph.getFlattenedGradients()) != gradients.getAsLong()) {
            throw new StalePlanException(
                    "the array of the graph's gradients was replaced after it was compiled; compile the graph again");
        }
    }

    private static boolean isClosed(INDArray array) {
        return array == null || array.wasClosed();
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
