package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a zoo graph batch by batch: forward, loss, backward, update of the graph's own parameters in place. Gradients
 * are means over the batch. BN's running averages follow PyTorch: the running variance is that of the unbiased batch
 * variance (DL4J's own {@code fit} averages the biased one).
 *
 * <p>Not safe for use by several threads.
 */
public final class TrainingStep {
    private final ComputationGraph graph;
    private final Sgd sgd;
    private final ParameterLayout layout;
    private final Network network;
    private final Map<String, Node> norms = new HashMap<>();
    private final FloatBuffer parameters;
    private final FloatBuffer velocity;
    private final Logits logits;

    /**
     * The outcome of one step.
     *
     * @param loss mean cross-entropy of the batch before the update, without weight decay
     * @param correct pictures of the batch whose largest logit was at the largest label
     */
    public record Result(double loss, int correct) {}

    /**
     * @param graph built by the zoo from {@code network}, in single precision; its parameters are changed in place
     * @param network what the graph was built from
     * @param sgd the update rule
     */
    public TrainingStep(ComputationGraph graph, Network network, Sgd sgd) {
        if (graph.params().dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException(
                    "training needs a FLOAT graph, got " + graph.params().dataType());
        }
        this.graph = graph;
        this.network = network;
        this.sgd = sgd;
        this.layout = ParameterLayout.of(graph);
        for (Node node : network.nodes()) {
            if (node.op() instanceof Op.BatchNorm) {
                norms.put(node.name(), node);
            }
        }
        this.parameters = graph.params().data().asNioFloat();
        this.velocity = FloatBuffer.allocate(Math.toIntExact(graph.numParams()));
        this.logits = new Logits(network.nodes().get(network.nodes().size() - 1).name());
    }

    /**
     * One step on one batch.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     * @param lr learning rate of this step
     * @throws IllegalArgumentException if the shapes are not those of the network: DL4J itself would take pictures of
     *     another size
     */
    public Result step(INDArray features, INDArray labels, double lr) {
        check(features, labels);
        long batch = features.size(0);
        List<TrainingListener> listeners = List.copyOf(graph.getListeners());
        graph.setInputs(features);
        graph.setLabels(labels);
        graph.addListeners(logits);
        try {
            logits.labels = labels;
            graph.computeGradientAndScore();
        } finally {
            graph.setListeners(listeners);
        }
        FloatBuffer gradient = graph.getFlattenedGradients().data().asNioFloat();
        double scale = 1.0 / batch;
        if (sgd.clipNorm().isPresent()) {
            double norm = norm(gradient) * scale;
            scale *= Math.min(1, sgd.clipNorm().getAsDouble() / (norm + 1e-6));
        }
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (!segment.frozen()) {
                update(segment, gradient, batch, scale, lr);
            }
        }
        graph.clear();
        return new Result(graph.score(), logits.correct);
    }

    /** The velocities in the order of the flat parameters: the optimiser's whole state. A live view. */
    public FloatBuffer velocity() {
        return velocity.duplicate();
    }

    /** What stands where in the flat parameters. */
    public ParameterLayout layout() {
        return layout;
    }

    private void check(INDArray features, INDArray labels) {
        Shape input = network.input();
        if (!Arrays.equals(
                features.shape(), new long[] {features.size(0), input.channels(), input.height(), input.width()})) {
            throw new IllegalArgumentException(network.name() + " is built for pictures of " + input + ", the batch is "
                    + Arrays.toString(features.shape()));
        }
        if (!Arrays.equals(labels.shape(), new long[] {features.size(0), network.classes()})) {
            throw new IllegalArgumentException("the batch needs labels of " + features.size(0) + "x" + network.classes()
                    + ", got " + Arrays.toString(labels.shape()));
        }
    }

    private void update(ParameterLayout.Segment segment, FloatBuffer gradient, long batch, double scale, double lr) {
        int from = segment.offset();
        int to = from + segment.length();
        switch (segment.kind()) {
            case WEIGHT, BIAS, NORM ->
                sgd.update(parameters, gradient, velocity, from, to, scale, sgd.decays(segment.kind()), lr);
            case RUNNING_MEAN -> {
                for (int i = from; i < to; i++) {
                    parameters.put(i, parameters.get(i) - gradient.get(i));
                }
            }
            case RUNNING_VAR -> {
                // DL4J's "gradient" is (1 - decay) (running - biased); PyTorch averages biased * n / (n - 1).
                Node norm = norms.get(segment.vertex());
                double n = (double) batch * norm.in().height() * norm.in().width();
                double bessel = n > 1 ? n / (n - 1) : 1;
                double keep = 1 - ((Op.BatchNorm) norm.op()).decay();
                for (int i = from; i < to; i++) {
                    double running = parameters.get(i);
                    double biased = running - gradient.get(i) / keep;
                    parameters.put(i, (float) (running - keep * (running - biased * bessel)));
                }
            }
        }
    }

    private double norm(FloatBuffer gradient) {
        double sum = 0;
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trained() && !segment.frozen()) {
                for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
                    sum += (double) gradient.get(i) * gradient.get(i);
                }
            }
        }
        return Math.sqrt(sum);
    }

    /** Counts right answers while DL4J's forward pass has the logits at hand. */
    private static final class Logits extends BaseTrainingListener {
        private final String vertex;
        private INDArray labels;
        private int correct;

        Logits(String vertex) {
            this.vertex = vertex;
        }

        @Override
        public void onForwardPass(Model model, Map<String, INDArray> activations) {
            INDArray predicted = activations.get(vertex).argMax(1);
            INDArray actual = labels.argMax(1);
            correct = 0;
            for (int i = 0; i < predicted.length(); i++) {
                if (predicted.getLong(i) == actual.getLong(i)) {
                    correct++;
                }
            }
        }
    }
}
