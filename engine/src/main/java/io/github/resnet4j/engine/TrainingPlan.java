package io.github.resnet4j.engine;

import java.nio.FloatBuffer;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph compiled for training: forward, loss, backward and update run as oneDNN primitives on the graph's own
 * parameters, which change in place. A plan for each size of batch is compiled when the first such batch comes.
 *
 * <p>Not safe for use by several threads.
 */
public final class TrainingPlan implements TrainingStep {
    private TrainingPlan() {}

    /**
     * Compiles {@code graph}, to be updated by {@code sgd}; use {@link #step(INDArray, INDArray, double)}.
     *
     * @throws UnsupportedGraphException if the graph has what the engine does not know
     * @throws EngineUnavailableException if there is no oneDNN for this platform
     */
    public static TrainingPlan compile(ComputationGraph graph, Sgd sgd) {
        throw new EngineUnavailableException("not built yet", null);
    }

    /**
     * One step on one batch.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes are not those of the graph
     * @throws StalePlanException if the graph was changed since
     * @throws IllegalStateException if the plan is closed
     */
    @Override
    public TrainingStep.Result step(INDArray features, INDArray labels, double lr) {
        throw new IllegalStateException();
    }

    @Override
    public FloatBuffer velocity() {
        throw new IllegalStateException();
    }

    @Override
    public ParameterLayout layout() {
        throw new IllegalStateException();
    }

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
