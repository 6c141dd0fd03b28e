package io.github.resnet4j.zoo.graph;

import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Turns a {@link Network} into a DL4J {@link ComputationGraph}. Input N×C×H×W; vertex names are the nodes' names, with
 * one more vertex, {@link #SOFTMAX}, that puts out probabilities (N×classes) and holds the cross-entropy loss; the
 * logits are the output of the last node, {@code fc}.
 *
 * <p>Batch normalisation keeps the running variance itself ({@code useLogStd(false)}), not DL4J's default logarithm, so
 * that PyTorch's {@code running_var} goes in and out unchanged to the last bit. Where a layer uses oneDNN and that fails
 * (out of memory, say), it throws: DL4J's default is to go on with layers ten times slower, after one warning.
 */
public final class NetworkGraph {
    /** Name of the output vertex. */
    public static final String SOFTMAX = "softmax";

    private NetworkGraph() {}

    /**
     * How to build a graph.
     *
     * @param seed of the initial weights
     * @param dataType of parameters and activations; {@code FLOAT} reaches oneDNN, {@code DOUBLE} is for gradient checks
     * @param updater for {@code ComputationGraph.fit}
     * @param frozenUpTo the last part (stage, block or node, see {@link Network#upTo}) whose weights and BN statistics
     *     do not change; it and everything before it run in inference mode
     */
    public record Options(long seed, DataType dataType, IUpdater updater, Optional<String> frozenUpTo) {
        /** Single precision, plain SGD with learning rate 0.1, nothing frozen. */
        public static Options seeded(long seed) {
            return new Options(seed, DataType.FLOAT, new Sgd(0.1), Optional.empty());
        }

        /** The same with everything up to {@code part} frozen. */
        public Options frozenUpTo(Optional<String> part) {
            return new Options(seed, dataType, updater, part);
        }

        /** The same in another precision. */
        public Options dataType(DataType other) {
            return new Options(seed, other, updater, frozenUpTo);
        }
    }

    /**
     * A new graph with initialised weights: convolutions as He et al. 2015b (normal, variance 2 / fan-out, torchvision's
     * choice), the classifier uniform in ±1/√fan-in, all biases zero.
     *
     * @throws IllegalArgumentException if {@code frozenUpTo} names no part of the network
     */
    public static ComputationGraph create(Network network, Options options) {
        ComputationGraph graph = new ComputationGraph(configuration(network, options));
        graph.init();
        return graph;
    }

    /**
     * The configuration alone.
     *
     * @throws IllegalArgumentException if {@code frozenUpTo} names no part of the network
     */
    public static ComputationGraphConfiguration configuration(Network network, Options options) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(options.seed())
                .dataType(options.dataType())
                .updater(options.updater())
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs(Network.INPUT);
        Set<String> frozen = new HashSet<>();
        options.frozenUpTo().map(network::upTo).orElse(List.of()).forEach(node -> frozen.add(node.name()));
        for (Node node : network.nodes()) {
            String[] inputs = node.inputs().toArray(String[]::new);
            boolean freeze = frozen.contains(node.name());
            if (node.op() instanceof Op.Add) {
                builder.addVertex(node.name(), frozen(new ElementWiseVertex(ElementWiseVertex.Op.Add), freeze), inputs);
            } else if (node.op() instanceof Op.ZeroPadShortcut s) {
                GraphVertex vertex = new ZeroPadShortcutVertex(s.outChannels(), s.stride(), s.padding());
                builder.addVertex(node.name(), frozen(vertex, freeze), inputs);
            } else {
                Layer layer = layer(node);
                builder.addLayer(node.name(), freeze ? new FrozenLayer(layer) : layer, inputs);
            }
        }
        Node logits = network.nodes().get(network.nodes().size() - 1);
        LossLayer loss = new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();
        ComputationGraphConfiguration configuration = builder.addLayer(SOFTMAX, loss, logits.name())
                .setOutputs(SOFTMAX)
                .setInputTypes(InputType.convolutional(
                        network.input().height(),
                        network.input().width(),
                        network.input().channels()))
                .build();
        configuration.getVertices().values().forEach(NetworkGraph::nameStatistics);
        return configuration;
    }

    /**
     * Lists the values of a BN layer, which DL4J itself does only in {@code init()}: reading the JSON of a
     * configuration that was never initialised, it takes a BN layer without a value called {@code var} for one with
     * {@code useLogStd}.
     */
    private static void nameStatistics(GraphVertex vertex) {
        if (vertex instanceof LayerVertex layer && layer.getLayerConf().getLayer() instanceof BatchNormalization bn) {
            bn.initializer().paramKeys(bn).forEach(layer.getLayerConf()::addVariable);
        }
    }

    private static GraphVertex frozen(GraphVertex vertex, boolean freeze) {
        return freeze ? new FrozenVertex(vertex) : vertex;
    }

    private static Layer convolution(Op.Convolution c, int in) {
        // That of all groups together: PyTorch does not divide
        double fanOut = (double) c.kernel() * c.kernel() * c.outChannels();
        IWeightInit weights = new WeightInitDistribution(new NormalDistribution(0, Math.sqrt(2 / fanOut)));
        if (c.groups() > 1) {
            return new GroupedConvolution.Builder(c.kernel(), c.kernel())
                    .stride(c.stride(), c.stride())
                    .padding(c.padding(), c.padding())
                    .groups(c.groups())
                    .nIn(in)
                    .nOut(c.outChannels())
                    .hasBias(c.bias())
                    .weightInit(weights)
                    .build();
        }
        return new ConvolutionLayer.Builder(c.kernel(), c.kernel())
                .stride(c.stride(), c.stride())
                .padding(c.padding(), c.padding())
                .nIn(in)
                .nOut(c.outChannels())
                .hasBias(c.bias())
                .helperAllowFallback(false)
                .activation(Activation.IDENTITY)
                .weightInit(weights)
                .build();
    }

    private static Layer layer(Node node) {
        Op op = node.op();
        int in = node.in().channels();
        if (op instanceof Op.Convolution c) {
            return convolution(c, in);
        }
        if (op instanceof Op.BatchNorm bn) {
            return new BatchNormalization.Builder()
                    .decay(bn.decay())
                    .eps(bn.eps())
                    .useLogStd(false)
                    .helperAllowFallback(false)
                    .gamma(bn.zeroInit() ? 0 : 1)
                    .nIn(in)
                    .nOut(in)
                    .build();
        }
        if (op instanceof Op.ZeroPad p) {
            return new ZeroPaddingLayer.Builder(p.top(), p.bottom(), p.left(), p.right()).build();
        }
        if (op instanceof Op.Relu) {
            return new ActivationLayer(Activation.RELU);
        }
        if (op instanceof Op.MaxPool p) {
            return new SubsamplingLayer.Builder(PoolingType.MAX)
                    .kernelSize(p.kernel(), p.kernel())
                    .stride(p.stride(), p.stride())
                    .padding(p.padding(), p.padding())
                    .helperAllowFallback(false)
                    .build();
        }
        if (op instanceof Op.GlobalAvgPool) {
            return new GlobalPoolingLayer(PoolingType.AVG);
        }
        if (op instanceof Op.Dense d) {
            double bound = 1 / Math.sqrt(in);
            Distribution uniform = new UniformDistribution(-bound, bound);
            return new DenseLayer.Builder()
                    .nIn(in)
                    .nOut(d.out())
                    .activation(Activation.IDENTITY)
                    .weightInit(new WeightInitDistribution(uniform))
                    .build();
        }
        throw new IllegalArgumentException(node.name() + ": " + op + " is a vertex, not a layer");
    }
}
