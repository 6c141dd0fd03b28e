package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The maps of a {@link Body} for images of any size, to be read by a detector, a segmenter or whatever else you write
 * above them. Batch normalisation has its running statistics; the head of the network that the body was taken from is neither
 * kept nor computed.
 *
 * <pre>{@code
 * Network resnet = Zoo.find("resnet50").with(Map.of("output-stride", "16")).network(Shape.square(3, 224), 1000);
 * try (Backbone backbone = Backbone.of(Body.of(resnet).only("C3", "C5"), WeightFile.open(file))) {
 *     Map<String, INDArray> maps = backbone.maps(images);
 *     INDArray c5 = maps.get("C5"); // N×2048×H/16×W/16
 * }
 * }</pre>
 *
 * <p>It compiles a plan for each size of image and keeps those used last. Safe for use by several threads, one of which
 * computes at a time, with all cores.
 */
public final class Backbone implements AutoCloseable {
    /** Sizes of images whose plans are kept. */
    private static final int MOST_SIZES = 4;

    private final Body body;
    private final ComputationGraph graph;
    private final boolean own;
    private final Engine engine;
    private final Map<Shape, Inference> plans = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Shape, Integer> batches = new LinkedHashMap<>();
    private boolean closed;

    private Backbone(Body body, ComputationGraph graph, boolean own, Engine engine) {
        this.body = body;
        this.graph = graph;
        this.own = own;
        this.engine = engine;
    }

    /**
     * A body with the weights of a file: of the network it was taken from, of any other that has such a body (a detector or
     * segmenter of torchvision's), or of the body alone.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file lacks something of the body, or has it in another
     *     shape
     */
    public static Backbone of(Body body, StateDict weights) {
        NetworkGraph.Options options = NetworkGraph.Options.seeded(0);
        ComputationGraph graph =
                GraphWeights.load(weights, body, options, LoadOptions.STRICT).graph();
        return new Backbone(body, graph, true, Engine.AUTO);
    }

    /**
     * A body with the weights of a graph, which you may go on training: {@link #refresh} takes the new ones.
     *
     * @param graph built from the body, see {@link NetworkGraph#create(Body, NetworkGraph.Options)}, or from a network with
     *     its nodes; it is not closed with this
     * @param engine which engine to use; {@link Engine#AUTO} falls back to DL4J if oneDNN cannot run the graph
     * @throws IllegalArgumentException if the graph lacks one of the maps' nodes
     */
    public static Backbone of(Body body, ComputationGraph graph, Engine engine) {
        body.maps().forEach((map, node) -> {
            if (graph.getVertex(node) == null) {
                throw new IllegalArgumentException("the graph has no vertex " + node + ", whose value is " + map
                        + "; it was not built from " + body);
            }
        });
        return new Backbone(body, graph, false, engine);
    }

    /**
     * The maps of some images.
     *
     * @param images N×C×H×W, of any N, H and W
     * @return by name, in the body's order: N×C×H×W each; NaN for an image with a value that is not finite
     * @throws IllegalArgumentException if the images have other channels than the body takes, or are too small for it
     * @throws UnsupportedGraphException if none of the engines allowed can run the graph
     * @throws IllegalStateException if this is closed
     */
    public synchronized Map<String, INDArray> maps(INDArray images) {
        if (images.rank() != 4 || images.size(0) < 1) {
            throw new IllegalArgumentException("expected images N×C×H×W, got " + Arrays.toString(images.shape()));
        }
        Shape image = new Shape(
                Math.toIntExact(images.size(1)), Math.toIntExact(images.size(2)), Math.toIntExact(images.size(3)));
        List<String> nodes = List.copyOf(body.maps().values());
        Inference plan = plan(image, Math.toIntExact(images.size(0)));
        Map<String, INDArray> values =
                GraphReader.outputs(graph.getConfiguration()).equals(nodes)
                        ? plan.outputs(images)
                        : plan.featureMaps(images, nodes);
        Map<String, INDArray> maps = new LinkedHashMap<>();
        body.maps().forEach((map, node) -> maps.put(map, values.get(node)));
        return Collections.unmodifiableMap(maps);
    }

    private Inference plan(Shape image, int batch) {
        requireOpen();
        Inference plan = plans.get(image);
        if (plan != null && batches.get(image) >= batch) {
            return plan;
        }
        if (plan == null) {
            body.at(image); // says what is wrong with the size, if something is
        } else {
            plans.remove(image).close();
        }
        Inference larger = Inference.of(graph, image, batch, engine);
        plans.put(image, larger);
        batches.put(image, batch);
        if (plans.size() > MOST_SIZES) {
            Shape oldest = plans.keySet().iterator().next();
            plans.remove(oldest).close();
            batches.remove(oldest);
        }
        return larger;
    }

    /** What the maps are, and their shapes for images of {@link io.github.resnet4j.zoo.network.Network#input}. */
    public Body body() {
        return body;
    }

    /** Takes a new snapshot of the graph's parameters. */
    public synchronized void refresh() {
        requireOpen();
        plans.values().forEach(Inference::refresh);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this backbone is closed");
        }
    }

    /** Frees everything this holds, but not a graph that it was given. */
    @Override
    public synchronized void close() {
        closed = true;
        plans.values().forEach(Inference::close);
        plans.clear();
        if (own) {
            NetworkGraph.close(graph);
        }
    }
}
