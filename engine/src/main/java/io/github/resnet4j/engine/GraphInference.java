package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.network.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Inference by DL4J's own layers, one thread at a time. */
final class GraphInference implements Inference {
    private final ComputationGraph graph;
    private final int maxBatch;
    private final Optional<String> fallback;
    private final Shape image;
    private final List<String> outputs;
    private final Map<String, Integer> order = new HashMap<>();
    private boolean closed;

    GraphInference(ComputationGraph graph, Shape image, int maxBatch, Optional<String> fallback) {
        if (maxBatch < 1) {
            throw new IllegalArgumentException("the largest batch must have at least 1 image, got " + maxBatch);
        }
        this.graph = graph;
        this.maxBatch = maxBatch;
        this.fallback = fallback;
        this.image = image;
        Signature.ofInference(graph);
        this.outputs = GraphReader.outputs(graph.getConfiguration());
        int[] vertices = graph.topologicalSortOrder();
        for (int i = 0; i < vertices.length; i++) {
            order.put(graph.getVertices()[vertices[i]].getVertexName(), i);
        }
    }

    @Override
    public synchronized INDArray output(INDArray features) {
        INDArray images = checked(features);
        InputArrays.requireOne(outputs);
        INDArray output =
                graph.getNumOutputArrays() == 1 ? graph.outputSingle(features) : upTo(outputs.get(0), features);
        InputArrays.markNotFinite(images, List.of(output));
        return output;
    }

    @Override
    public synchronized Map<String, INDArray> outputs(INDArray features) {
        return featureMaps(features, outputs);
    }

    /** One pass for each vertex: behind it, DL4J's activations would write over its values. */
    @Override
    public synchronized Map<String, INDArray> featureMaps(INDArray features, List<String> vertices) {
        INDArray images = checked(features);
        if (vertices.isEmpty()) {
            throw new IllegalArgumentException("name at least one vertex");
        }
        vertices.forEach(this::position);
        Map<String, INDArray> maps = new LinkedHashMap<>();
        for (String vertex : vertices) {
            maps.put(vertex, isInput(vertex) ? images.dup() : upTo(vertex, features));
        }
        InputArrays.markNotFinite(images, maps.values());
        for (GraphVertex vertex : graph.getVertices()) {
            vertex.clear(); // those behind the last still hold their inputs
        }
        return maps;
    }

    private INDArray upTo(String vertex, INDArray features) {
        return graph.feedForward(new INDArray[] {features}, position(vertex), false, true)
                .get(vertex);
    }

    private boolean isInput(String vertex) {
        return graph.getConfiguration().getNetworkInputs().contains(vertex);
    }

    private int position(String vertex) {
        Integer position = order.get(vertex);
        if (position == null) {
            throw new IllegalArgumentException("the graph has no vertex \"" + vertex + "\""
                    + Suggest.nearest(vertex, order.keySet())
                            .map(near -> "; did you mean " + near + "?")
                            .orElse(""));
        }
        return position;
    }

    /** The features without gaps. */
    private INDArray checked(INDArray features) {
        if (closed) {
            throw new IllegalStateException("this inference is closed");
        }
        INDArray images = InputArrays.dense(features, image);
        if (images.size(0) > maxBatch) {
            throw new IllegalArgumentException(
                    "a batch of " + images.size(0) + " images; this inference takes at most " + maxBatch);
        }
        return images;
    }

    /** DL4J's layers compute with the parameters themselves. */
    @Override
    public Inference at(Shape image, int maxBatch) {
        return new GraphInference(graph, image, maxBatch, fallback);
    }

    @Override
    public void refresh() {}

    @Override
    public Engine engine() {
        return Engine.DL4J;
    }

    @Override
    public Optional<String> fallback() {
        return fallback;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
