package io.github.resnet4j.bench;

import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * The zoo's graph and a random batch: the starting point of every contestant that uses DL4J.
 *
 * @param graph with random weights; {@code fit} is SGD with momentum 0.9
 * @param network what it was built from
 * @param images N×C×H×W, normally distributed
 * @param labels N×classes, one-hot; of a network for class maps, N×1×H×W numbers; of one that makes images, N×C×H×W, normally
 *     distributed
 */
record Dl4jBatch(ComputationGraph graph, Network network, INDArray images, INDArray labels) {
    static final double LEARNING_RATE = 0.01;

    static Dl4jBatch create(Network network, int batch) {
        ComputationGraph graph =
                NetworkGraph.create(network, NetworkGraph.Options.seeded(1).updater(new Nesterovs(LEARNING_RATE, 0.9)));
        Shape input = network.input();
        Nd4j.getRandom().setSeed(1);
        INDArray images = Nd4j.randn(DataType.FLOAT, batch, input.channels(), input.height(), input.width());
        return new Dl4jBatch(graph, network, images, labels(network, batch));
    }

    private static INDArray labels(Network network, int batch) {
        Shape input = network.input();
        int classes = network.classes();
        if (network.output() instanceof Output.ClassMap) {
            float[] numbers = new float[batch * input.height() * input.width()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i % classes;
            }
            return Nd4j.createFromArray(numbers).reshape(batch, 1, input.height(), input.width());
        }
        if (network.output() instanceof Output.Values) {
            Shape out = network.out();
            return Nd4j.randn(DataType.FLOAT, batch, out.channels(), out.height(), out.width());
        }
        INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, classes);
        for (int i = 0; i < batch; i++) {
            labels.putScalar(i, i % classes, 1);
        }
        return labels;
    }

    /** The labels, for the engine. */
    Targets targets() {
        return targets(labels);
    }

    private Targets targets(INDArray some) {
        if (network.output() instanceof Output.Values) {
            return new Targets.Values(some);
        }
        if (!(network.output() instanceof Output.ClassMap)) {
            return Targets.of(some);
        }
        float[] values = some.dup('c').data().asFloat();
        byte[] numbers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            numbers[i] = (byte) values[i];
        }
        return new Targets.ClassMaps(numbers, (int) some.size(2), (int) some.size(3));
    }

    /**
     * Gives the graph's BN running statistics that are like those of its maps, as a trained network has them. Those that a
     * graph begins with let values grow from block to block, until the engine looks for overflow in every single image.
     */
    void settle() {
        if (network.statistics() == 0) {
            return;
        }
        long few = Math.min(images.size(0), 4);
        INDArray someImages = few == 1 ? Nd4j.concat(0, images, images) : images.get(NDArrayIndex.interval(0, few));
        INDArray someLabels = few == 1 ? Nd4j.concat(0, labels, labels) : labels.get(NDArrayIndex.interval(0, few));
        try (TrainingPlan plan = TrainingPlan.compile(graph, network.input(), Sgd.paper())) {
            for (int i = 0; i < 10; i++) {
                plan.step(someImages, targets(someLabels), 0);
            }
        }
    }

    /** Describes {@code method} and whether DL4J's layers use oneDNN in it. */
    static String layers(String method) {
        return method + ", layers " + (OneDnn.reached() ? "use" : "do not use") + " oneDNN";
    }

    /**
     * The work of this step.
     *
     * @param how what computes
     */
    JvmContestant.Work work(String how, Runnable step) {
        Backend backend = Backend.inspect();
        // DL4J counts BN's running statistics as parameters too.
        return new JvmContestant.Work(
                graph.numParams() - network.statistics(),
                "DL4J 1.0.0-M2.1, " + how + ", " + backend.nativeJar() + ", threads " + backend.threads(),
                step);
    }
}
