package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a graph says of images, in inference mode. It may be a snapshot of the graph's parameters, taken when it was
 * made and by {@link #refresh()}.
 *
 * <p>Safe for use by several threads, but not while the graph is trained.
 */
public sealed interface Inference extends AutoCloseable permits InferencePlan, GraphInference {

    /**
     * Prepares {@code graph} for batches of 1 to {@code maxBatch} images.
     *
     * @param graph with one input and one output, in single precision
     * @param image size of the images
     * @param engine what is to compute; {@link Engine#AUTO} takes DL4J where oneDNN cannot run the graph, with one
     *     warning that says why
     * @throws IllegalArgumentException if {@code maxBatch} is below 1
     * @throws UnsupportedGraphException if no engine that may compute can run the graph
     * @throws EngineUnavailableException if oneDNN is demanded and there is none for this platform
     */
    static Inference of(ComputationGraph graph, Shape image, int maxBatch, Engine engine) {
        return EngineSelector.of(
                engine,
                () -> InferencePlan.compile(graph, image, maxBatch),
                fallback -> new GraphInference(graph, image, maxBatch, fallback));
    }

    /**
     * The graph's output for each image.
     *
     * @param features N×C×H×W, N at most the maximum
     * @return N×classes, what {@code graph.outputSingle} gives: probabilities behind a softmax; NaN for an image with a
     *     value that is not finite
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if this is closed
     */
    INDArray output(INDArray features);

    /**
     * The values at the named vertices; what lies above them does not run.
     *
     * @param features as for {@link #output}
     * @return by name, N×C×H×W, or N×C behind a dense layer or a global pooling
     * @throws IllegalArgumentException if the shape is not the graph's, or it has no such vertex, or none is named
     * @throws IllegalStateException if this is closed
     */
    Map<String, INDArray> featureMaps(INDArray features, List<String> vertices);

    /** Takes the graph's parameters as they are now. */
    void refresh();

    /** What computes: {@link Engine#ONEDNN} or {@link Engine#DL4J}. */
    Engine engine();

    /** Why DL4J computes where the choice was free; empty otherwise. */
    Optional<String> fallback();

    /** Frees what this holds besides the graph. */
    @Override
    void close();
}
