package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a graph batch by batch: forward, loss, backward, update of the graph's own parameters in place. Gradients are
 * means over the batch. BN's running averages follow PyTorch: the running variance is that of the unbiased batch
 * variance (DL4J's own {@code fit} averages the biased one).
 *
 * <p>Not safe for use by several threads, except that {@link #close()} waits for a step in progress.
 */
public sealed interface TrainingStep extends AutoCloseable permits TrainingPlan, GraphTraining {

    /**
     * The outcome of one step.
     *
     * @param loss mean loss of the batch (or part of one) before the update, with the weighted ones of auxiliary heads and without
     *     weight decay or penalties of the graph's own updater; NaN if training has diverged: a logit, a batch's statistics or a parameter are no longer finite
     * @param total what the sum of the losses was divided by to get the mean: that of the targets where they have one, the
     *     sum of the places' weights, or the number of values. 0 if nothing counts; then the loss is 0, too
     * @param correct images whose largest logit, not of an auxiliary head, was at the largest label; of class maps, places;
     *     of values, 0
     * @param counted how many could be correct: the images; of class maps, the places that have a class; of values, 0
     */
    record Result(double loss, double total, int correct, int counted) {
        /** The same, once training has turned out to have diverged. */
        Result diverged() {
            return new Result(Double.NaN, total, correct, counted);
        }
    }

    /**
     * Prepares {@code graph} for training. The rule replaces the graph's own updater, with its learning rates and
     * penalties; the graph's constraints are applied after every step.
     *
     * @param graph with one input and one output besides those of auxiliary heads ({@link
     *     io.github.resnet4j.zoo.layers.AuxiliaryLoss}), in single precision; its parameters are changed in place
     * @param image size of the images
     * @param batch images in the usual batch, which is prepared in advance; other sizes are allowed
     * @param rule how gradients change the parameters
     * @param engine which engine to use; {@link Engine#AUTO} falls back to DL4J if oneDNN cannot run the graph, with
     *     one warning that gives the reasons
     * @throws IllegalArgumentException if {@code batch} is below 1, or the rule has a group for a vertex without
     *     parameters
     * @throws UnsupportedGraphException if none of the engines allowed can train the graph as it is configured: because
     *     of unsupported vertices, or of any gradient normalisation, optimisation algorithm or step function
     * @throws EngineUnavailableException if oneDNN is required but not available for this platform
     */
    static TrainingStep of(ComputationGraph graph, Shape image, int batch, UpdateRule rule, Engine engine) {
        return of(graph, image, batch, rule, engine, Replica.ALONE);
    }

    /**
     * As {@link #of(ComputationGraph, Shape, int, UpdateRule, Engine)}, for a replica that trains together with others.
     *
     * @param batch images in the usual batch of this replica
     * @param replica which one it is
     */
    static TrainingStep of(
            ComputationGraph graph, Shape image, int batch, UpdateRule rule, Engine engine, Replica replica) {
        return EngineSelector.of(
                engine,
                () -> TrainingPlan.compile(graph, image, batch, rule, replica),
                fallback -> new GraphTraining(graph, image, rule, fallback, replica));
    }

    /** As {@link #of(ComputationGraph, Shape, int, UpdateRule, Engine)}, for no particular batch size and one optimiser. */
    static TrainingStep of(ComputationGraph graph, Shape image, Optimizer optimizer, Engine engine) {
        return of(graph, image, 1, UpdateRule.of(optimizer), engine);
    }

    /**
     * One step on one batch. Its number is the graph's own iteration count, which determines what dropout and
     * stochastic depth drop, and goes up by one. The parameters of a dropped block have a gradient of zero: momentum and
     * weight decay move them, and its running statistics stay.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes do not match the graph or those announced, an image has values that
     *     are not finite, the graph is not trained on classes, or a batch normalisation would have one value per channel: that of a 1×1 map of a single image
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if this is closed
     */
    default Result step(INDArray features, INDArray labels, double lr) {
        return step(features, Targets.of(labels), lr);
    }

    /**
     * As {@link #step(INDArray, INDArray, double)}, on anything that the graph's output can be compared with, and with all
     * parts of the batch that {@link #accumulate} has had since the last step: the gradient is the sum over the images of all
     * parts, divided by the sum of all totals, whatever the parts' sizes. Where all totals are 0, the step only counts.
     *
     * @throws IllegalArgumentException as there, and if the targets are of another kind than the graph's loss, their shapes
     *     are not that of its output, or a label has no meaning
     */
    Result step(INDArray features, Targets targets, double lr);

    /**
     * Takes a part of a batch that is too large for one pass; {@link #step} takes the last. Loss and gradients are those of
     * the parameters as they are, which stay. Batch normalisation uses the statistics of the part and averages them at once,
     * as in a PyTorch loop that calls {@code backward} several times before an optimiser's step; dropout and stochastic
     * depth draw anew for every part.
     *
     * @param features N×C×H×W
     * @throws IllegalArgumentException as {@link #step(INDArray, INDArray, double)}
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if this is closed
     */
    Result accumulate(INDArray features, Targets targets);

    /**
     * Ends a step without more images: its gradients are those of the parts that {@link #accumulate} has had, and of other
     * replicas. Where there are none, the step only counts.
     *
     * @param lr learning rate of this step
     * @return whether all trained parameters are finite afterwards
     * @throws StalePlanException if the graph has changed since
     * @throws IllegalStateException if this is closed
     */
    boolean join(double lr);

    /**
     * What the optimiser remembers besides the number of steps, by {@link Optimizer#stateNames() name}: for every
     * parameter a value, in the order of the flat parameters. Live views.
     */
    Map<String, FloatBuffer> state();

    /**
     * Continues where another run stopped between two steps, once its parameters and its {@link #state()} are restored:
     * from here on, every step is what that run would have done. Parts of a step that was not finished are forgotten.
     *
     * @param iteration steps done so far; becomes the graph's count
     * @throws ArithmeticException if it is above 2,147,483,647, the most that DL4J can count
     */
    void startAt(long iteration);

    /** The layout of the flat parameters. */
    ParameterLayout layout();

    /** The engine in use: {@link Engine#ONEDNN} or {@link Engine#DL4J}. */
    Engine engine();

    /** Why {@link Engine#AUTO} fell back to DL4J; empty otherwise. */
    Optional<String> fallback();

    /** Frees everything this holds except the graph, once a step in progress is done. */
    @Override
    void close();
}
