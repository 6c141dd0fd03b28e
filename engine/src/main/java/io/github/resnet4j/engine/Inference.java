package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a graph forward in inference mode. It may use a snapshot of the graph's parameters, taken at creation and by
 * {@link #refresh()}.
 *
 * <p>Safe for use by several threads, but not while the graph is trained.
 */
public sealed interface Inference extends AutoCloseable permits InferencePlan, GraphInference {

    /**
     * Prepares {@code graph} for batches of 1 to {@code maxBatch} images.
     *
     * @param graph with one input, in single precision; outputs of auxiliary heads are not computed by oneDNN and ignored
     *     by DL4J
     * @param image size of the images
     * @param engine which engine to use; {@link Engine#AUTO} falls back to DL4J if oneDNN cannot run the graph, with
     *     one warning that gives the reasons
     * @throws IllegalArgumentException if {@code maxBatch} is below 1
     * @throws UnsupportedGraphException if none of the engines allowed can run the graph
     * @throws EngineUnavailableException if oneDNN is required but not available for this platform
     */
    static Inference of(ComputationGraph graph, Shape image, int maxBatch, Engine engine) {
        return EngineSelector.of(
                engine,
                () -> InferencePlan.compile(graph, image, maxBatch),
                fallback -> new GraphInference(graph, image, maxBatch, fallback));
    }

    /**
     * The graph's output for each image, without those of auxiliary heads.
     *
     * @param features N×C×H×W, N at most the maximum
     * @return N×classes, as from {@code graph.outputSingle}: probabilities after a softmax; NaN for an image with a
     *     value that is not finite
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if this is closed, or the graph has several outputs
     */
    INDArray output(INDArray features);

    /**
     * All of the graph's outputs, without those of auxiliary heads.
     *
     * @param features as for {@link #output}
     * @return by name, in the graph's order: N×C×H×W, or N×C where DL4J has rows
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if this is closed
     */
    Map<String, INDArray> outputs(INDArray features);

    /**
     * The values at the named vertices; the layers after them do not run.
     *
     * @param features as for {@link #output}
     * @return by name, N×C×H×W, or N×C after a dense layer or a global pooling
     * @throws IllegalArgumentException if the shape is not the graph's, if it has no such vertex, or if you name none
     * @throws IllegalStateException if this is closed
     */
    Map<String, INDArray> featureMaps(INDArray features, List<String> vertices);

    /**
     * Prepares the same graph, all of it, for images of another size; as {@link #of}, with this one's engine. It has a
     * snapshot of its own and is closed by itself.
     */
    Inference at(Shape image, int maxBatch);

    /** Takes a new snapshot of the graph's parameters. */
    void refresh();

    /** The engine in use: {@link Engine#ONEDNN} or {@link Engine#DL4J}. */
    Engine engine();

    /** Why {@link Engine#AUTO} fell back to DL4J; empty otherwise. */
    Optional<String> fallback();

    /** Frees everything this holds except the graph. */
    @Override
    void close();
}
