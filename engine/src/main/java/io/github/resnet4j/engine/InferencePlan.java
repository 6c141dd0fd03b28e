package io.github.resnet4j.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph compiled for inference: batch normalisation folded into the convolutions, sums and activations fused into
 * them. It is a snapshot of the graph's parameters, taken at compilation and by {@link #refresh()}.
 *
 * <p>Safe for use by several threads.
 */
public final class InferencePlan implements Inference {
    private InferencePlan() {}

    /**
     * Compiles {@code graph} for batches of 1 to {@code maxBatch} pictures.
     *
     * @throws UnsupportedGraphException if the graph has what the engine does not know
     * @throws EngineUnavailableException if there is no oneDNN for this platform
     */
    public static InferencePlan compile(ComputationGraph graph, int maxBatch) {
        throw new EngineUnavailableException("not built yet", null);
    }

    /**
     * The graph's output for each picture.
     *
     * @param features N×C×H×W, N at most the maximum
     * @return N×classes, what {@code graph.outputSingle} gives: probabilities behind a softmax
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if the plan is closed
     */
    @Override
    public INDArray output(INDArray features) {
        throw new IllegalStateException();
    }

    /**
     * The values at the named vertices; what lies above them does not run.
     *
     * @return by name, N×C×H×W, or N×C behind a dense layer or a global pooling
     */
    @Override
    public Map<String, INDArray> featureMaps(INDArray features, List<String> vertices) {
        throw new IllegalStateException();
    }

    /** Takes the graph's parameters as they are now. */
    @Override
    public void refresh() {}

    @Override
    public Engine engine() {
        return Engine.ONEDNN;
    }

    @Override
    public Optional<String> fallback() {
        return Optional.empty();
    }

    /** Frees the native memory. */
    @Override
    public void close() {}
}
