package io.github.resnet4j.finetune.explain;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.GradientPlan;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Class-activation maps of one network. Where global average pooling and one dense layer follow the last maps, they are
 * exact (Zhou et al. 2016, arXiv:1512.04150): the mean of a map, plus the bias, is the class's logit. Elsewhere they are
 * Grad-CAM's (Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2), before its ReLU, of the last value that is a map
 * and that everything behind it depends on alone; pooling does not count, as in the paper.
 *
 * <p>What runs up to the maps is the caller's {@link Inference}; what Grad-CAM needs behind them is compiled once. The
 * weights behind the maps are a snapshot, taken at the beginning. Safe for use by several threads.
 */
public final class ClassActivationMaps implements AutoCloseable {
    private final Inference inference;
    private final Node maps;
    private final Head head;
    private final int classes;

    /** What is behind the maps. */
    private sealed interface Head extends AutoCloseable {
        /** The weight of each channel for the class of each image, N×C, row by row. */
        float[] weights(INDArray maps, int[] classes);

        @Override
        void close();
    }

    private ClassActivationMaps(Inference inference, Node maps, Head head, int classes) {
        this.inference = inference;
        this.maps = maps;
        this.head = head;
        this.classes = classes;
    }

    /**
     * Prepares the maps of a network.
     *
     * @param graph has its parameters
     * @param inference runs {@code graph}; it stays the caller's, and open
     * @return empty if the network has no maps: one of dense layers, or with a single place left where it could be cut
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if Grad-CAM needs the gradient of a layer that the
     *     engine does not know
     * @throws io.github.resnet4j.engine.EngineUnavailableException if Grad-CAM is needed, and there is no oneDNN for this
     *     platform
     */
    public static Optional<ClassActivationMaps> of(Network network, ComputationGraph graph, Inference inference) {
        Optional<Node> pooled = averaged(network);
        Optional<Node> maps = pooled.or(() -> lastMaps(network, 1));
        return maps.map(node -> new ClassActivationMaps(
                inference,
                node,
                pooled.isPresent() ? new Linear(network, graph) : new Differentiated(network, node, graph),
                network.classes()));
    }

    /**
     * Prepares Grad-CAM's maps of a network whose last maps are too small to show where anything is: those of the last value
     * that has at least so many rows and as many columns.
     *
     * @param least rows, and columns
     * @return empty if the network has no such maps
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if the engine does not know the gradient of a layer
     * @throws io.github.resnet4j.engine.EngineUnavailableException if there is no oneDNN for this platform
     */
    public static Optional<ClassActivationMaps> ofLargerMaps(
            Network network, ComputationGraph graph, Inference inference, int least) {
        return lastMaps(network, least)
                .map(node -> new ClassActivationMaps(
                        inference, node, new Differentiated(network, node, graph), network.classes()));
    }

    /** Whether the maps are exact; otherwise they are Grad-CAM's. */
    public boolean exact() {
        return head instanceof Linear;
    }

    /** Name of the method in words, {@code CAM} or {@code Grad-CAM}. */
    public String method() {
        return exact() ? "CAM" : "Grad-CAM";
    }

    /**
     * The maps of a batch.
     *
     * @param images N×C×H×W, as many as the inference takes at most
     * @param classes one for each image
     * @throws IllegalArgumentException if the images do not fit the network, or there are not as many classes, or one is
     *     none of the network's
     */
    public List<ActivationMap> of(INDArray images, int... classes) {
        if (classes.length != images.size(0)) {
            throw new IllegalArgumentException(classes.length + " classes for " + images.size(0) + " images");
        }
        for (int label : classes) {
            if (label < 0 || label >= this.classes) {
                throw new IllegalArgumentException("no class " + label + ": the network has " + this.classes);
            }
        }
        // DL4J's activation layers write over what enters them.
        INDArray given = inference.engine() == Engine.DL4J ? images.dup() : images;
        INDArray values = inference.featureMaps(given, List.of(maps.name())).get(maps.name());
        float[] weights = head.weights(values, classes);
        int channels = maps.out().channels();
        int places = maps.out().height() * maps.out().width();
        float[] all = values.dup('c').data().asFloat();
        List<ActivationMap> results = new ArrayList<>();
        for (int image = 0; image < classes.length; image++) {
            float[] sums = new float[places];
            for (int c = 0; c < channels; c++) {
                float weight = weights[image * channels + c];
                int from = (image * channels + c) * places;
                for (int i = 0; i < places; i++) {
                    sums[i] += weight * all[from + i];
                }
            }
            results.add(new ActivationMap(maps.out().height(), maps.out().width(), sums));
        }
        return results;
    }

