package io.github.resnet4j.zoo.graph;

import io.github.resnet4j.zoo.body.Body;
import io.github.resnet4j.zoo.layers.AdaptiveAvgPoolVertex;
import io.github.resnet4j.zoo.layers.AuxiliaryLoss;
import io.github.resnet4j.zoo.layers.ClassMapLoss;
import io.github.resnet4j.zoo.layers.DepthToSpaceVertex;
import io.github.resnet4j.zoo.layers.FrozenStatisticsBatchNorm;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.LeakyReluVertex;
import io.github.resnet4j.zoo.layers.LocalResponseNormVertex;
import io.github.resnet4j.zoo.layers.MultiplyVertex;
import io.github.resnet4j.zoo.layers.Prelu;
import io.github.resnet4j.zoo.layers.ResizingVertex;
import io.github.resnet4j.zoo.layers.ShiftVertex;
import io.github.resnet4j.zoo.layers.SpatialPoolVertex;
import io.github.resnet4j.zoo.layers.StochasticSumVertex;
import io.github.resnet4j.zoo.layers.UpsamplingVertex;
import io.github.resnet4j.zoo.layers.ValueLoss;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.EmptyParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Turns a {@link Network} into a DL4J {@link ComputationGraph}. Input N×C×H×W; vertex names are the nodes' names, with
 * one more vertex, {@link #SOFTMAX}, that outputs probabilities (N×classes) and holds the cross-entropy loss; the
 * logits are the output of the last node, {@code fc}. Auxiliary heads have such a vertex each, {@link #softmax}, with an
 * {@link AuxiliaryLoss}; they are outputs behind the first. DL4J's {@code fit} takes the labels once for each output.
 *
 * <p>Where a network finds a class at each place, these vertices put out N×classes×H×W, and their loss is a {@link
 * ClassMapLoss}. One of values has {@link #VALUES} in place of the softmax, with a {@link ValueLoss}.
 *
 * <p>Batch normalisation keeps the running variance itself ({@code useLogStd(false)}), not DL4J's default logarithm, so
 * that PyTorch's {@code running_var} goes in and out unchanged to the last bit. Where a layer uses oneDNN and that fails
 * (out of memory, say), it throws: DL4J's default is to go on with layers ten times slower, after one warning.
 */
public final class NetworkGraph {
    /** Name of the output vertex of a network that finds classes. */
    public static final String SOFTMAX = "softmax";

    /** Name of the output vertex of a network of values. */
    public static final String VALUES = "values";

    /** What DL4J has for every operation; one line each. */
    private static final Map<Class<? extends Op>, Part> PARTS = Map.ofEntries(
            layer(Op.Convolution.class, NetworkGraph::convolution),
            layer(Op.BatchNorm.class, NetworkGraph::batchNorm),
            vertex(
                    Op.LocalResponseNorm.class,
                    lrn -> new LocalResponseNormVertex(lrn.size(), lrn.alpha(), lrn.beta(), lrn.k())),
            layer(Op.Relu.class, (relu, in) -> new ActivationLayer(Activation.RELU)),
            vertex(Op.LeakyRelu.class, relu -> new LeakyReluVertex(relu.slope())),
            layer(Op.Prelu.class, (prelu, in) -> new Prelu.Builder()
                    .shared(prelu.shared())
                    .channels(in.channels())
                    .build()),
            layer(Op.Sigmoid.class, (sigmoid, in) -> new ActivationLayer(Activation.SIGMOID)),
            layer(Op.Tanh.class, (tanh, in) -> new ActivationLayer(Activation.TANH)),
            layer(Op.Dropout.class, NetworkGraph::dropout),
            vertex(Op.Scale.class, scale -> new ScaleVertex(scale.factor())),
            vertex(Op.Shift.class, shift -> new ShiftVertex(shift.by())),
            layer(Op.ZeroPad.class, (pad, in) -> new ZeroPaddingLayer.Builder(
                            pad.top(), pad.bottom(), pad.left(), pad.right())
                    .build()),
            layer(Op.MaxPool.class, (pool, in) -> pooling(PoolingType.MAX, pool.window(), false)),
            layer(Op.AvgPool.class, (pool, in) -> pooling(PoolingType.AVG, pool.window(), pool.paddingCounts())),
            layer(Op.HalvingAvgPool.class, (pool, in) -> new SubsamplingLayer.Builder(PoolingType.AVG)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .convolutionMode(ConvolutionMode.Same)
                    .avgPoolIncludePadInDivisor(false)
                    .helperAllowFallback(false)
                    .build()),
            vertex(Op.AdaptiveAvgPool.class, pool -> new AdaptiveAvgPoolVertex(pool.height(), pool.width())),
            layer(Op.GlobalAvgPool.class, (pool, in) -> new GlobalPoolingLayer(PoolingType.AVG)),
            layer(Op.ChannelPool.class, (pool, in) -> new GlobalPoolingLayer.Builder(type(pool.pooling()))
                    .collapseDimensions(false)
                    .build()),
            vertex(Op.SpatialPool.class, pool -> new SpatialPoolVertex(pool.pooling())),
            vertex(
                    Op.ZeroPadShortcut.class,
                    pad -> new ZeroPadShortcutVertex(pad.outChannels(), pad.stride(), pad.padding())),
            vertex(Op.DepthToSpace.class, shuffle -> new DepthToSpaceVertex(shuffle.factor())),
            vertex(Op.Upsample.class, up -> new UpsamplingVertex(up.factor(), up.interpolation())),
            vertex(Op.Resize.class, resize -> new ResizingVertex(resize.interpolation())),
            layer(Op.Dense.class, NetworkGraph::dense),
            vertex(Op.Add.class, add -> new ElementWiseVertex(ElementWiseVertex.Op.Add)),
            vertex(Op.StochasticSum.class, sum -> new StochasticSumVertex(sum.survival(), sum.scaling(), sum.per())),
            vertex(Op.Multiply.class, multiply -> new MultiplyVertex()),
            vertex(Op.Concat.class, concat -> new MergeVertex()));

    private NetworkGraph() {}

    /**
     * How to build a graph.
     *
     * @param seed of the initial weights
     * @param dataType of parameters and activations; {@code FLOAT} reaches oneDNN, {@code DOUBLE} is for gradient checks
     * @param updater for {@code ComputationGraph.fit}
     * @param freeze what is not trained
     */
    public record Options(long seed, DataType dataType, IUpdater updater, FreezePlan freeze) {

        /** Single precision, plain SGD with learning rate 0.1, nothing frozen. */
        public static Options seeded(long seed) {
            return new Options(seed, DataType.FLOAT, new Sgd(0.1), FreezePlan.NOTHING);
        }

        /** The same with everything up to {@code part} frozen, its batch normalisations too. */
        public Options frozenUpTo(Optional<String> part) {
            return freeze(part.map(name -> FreezePlan.NOTHING.upTo(name, FreezePlan.Norms.FROZEN))
                    .orElse(FreezePlan.NOTHING));
        }

        /** The same with this frozen and nothing else. */
        public Options freeze(FreezePlan plan) {
            return new Options(seed, dataType, updater, plan);
        }

        /** The same in another precision. */
        public Options dataType(DataType other) {
            return new Options(seed, other, updater, freeze);
        }

        /** The same with another updater for {@code ComputationGraph.fit}. */
        public Options updater(IUpdater other) {
            return new Options(seed, dataType, other, freeze);
        }
    }

    /**
     * A new graph with initialised weights: convolutions as He et al. 2015b (normal, variance 2 / fan-out, torchvision's
     * choice), the classifier uniform in ±1/√fan-in, biases zero, unless a node says otherwise.
     *
     * @throws IllegalArgumentException if the options freeze a part that the network does not have
     */
    public static ComputationGraph create(Network network, Options options) {
        ComputationGraph graph = new ComputationGraph(configuration(network, options));
        graph.init();
        return graph;
    }

    /**
     * A graph that puts out the value of the last node as it is, without softmax and loss: of a part of a network, such as
     * a block. Its weights are as new as those of {@link #create}.
     *
     * @throws IllegalArgumentException as {@link #configuration}
     */
    public static ComputationGraph part(Network part, Options options) {
        String last = part.nodes().get(part.nodes().size() - 1).name();
        ComputationGraph graph = new ComputationGraph(part(part, List.of(last), options));
        graph.init();
        return graph;
    }

    /**
     * A graph that puts out a body's maps, in their order. It can be trained with a head of one's own above them: a network
     * that {@link Body#writer} writes, or layers that DL4J's {@code TransferLearning} adds.
     *
     * @throws IllegalArgumentException as {@link #configuration}
     */
    public static ComputationGraph create(Body body, Options options) {
        ComputationGraph graph = new ComputationGraph(configuration(body, options));
        graph.init();
        return graph;
    }

    /**
     * The configuration of {@link #create(Body, Options)} alone.
     *
     * @throws IllegalArgumentException as {@link #configuration(Network, Options)}
     */
    public static ComputationGraphConfiguration configuration(Body body, Options options) {
        return part(body.network(), List.copyOf(body.maps().values()), options);
    }

    private static ComputationGraphConfiguration part(Network part, List<String> outputs, Options options) {
        return finished(nodes(part, options).setOutputs(outputs.toArray(String[]::new)), part);
    }

    /**
     * Frees the graph's native memory and the workspaces of the current thread, after which the graph is of no use. {@link
     * ComputationGraph#close} does the same and then runs the garbage collector twice, which takes longer than all else
     * that is done with a small graph.
     */
    public static void close(ComputationGraph graph) {
        Updater updater = graph.getUpdater(false);
        Stream.of(graph.params(), graph.getFlattenedGradients(), updater == null ? null : updater.getStateViewArray())
                .filter(array -> array != null && array.closeable())
                .forEach(INDArray::close);
        MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
        workspaces.getAllWorkspacesForCurrentThread().forEach(workspaces::destroyWorkspace);
    }

    /**
     * The configuration alone.
     *
     * @throws IllegalArgumentException if the options freeze a part that the network does not have, or DL4J would compute something
     *     else: a sigmoid or tanh of a map that other nodes read as well, or stochastic depth in a frozen part behind what
     *     is trained
     */
    public static ComputationGraphConfiguration configuration(Network network, Options options) {
        Node last = network.nodes().get(network.nodes().size() - 1);
        String output = output(network);
        ComputationGraphConfiguration.GraphBuilder builder =
                nodes(network, options).addLayer(output, loss(network.output()), last.name());
        List<String> outputs = new ArrayList<>(List.of(output));
        for (Network.Auxiliary head : network.auxiliary()) {
            outputs.add(softmax(head));
            Layer loss = network.output() instanceof Output.ClassMap
                    ? ClassMapLoss.ofAuxiliary(head.weight())
                    : loss(new AuxiliaryLoss(head.weight()));
            builder.addLayer(softmax(head), loss, head.logits());
        }
        return finished(builder.setOutputs(outputs.toArray(String[]::new)), network);
    }

    /** All nodes, and the image that they read. */
    private static ComputationGraphConfiguration.GraphBuilder nodes(Network network, Options options) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(options.seed())
                .dataType(options.dataType())
                .updater(options.updater())
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs(Network.INPUT);
        Map<String, FreezePlan.Norms> frozen = options.freeze().nodes(network);
        Set<String> learning = new HashSet<>();
        Map<String, Long> readers = network.nodes().stream()
                .flatMap(node -> node.inputs().stream())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map<String, String> stages = new HashMap<>();
        for (Node node : network.nodes()) {
            stages.put(node.name(), node.stage());
            String input = node.inputs().get(0);
            boolean leaves = !node.stage().equals(stages.getOrDefault(input, node.stage()));
            Node safe = safe(node, readers.get(input) > 1, leaves);
            boolean passes = node.inputs().stream().anyMatch(learning::contains);
            Frozen how = frozen(node, Optional.ofNullable(frozen.get(node.name())), passes);
            PARTS.get(safe.op().getClass()).addTo(builder, safe, how);
            if (passes || node.parameters() > 0 && (how == Frozen.NOT || how == Frozen.STATISTICS)) {
                learning.add(node.name());
            }
        }
        return builder;
    }

    /** What of a node is frozen. */
    private enum Frozen {
        NOT,
        /** Of a batch normalisation, the statistics. */
        STATISTICS,
        /** All of it, but gradients pass. */
        PASSING,
        /** All of it; nothing before it is trained. */
        STOPPING
    }

    /** @param passes whether something before it is trained */
    private static Frozen frozen(Node node, Optional<FreezePlan.Norms> plan, boolean passes) {
        if (plan.isEmpty()) {
            return Frozen.NOT;
        }
        boolean norm = node.op() instanceof Op.BatchNorm;
        if (norm && plan.get() != FreezePlan.Norms.FROZEN) {
            return plan.get() == FreezePlan.Norms.TRAIN ? Frozen.NOT : Frozen.STATISTICS;
        }
        return passes ? Frozen.PASSING : Frozen.STOPPING;
    }

    private static ComputationGraphConfiguration finished(
            ComputationGraphConfiguration.GraphBuilder builder, Network network) {
        ComputationGraphConfiguration configuration = builder.setInputTypes(InputType.convolutional(
                        network.input().height(),
                        network.input().width(),
                        network.input().channels()))
                .build();
        configuration.getVertices().values().forEach(NetworkGraph::nameStatistics);
        return configuration;
    }

    /** Name of the output vertex. */
    public static String output(Network network) {
        return network.output() instanceof Output.Values ? VALUES : SOFTMAX;
    }

    /** Name of the output vertex of an auxiliary head. */
    public static String softmax(Network.Auxiliary head) {
        return SOFTMAX + "." + head.logits();
    }

    private static Layer loss(Output output) {
        if (output instanceof Output.Values values) {
            return new ValueLoss(values.distance());
        }
        return output instanceof Output.ClassMap ? ClassMapLoss.ofOutput() : loss(new LossMCXENT());
    }

    private static Layer loss(ILossFunction function) {
        return new LossLayer.Builder(function).activation(Activation.SOFTMAX).build();
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

    /**
     * A node that leaves its input to others: DL4J's activation layers overwrite theirs in inference, also one that other
     * nodes read, or that is the map of a stage. A vertex of the zoo does not.
     *
     * @param shared whether others read the node's first input too
     * @param leaves whether that is of another stage
     */
    private static Node safe(Node node, boolean shared, boolean leaves) {
        if (node.op() instanceof Op.Relu && (shared || leaves)) {
            return new Node(node.name(), new Op.LeakyRelu(0), node.inputs(), node.stage(), node.inputShapes());
        }
        if (shared && (node.op() instanceof Op.Sigmoid || node.op() instanceof Op.Tanh)) {
            throw new IllegalArgumentException(
                    node.name() + ": DL4J's " + node.op().label() + " overwrites "
                            + node.inputs().get(0) + ", which other nodes read; let those read its output");
        }
        return node;
    }

    /** Puts a node into a graph. */
    private interface Part {
        void addTo(ComputationGraphConfiguration.GraphBuilder builder, Node node, Frozen how);
    }

    private static <O extends Op> Map.Entry<Class<? extends Op>, Part> layer(
            Class<O> kind, BiFunction<O, Shape, Layer> made) {
        return Map.entry(kind, (builder, node, how) -> {
            Layer layer = made.apply(kind.cast(node.op()), node.in());
            builder.addLayer(node.name(), frozen(layer, how), node.inputs().toArray(String[]::new));
        });
    }

    private static Layer frozen(Layer layer, Frozen how) {
        return switch (how) {
            case NOT -> layer;
            case STATISTICS -> FrozenStatisticsBatchNorm.of((BatchNormalization) layer);
            case PASSING -> passing(layer);
            case STOPPING -> new FrozenLayer(layer);
        };
    }

    /** DL4J's {@link FrozenLayerWithBackprop} is right around layers whose way back is the same in both modes. */
    private static Layer passing(Layer layer) {
        if (layer instanceof BatchNormalization norm) {
            return new FrozenLayerWithBackprop(FrozenStatisticsBatchNorm.of(norm));
        }
        if (layer instanceof DropoutLayer) {
            return new ActivationLayer(Activation.IDENTITY);
        }
        return layer.initializer() instanceof EmptyParamInitializer ? layer : new FrozenLayerWithBackprop(layer);
    }

    private static <O extends Op> Map.Entry<Class<? extends Op>, Part> vertex(
            Class<O> kind, Function<O, GraphVertex> made) {
        return Map.entry(kind, (builder, node, how) -> {
            GraphVertex vertex = made.apply(kind.cast(node.op()));
            if (how == Frozen.PASSING && node.op() instanceof Op.StochasticSum sum && sum.survival() < 1) {
                throw new IllegalArgumentException(node.name()
                        + " is frozen behind what is trained, and would still drop its branch at random; freeze what is"
                        + " before it as well, or leave out stochastic depth");
            }
            builder.addVertex(
                    node.name(),
                    how == Frozen.STOPPING ? new FrozenVertex(vertex) : vertex,
                    node.inputs().toArray(String[]::new));
        });
    }

    private static Layer convolution(Op.Convolution c, Shape in) {
        Window.Axis rows = c.window().rows();
        Window.Axis columns = c.window().columns();
        IWeightInit weights = initial(c, in);
        // DL4J's has no groups, and asks oneDNN for a dilated one with the padding of another
        if (c.groups() > 1 || rows.dilation() > 1 || columns.dilation() > 1) {
            return new GroupedConvolution.Builder(rows.kernel(), columns.kernel())
                    .stride(rows.stride(), columns.stride())
                    .padding(rows.padding(), columns.padding())
                    .dilation(rows.dilation(), columns.dilation())
                    .groups(c.groups())
                    .nIn(in.channels())
                    .nOut(c.outChannels())
                    .hasBias(c.bias())
                    .biasInit(c.initialBias())
                    .weightInit(weights)
                    .build();
        }
        return new ConvolutionLayer.Builder(rows.kernel(), columns.kernel())
                .stride(rows.stride(), columns.stride())
                .padding(rows.padding(), columns.padding())
                .nIn(in.channels())
                .nOut(c.outChannels())
                .hasBias(c.bias())
                .biasInit(c.initialBias())
                .helperAllowFallback(false)
                .activation(Activation.IDENTITY)
                .weightInit(weights)
                .build();
    }

    private static IWeightInit initial(Op.Convolution c, Shape in) {
        // That of all groups together: PyTorch does not divide
        double fanOut = (double) c.window().taps() * c.outChannels();
        double fanIn = (double) c.window().taps() * (in.channels() / c.groups());
        return switch (c.initial()) {
            case FAN_OUT -> new WeightInitDistribution(new NormalDistribution(0, Math.sqrt(2 / fanOut)));
            case PYTORCH -> within(1 / Math.sqrt(fanIn));
            case FAN_IN -> within(Math.sqrt(3 / fanIn));
        };
    }

    private static IWeightInit within(double bound) {
        return new WeightInitDistribution(new UniformDistribution(-bound, bound));
    }

    private static Layer batchNorm(Op.BatchNorm bn, Shape in) {
        return new BatchNormalization.Builder()
                .decay(bn.decay())
                .eps(bn.eps())
                .useLogStd(false)
                .helperAllowFallback(false)
                .gamma(bn.zeroInit() ? 0 : 1)
                .nIn(in.channels())
                .nOut(in.channels())
                .build();
    }

    /** DL4J's probability is that of a value to be kept. */
    private static Layer dropout(Op.Dropout dropout, Shape in) {
        DropoutLayer layer = new DropoutLayer(new Dropout(1 - dropout.probability()));
        layer.setNIn(in.channels());
        layer.setNOut(in.channels());
        return layer;
    }

    private static Layer pooling(PoolingType type, Window window, boolean paddingCounts) {
        Window.Axis rows = window.rows();
        Window.Axis columns = window.columns();
        return new SubsamplingLayer.Builder(type)
                .kernelSize(rows.kernel(), columns.kernel())
                .stride(rows.stride(), columns.stride())
                .padding(rows.padding(), columns.padding())
                .avgPoolIncludePadInDivisor(paddingCounts)
                .helperAllowFallback(false)
                .build();
    }

    private static PoolingType type(Op.Pooling pooling) {
        return pooling == Op.Pooling.MEAN ? PoolingType.AVG : PoolingType.MAX;
    }

    private static Layer dense(Op.Dense d, Shape in) {
        double bound = 1 / Math.sqrt(in.elements());
        return new DenseLayer.Builder()
                .nIn(in.elements())
                .nOut(d.out())
                .hasBias(d.bias())
                .biasInit(d.initialBias())
                .activation(Activation.IDENTITY)
                .weightInit(within(bound))
                .build();
    }
}
