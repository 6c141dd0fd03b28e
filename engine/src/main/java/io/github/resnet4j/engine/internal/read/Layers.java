package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.zoo.layers.AuxiliaryLoss;
import io.github.resnet4j.zoo.layers.ClassMapLoss;
import io.github.resnet4j.zoo.layers.FrozenStatisticsBatchNorm;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.Prelu;
import io.github.resnet4j.zoo.layers.ValueLoss;
import io.github.resnet4j.zoo.network.Output.Distance;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * The layers that the engine knows, one row each.
 *
 * <p>DL4J gives every layer the settings of the whole graph, and many layers never look at theirs: batch normalisation
 * has no activation function, dropout or weight noise whatever its configuration says, and neither pooling, padding,
 * activation nor loss layers drop anything. A setting that is not read here is one that DL4J does not read either.
 */
final class Layers {
    private static final Table<Layer, UnaryOperator<VertexOutput>> LAYERS = new Table<
                    Layer, UnaryOperator<VertexOutput>>()
            .row(ConvolutionLayer.class, Layers::convolution)
            .row(GroupedConvolution.class, Layers::groupedConvolution)
            .row(BatchNormalization.class, Layers::batchNorm)
            .row(FrozenStatisticsBatchNorm.class, Layers::batchNorm)
            .row(Prelu.class, Layers::prelu)
            .row(LocalResponseNormalization.class, Layers::responseNorm)
            .row(Upsampling2D.class, Layers::upsampling)
            .row(ActivationLayer.class, (layer, vertex) -> Activations.read(layer.getActivationFn(), vertex))
            .row(DropoutLayer.class, (layer, vertex) -> dropout(layer.getIDropout(), vertex))
            .row(SubsamplingLayer.class, Layers::pooling)
            .row(GlobalPoolingLayer.class, Layers::globalPooling)
            .row(ZeroPaddingLayer.class, Layers::zeroPadding)
            .row(DenseLayer.class, Layers::dense)
            .row(OutputLayer.class, Layers::output)
            .row(LossLayer.class, (layer, vertex) -> loss(layer.getLossFn(), layer.getActivationFn(), vertex))
            .row(ClassMapLoss.class, Layers::classMap)
            .row(ValueLoss.class, Layers::values);
    private static final Set<Class<?>> CROSS_ENTROPIES = Set.of(LossMCXENT.class, LossNegativeLogLikelihood.class);

    /** {@link LossMCXENT}'s default: what a smaller probability counts as in the loss. Gradients do not see it. */
    private static final double CLIPPED_AT = 1e-10;

    private Layers() {}

    /**
     * Looks at all that can be judged without the input.
     *
     * @throws UnreadableVertexException if the layer can be read no further
     */
    static UnaryOperator<VertexOutput> read(Layer layer, Vertex vertex) {
        return LAYERS.read(layer, vertex);
    }