    /** Frees what was compiled here, not the inference. */
    @Override
    public void close() {
        head.close();
    }

    /** What a global average pooling takes from which one dense layer makes the logits; dropout between them is idle. */
    private static Optional<Node> averaged(Network network) {
        Node logits = last(network);
        if (!(logits.op() instanceof Op.Dense)) {
            return Optional.empty();
        }
        return node(network, logits.inputs().get(0))
                .flatMap(node -> node.op() instanceof Op.Dropout
                        ? node(network, node.inputs().get(0))
                        : Optional.of(node))
                .filter(node -> node.op() instanceof Op.GlobalAvgPool)
                .flatMap(node -> node(network, node.inputs().get(0)));
    }

    /** The last map of at least so many rows and columns that everything behind it depends on alone. */
    private static Optional<Node> lastMaps(Network network, int least) {
        for (int i = network.nodes().size() - 2; i >= 0; i--) {
            Node node = network.nodes().get(i);
            int height = node.out().height();
            int width = node.out().width();
            boolean map = height * width > 1 && height >= least && width >= least;
            if (map && !isPooling(node.op()) && network.isPassed(node)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    private static boolean isPooling(Op op) {
        return op instanceof Op.MaxPool
                || op instanceof Op.AvgPool
                || op instanceof Op.HalvingAvgPool
                || op instanceof Op.AdaptiveAvgPool;
    }

    /** What makes the logits of the value of {@code maps}, as a network of its own. */
    private static Network behind(Network network, Node maps) {
        List<Node> kept = new ArrayList<>();
        Set<String> wanted = new HashSet<>(Set.of(last(network).name()));
        for (int i = network.nodes().size() - 1; i >= 0; i--) {
            Node node = network.nodes().get(i);
            if (!wanted.contains(node.name()) || node.equals(maps)) {
                continue;
            }
            wanted.addAll(node.inputs());
            kept.add(
                    0,
                    new Node(
                            node.name(),
                            node.op(),
                            node.inputs().stream()
                                    .map(input -> input.equals(maps.name()) ? Network.INPUT : input)
                                    .toList(),
                            node.stage(),
                            node.inputShapes()));
        }
        return new Network(network.name(), maps.out(), network.classes(), kept);
    }

    private static Node last(Network network) {
        return network.nodes().get(network.nodes().size() - 1);
    }

    private static Optional<Node> node(Network network, String name) {
        return network.nodes().stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The weights of the dense layer, classes×C. */
    private static final class Linear implements Head {
        private final int channels;
        private final float[] weights;

        Linear(Network network, ComputationGraph graph) {
            INDArray dense = graph.getLayer(last(network).name()).paramTable().get("W"); // C×classes
            this.channels = Math.toIntExact(dense.size(0));
            this.weights = dense.transpose().dup('c').data().asFloat();
        }

        @Override
        public float[] weights(INDArray maps, int[] classes) {
            float[] rows = new float[classes.length * channels];
            for (int image = 0; image < classes.length; image++) {
                System.arraycopy(weights, classes[image] * channels, rows, image * channels, channels);
            }
            return rows;
        }

        @Override
        public void close() {}
    }

    /** The means of the gradients of the class's logit, over all places. */
    private static final class Differentiated implements Head {
        private final ComputationGraph graph;
        private final GradientPlan plan;
        private final int classes;

        Differentiated(Network network, Node maps, ComputationGraph trained) {
            Network behind = behind(network, maps);
            this.classes = network.classes();
            this.graph = NetworkGraph.part(behind, NetworkGraph.Options.seeded(1));
            try {
                ModelArchive.copyMatching(behind, trained, graph, true);
                this.plan = GradientPlan.compile(graph, maps.out(), 1);
            } catch (RuntimeException | Error e) {
                NetworkGraph.close(graph);
                throw e;
            }
        }

        @Override
        public float[] weights(INDArray maps, int[] classes) {
            float[] wanted = new float[classes.length * this.classes];
            for (int image = 0; image < classes.length; image++) {
                wanted[image * this.classes + classes[image]] = 1;
            }
            INDArray gradient;
            synchronized (plan) { // a gradient belongs to the last output of all threads
                plan.output(maps);
                gradient = plan.gradient(Nd4j.createFromArray(wanted).reshape(plan.outputShape()));
            }
            return gradient.mean(2, 3).dup('c').data().asFloat();
        }

        @Override
        public void close() {
            plan.close();
            NetworkGraph.close(graph);
        }
    }
}
