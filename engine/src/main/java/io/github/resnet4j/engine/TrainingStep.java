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
 * <p>Not for several threads at a time, except that {@link #close()} waits for a step that is under way.
 */
public sealed interface TrainingStep extends AutoCloseable permits TrainingPlan, GraphTraining {

    /**
     * The outcome of one step.
     *
     * @param loss mean cross-entropy of the batch before the update, without weight decay or penalties of the graph's own
     *     updater; NaN if training has diverged: a logit, a batch's statistics or a parameter are no longer finite
     * @param correct images of the batch whose largest logit was at the largest label
     */
    record Result(double loss, int correct) {}

    /**
     * Prepares {@code graph} for training. The rule takes the place of the graph's own updater, with its learning rates
     * and penalties; constraints of the graph hold after every step.
     *
     * @param graph with one input and one output, in single precision; its parameters are changed in place
     * @param image size of the images
     * @param batch images of the usual batch, for which everything is made ready; others may come
     * @param sgd the update rule
     * @param engine what is to compute; {@link Engine#AUTO} takes DL4J where oneDNN cannot run the graph, with one
     *     warning that says why
     * @throws IllegalArgumentException if {@code batch} is below 1
     * @throws UnsupportedGraphException if no engine that may compute trains the graph as it is configured: with what it
     *     does not know, and with each gradient normalisation, optimisation algorithm and step function
     * @throws EngineUnavailableException if oneDNN is demanded and there is none for this platform
     */
    static TrainingStep of(ComputationGraph graph, Shape image, int batch, Sgd sgd, Engine engine) {
        return EngineSelector.of(
                engine,
                () -> TrainingPlan.compile(graph, image, batch, sgd),
                fallback -> new GraphTraining(graph, image, sgd, fallback));
    }

    /** As {@link #of(ComputationGraph, Shape, int, Sgd, Engine)}, where no batch is usual. */
    static TrainingStep of(ComputationGraph graph, Shape image, Sgd sgd, Engine engine) {
        return of(graph, image, 1, sgd, engine);
    }

    /**
     * One step on one batch. Its number is the graph's own count of iterations, on which what dropout drops depends, and
     * which is one more afterwards.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes are not those announced, or not the graph's, or an image has values
     *     that are not finite
     * @throws StalePlanException if the graph was changed since
     * @throws IllegalStateException if this is closed
     */
    Result step(INDArray features, INDArray labels, double lr);

    /** The velocities in the order of the flat parameters: the optimiser's whole state besides its count. A live view. */
    FloatBuffer velocity();

    /**
     * Goes on where another run stopped, once its parameters and its {@link #velocity()} are put back: from here on, every
     * step is as that run would have done it.
     *
     * @param iteration steps done so far, which becomes the graph's count
     * @throws ArithmeticException if DL4J, which counts to 2,147,483,647, cannot count so far
     */
    void startAt(long iteration);

    /** What stands where in the flat parameters. */
    ParameterLayout layout();

    /** What computes: {@link Engine#ONEDNN} or {@link Engine#DL4J}. */
    Engine engine();

    /** Why DL4J computes where the choice was free; empty otherwise. */
    Optional<String> fallback();

    /** Frees what this holds besides the graph, once a step that is under way is done. */
    @Override
    void close();
}