    private static UnaryOperator<VertexOutput> convolution(ConvolutionLayer layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getCnn2dDataFormat());
        Sliding sliding = Sliding.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode(),
                vertex);
        return convolution(layer, sliding, 1, layer.hasBias(), vertex);
    }

    private static UnaryOperator<VertexOutput> groupedConvolution(GroupedConvolution layer, Vertex vertex) {
        Sliding sliding = Sliding.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                ConvolutionMode.Truncate,
                vertex);
        return convolution(layer, sliding, layer.getGroups(), layer.hasBias(), vertex);
    }

    private static UnaryOperator<VertexOutput> convolution(
            FeedForwardLayer layer, Sliding sliding, int groups, boolean hasBias, Vertex vertex) {
        checkNoise(layer, vertex);
        UnaryOperator<VertexOutput> dropout = dropout(layer.getIDropout(), vertex);
        UnaryOperator<VertexOutput> activation = Activations.read(layer.getActivationFn(), vertex);
        Parameter weight = vertex.parameter(ConvolutionParamInitializer.WEIGHT_KEY, 'c');
        Optional<Parameter> bias = bias(hasBias, ConvolutionParamInitializer.BIAS_KEY, vertex);
        int filters = Math.toIntExact(layer.getNOut());
        return in -> {
            VertexOutput map = dropout.apply(vertex.map(in));
            vertex.requireChannels(map, layer.getNIn());
            Window window = sliding.over(map.extent(), vertex);
            Operation op = new Operation.Convolution(filters, window, groups, weight, bias);
            Extent extent = window.over(map.extent(), filters);
            return activation.apply(vertex.emit("convolution", op, List.of(map), extent, false));
        };
    }

    private static UnaryOperator<VertexOutput> batchNorm(BatchNormalization layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getCnn2DFormat());
        vertex.require(!layer.isLockGammaBeta(), "its gamma and beta are locked; the engine reads trained ones");
        String variance = layer.isUseLogStd()
                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR;
        Operation op = new Operation.BatchNorm(
                vertex.parameter(BatchNormalizationParamInitializer.GAMMA, 'c'),
                vertex.parameter(BatchNormalizationParamInitializer.BETA, 'c'),
                vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN, 'c'),
                vertex.parameter(variance, 'c'),
                layer.getEps(),
                layer.getDecay(),
                layer.isUseLogStd(),
                vertex.learns() && !(layer instanceof FrozenStatisticsBatchNorm));
        return in -> {
            vertex.require(
                    !in.flat() || in.isVector(),
                    "it normalises every value of a flattened map of " + in.extent()
                            + "; the engine normalises channels");
            vertex.requireChannels(in, layer.getNOut());
            return vertex.emit("norm", op, in);
        };
    }

    private static UnaryOperator<VertexOutput> prelu(Prelu layer, Vertex vertex) {
        checkNoise(layer, vertex);
        UnaryOperator<VertexOutput> dropout = dropout(layer.getIDropout(), vertex);
        Operation op = new Operation.Prelu(vertex.parameter(DefaultParamInitializer.WEIGHT_KEY, 'c'));
        return in -> {
            vertex.requireChannels(in, layer.getNOut());
            return vertex.emit("prelu", op, dropout.apply(vertex.mapOrVector(in)));
        };
    }

    /** Its sum of squares is not divided by the size of the window. */
    private static UnaryOperator<VertexOutput> responseNorm(LocalResponseNormalization layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getDataFormat());
        if (vertex.learns()) {
            vertex.obstacle(
                    "DL4J's gradient of LocalResponseNormalization is wrong, and the engine does not reproduce it;"
                            + " use LocalResponseNormVertex instead");
        }
        int size = 2 * ((int) layer.getN() / 2) + 1;
        Operation op = new Operation.LocalResponseNorm(size, layer.getAlpha() * size, layer.getBeta(), layer.getK());
        return in -> vertex.emit("norm", op, vertex.map(in));
    }

    private static UnaryOperator<VertexOutput> upsampling(Upsampling2D layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getFormat());
        int[] size = layer.getSize();
        return in -> Vertices.upsampled(vertex.map(in), size[0], size[1], false, vertex);
    }

    private static UnaryOperator<VertexOutput> dropout(IDropout dropout, Vertex vertex) {
        if (dropout == null || !vertex.learns()) {
            return UnaryOperator.identity();
        }
        if (dropout.getClass() != Dropout.class) {
            vertex.obstacle("the engine does not support the dropout " + Vertex.className(dropout));
            return UnaryOperator.identity();
        }
        Dropout plain = (Dropout) dropout;
        double retain = plain.getP();
        if (plain.getPSchedule() != null || !(retain > 0 && retain <= 1)) {
            vertex.obstacle("its dropout must have a constant probability from 0 to 1");
            return UnaryOperator.identity();
        }
        return retain == 1 ? UnaryOperator.identity() : in -> vertex.emit("dropout", new Operation.Dropout(retain), in);
    }

    private static UnaryOperator<VertexOutput> pooling(SubsamplingLayer layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getCnn2dDataFormat());
        // DL4J makes the output smaller for it, but does not leave anything out of the window
        vertex.require(
                Arrays.equals(layer.getDilation(), new int[] {1, 1}),
                "its dilation is " + Arrays.toString(layer.getDilation()) + "; the engine pools without dilation");
        Sliding sliding = Sliding.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode(),
                vertex);
        PoolingType type = pooling(layer.getPoolingType(), vertex);
        return in -> {
            Window window = sliding.over(vertex.map(in).extent(), vertex);
            boolean paddingCounts = type == PoolingType.AVG && layer.isAvgPoolIncludePadInDivisor();
            vertex.require(
                    paddingCounts || window.seesEverywhere(in.extent()),
                    "some of its windows over " + in + " hold only padding, which has no maximum or mean");
            Extent extent = window.over(in.extent(), in.extent().channels());
            Operation op = pool(type, window, paddingCounts);
            return vertex.emit("pooling", op, List.of(in), extent, false);
        };
    }

    private static UnaryOperator<VertexOutput> globalPooling(GlobalPoolingLayer layer, Vertex vertex) {
        int[] dimensions = layer.getPoolingDimensions();
        vertex.require(
                dimensions == null || Arrays.equals(dimensions, new int[] {2, 3}),
                "it pools the dimensions " + Arrays.toString(dimensions) + "; the engine pools rows and columns");
        PoolingType type = pooling(layer.getPoolingType(), vertex);
        return in -> {
            Extent map = vertex.map(in).extent();
            Window window = new Window(map.height(), map.width(), 1, 1, Window.Padding.NONE, 1, 1);
            Extent extent = new Extent(map.channels(), 1, 1);
            return vertex.emit("pooling", pool(type, window, false), List.of(in), extent, layer.isCollapseDimensions());
        };
    }

    private static PoolingType pooling(PoolingType type, Vertex vertex) {
        vertex.require(
                type == PoolingType.MAX || type == PoolingType.AVG, "the engine does not support the pooling " + type);
        return type;
    }

    private static Operation pool(PoolingType type, Window window, boolean paddingCounts) {
        return type == PoolingType.MAX ? new Operation.MaxPool(window) : new Operation.AvgPool(window, paddingCounts);
    }

    private static UnaryOperator<VertexOutput> zeroPadding(ZeroPaddingLayer layer, Vertex vertex) {
        vertex.requireChannelsFirst(layer.getDataFormat());
        int[] sides = layer.getPadding();
        Window.Padding padding = new Window.Padding(sides[0], sides[1], sides[2], sides[3]);
        return in -> {
            Extent map = vertex.map(in).extent();
            Extent extent = new Extent(
                    map.channels(),
                    map.height() + padding.top() + padding.bottom(),
                    map.width() + padding.left() + padding.right());
            return vertex.emit("padding", new Operation.ZeroPad(padding), List.of(in), extent, false);
        };
    }

    private static UnaryOperator<VertexOutput> dense(DenseLayer layer, Vertex vertex) {
        vertex.require(!layer.hasLayerNorm(), "the engine does not support layer normalization");
        UnaryOperator<VertexOutput> matrix = matrix(layer, layer.hasBias(), vertex);
        UnaryOperator<VertexOutput> activation = Activations.read(layer.getActivationFn(), vertex);
        return in -> activation.apply(matrix.apply(in));
    }

    private static UnaryOperator<VertexOutput> output(OutputLayer layer, Vertex vertex) {
        UnaryOperator<VertexOutput> matrix = matrix(layer, layer.hasBias(), vertex);
        UnaryOperator<VertexOutput> loss = loss(layer.getLossFn(), layer.getActivationFn(), vertex);
        return in -> loss.apply(matrix.apply(in));
    }

    private static UnaryOperator<VertexOutput> matrix(FeedForwardLayer layer, boolean hasBias, Vertex vertex) {
        checkNoise(layer, vertex);
        UnaryOperator<VertexOutput> dropout = dropout(layer.getIDropout(), vertex);
        Parameter weight = vertex.parameter(DefaultParamInitializer.WEIGHT_KEY, 'f');
        Optional<Parameter> bias = bias(hasBias, DefaultParamInitializer.BIAS_KEY, vertex);
        int outputs = Math.toIntExact(layer.getNOut());
        return in -> {
            vertex.require(in.flat(), "it takes rows but gets " + in + "; a CnnToFeedForwardPreProcessor is missing");
            vertex.require(
                    in.extent().elements() == layer.getNIn(),
                    "it is built for " + layer.getNIn() + " inputs but gets "
                            + in.extent().elements());
            VertexOutput row = dropout.apply(in);
            Operation op = new Operation.Dense(outputs, weight, bias);
            return vertex.emit("dense", op, List.of(row), new Extent(outputs, 1, 1), true);
        };
    }

    /** In inference, the activation alone. */
    private static UnaryOperator<VertexOutput> loss(ILossFunction loss, IActivation function, Vertex vertex) {
        if (!vertex.training()) {
            return Activations.read(function, vertex);
        }
        requireOutput(vertex);
        if (loss instanceof AuxiliaryLoss auxiliary && function instanceof ActivationSoftmax) {
            return in -> Activations.softmax(Collections.nCopies(in.extent().channels(), auxiliary.weight()), vertex)
                    .apply(in);
        }
        if (!(loss instanceof LossMCXENT entropy)
                || !CROSS_ENTROPIES.contains(loss.getClass())
                || function == null
                || function.getClass() != ActivationSoftmax.class) {
            throw vertex.refuse("it trains " + loss + " on " + function
                    + "; the engine trains MCXENT or NEGATIVELOGLIKELIHOOD on softmax");
        }
        if (entropy.getSoftmaxClipEps() > CLIPPED_AT) {
            vertex.obstacle("its loss is clipped at a probability of " + entropy.getSoftmaxClipEps()
                    + "; the engine clips at " + CLIPPED_AT);
        }
        List<Double> classWeights = entropy.getWeights() == null
                ? List.of()
                : Arrays.stream(entropy.getWeights().toDoubleVector()).boxed().toList();
        return Activations.softmax(classWeights, vertex);
    }

    private static UnaryOperator<VertexOutput> classMap(ClassMapLoss loss, Vertex vertex) {
        requireOutput(vertex);
        List<Double> weights = loss.classWeights();
        return in -> {
            int classes = vertex.map(in).extent().channels();
            vertex.require(
                    weights.isEmpty() || weights.size() == classes,
                    "it has " + weights.size() + " class weights for " + classes + " classes");
            return vertex.emit("softmax", new Operation.PlaceCrossEntropy(loss.weight(), weights), in);
        };
    }

    private static UnaryOperator<VertexOutput> values(ValueLoss loss, Vertex vertex) {
        requireOutput(vertex);
        Operation op = new Operation.Distance(loss.distance() == Distance.L2);
        return in -> vertex.training() ? vertex.emit("distance", op, vertex.map(in)) : vertex.map(in);
    }

    private static void requireOutput(Vertex vertex) {
        if (vertex.training() && !vertex.isOutput()) {
            vertex.obstacle("it has a loss but is not the graph's output");
        }
    }

    private static Optional<Parameter> bias(boolean hasBias, String key, Vertex vertex) {
        return hasBias ? Optional.of(vertex.parameter(key, 'c')) : Optional.empty();
    }

    private static void checkNoise(FeedForwardLayer layer, Vertex vertex) {
        if (vertex.learns() && layer.getWeightNoise() != null) {
            vertex.obstacle("the engine does not support the weight noise " + Vertex.className(layer.getWeightNoise()));
        }
    }
}
