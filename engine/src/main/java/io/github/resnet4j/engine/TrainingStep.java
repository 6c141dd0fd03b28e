package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a graph batch by batch: forward, loss, backward, update of the graph's own parameters in place. Gradients are
 * means over the batch. BN's running averages follow PyTorch: the running variance is that of the unbiased batch
 * variance (DL4J's own {@code fit} averages the biased one).
 *
 * <p>Not safe for use by several threads.
 */
public sealed interface TrainingStep extends AutoCloseable permits TrainingPlan, GraphTraining {

    /**
     * The outcome of one step.
     *
     * @param loss mean cross-entropy of the batch before the update, without weight decay
     * @param correct images of the batch whose largest logit was at the largest label
     */
    record Result(double loss, int correct) {}

    /**
     * Prepares {@code graph} for training.
     *
     * @param graph with one input and one output, in single precision; its parameters are changed in place
     * @param image size of the images
     * @param sgd the update rule
     * @param engine what is to compute; {@link Engine#AUTO} takes DL4J where oneDNN cannot run the graph, with one
     *     warning that says why
     * @throws IllegalArgumentException if the graph is not as above
     * @throws UnsupportedGraphException if oneDNN is demanded and the graph has what the engine does not know
     * @throws EngineUnavailableException if oneDNN is demanded and there is none for this platform
     */
    static TrainingStep of(ComputationGraph graph, Shape image, Sgd sgd, Engine engine) {
        return EngineSelector.of(
                engine,
                () -> TrainingPlan.compile(graph, image, sgd),
                fallback -> new GraphTraining(graph, image, sgd, fallback));
    }

    /**
     * One step on one batch.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes are not those announced, or not the graph's
     * @throws StalePlanException if the graph was changed since
     * @throws IllegalStateException if this is closed
     */
    Result step(INDArray features, INDArray labels, double lr);

    /** The velocities in the order of the flat parameters: the optimiser's whole state. A live view. */
    FloatBuffer velocity();

    /** What stands where in the flat parameters. */
    ParameterLayout layout();

    /** What computes: {@link Engine#ONEDNN} or {@link Engine#DL4J}. */
    Engine engine();

    /** Why DL4J computes where the choice was free; empty otherwise. */
    Optional<String> fallback();

    /** Frees what this holds besides the graph. */
    @Override
    void close();
}
