package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.layers.GroupedConvolution;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Builds a user's graph such that DL4J M2.1 computes it right: the layers that it computes wrongly are put together from
 * others. Vertices keep their names, and those that are added have the name of one and what they are for.
 */
final class ReferenceBuilder extends GraphBuilder {
    private final Map<String, InputType> types;
    private final Set<String> affine = new HashSet<>();

    /** @param types what each vertex of the user's graph puts out */
    ReferenceBuilder(NeuralNetConfiguration.Builder settings, Map<String, InputType> types) {
        super(settings);
        this.types = types;
    }

    @Override
    public GraphBuilder addLayer(String name, Layer layer, InputPreProcessor preprocessor, String... inputs) {
        Layer inner = unwrapped(layer);
        if (inner instanceof ActivationLayer) {
            return activation(name, layer, preprocessor, inputs);
        } else if (inner instanceof SubsamplingLayer pooling && countsPadding(pooling)) {
            return mean(name, layer, pooling, inputs[0]);
        } else if (inner instanceof BatchNormalization && layer instanceof FrozenLayerWithBackprop) {
            return affine(name, preprocessor, inputs[0]);
        }
        return super.addLayer(name, layer, preprocessor, inputs);
    }

    private static Layer unwrapped(Layer layer) {
        return layer instanceof FrozenLayer frozen
                ? frozen.getLayer()
                : layer instanceof BaseWrapperLayer wrapper ? wrapper.getUnderlying() : layer;
    }

    /** Outside training, an activation layer writes its values over those of its input, whoever else reads them. */
    private GraphBuilder activation(String name, Layer layer, InputPreProcessor preprocessor, String... inputs) {
        String copy = name + "-copy";
        ScaleVertex identity = new ScaleVertex(1);
        addVertex(copy, layer instanceof FrozenLayer ? new FrozenVertex(identity) : identity, inputs);
        return super.addLayer(name, layer, preprocessor, copy);
    }

    private static boolean countsPadding(SubsamplingLayer layer) {
        return layer.getPoolingType() == PoolingType.AVG && layer.isAvgPoolIncludePadInDivisor();
    }

    /** The way back of a mean that counts the padding divides by the number of the other values. */
    private GraphBuilder mean(String name, Layer layer, SubsamplingLayer pooling, String input) {
        InputTypeConvolutional in = (InputTypeConvolutional) types.get(input);
        InputTypeConvolutional out = (InputTypeConvolutional) types.get(name);
        int[] rows = padding(pooling, 0, in.getHeight(), out.getHeight());
        int[] columns = padding(pooling, 1, in.getWidth(), out.getWidth());
        Layer zeros = new ZeroPaddingLayer.Builder(rows[0], rows[1], columns[0], columns[1]).build();
        SubsamplingLayer bare = new SubsamplingLayer.Builder(PoolingType.AVG)
                .kernelSize(pooling.getKernelSize())
                .stride(pooling.getStride())
                .build();
        boolean frozen = layer instanceof FrozenLayer;
        addLayer(name + "-zeros", frozen ? new FrozenLayer(zeros) : zeros, input);
        return addLayer(name, frozen ? new FrozenLayer(bare) : bare, name + "-zeros");
    }

    /** Zeros before and behind one axis of a map. */
    private static int[] padding(SubsamplingLayer pooling, int axis, long in, long out) {
        if (pooling.getConvolutionMode() != ConvolutionMode.Same) {
            return new int[] {pooling.getPadding()[axis], pooling.getPadding()[axis]};
        }
        long zeros = (out - 1) * pooling.getStride()[axis] + pooling.getKernelSize()[axis] - in;
        return new int[] {Math.toIntExact(zeros / 2), Math.toIntExact(zeros - zeros / 2)};
    }

    /** The way back through frozen batch normalisation is that of the batch's statistics; it is one factor a channel. */
    private GraphBuilder affine(String name, InputPreProcessor preprocessor, String input) {
        affine.add(name);
        if (types.get(input) instanceof InputTypeFeedForward rows) {
            Layer diagonal = new DenseLayer.Builder()
                    .nIn(rows.getSize())
                    .nOut(rows.getSize())
                    .build();
            return super.addLayer(name, new FrozenLayerWithBackprop(diagonal), preprocessor, input);
        }
        long channels = ((InputTypeConvolutional) types.get(input)).getChannels();
        Layer factors = new GroupedConvolution.Builder(1, 1)
                .groups(Math.toIntExact(channels))
                .nIn(channels)
                .nOut(channels)
                .build();
        return super.addLayer(name, new FrozenLayerWithBackprop(factors), preprocessor, input);
    }

    /** Gives {@code to}, which this has built, the parameters of the user's graph {@code from}. */
    void copyParameters(ComputationGraph from, ComputationGraph to) {
        for (ParameterLayout.Segment segment : ParameterLayout.of(from).segments()) {
            String vertex = segment.vertex();
            if (!affine.contains(vertex)) {
                to.getLayer(vertex).getParam(segment.key()).assign(parameter(from, vertex, segment.key()));
            }
        }
        for (String vertex : affine) {
            INDArray factor = parameter(from, vertex, BatchNormalizationParamInitializer.GAMMA)
                    .div(Transforms.sqrt(variance(from, vertex)));
            INDArray mean = parameter(from, vertex, BatchNormalizationParamInitializer.GLOBAL_MEAN);
            INDArray shift = parameter(from, vertex, BatchNormalizationParamInitializer.BETA)
                    .sub(mean.mul(factor));
            INDArray weights = to.getLayer(vertex).getParam(ConvolutionParamInitializer.WEIGHT_KEY);
            INDArray bias = to.getLayer(vertex).getParam(ConvolutionParamInitializer.BIAS_KEY);
            boolean rows = weights.rank() == 2;
            weights.assign(rows ? Nd4j.diag(factor.reshape(factor.length())) : factor.reshape(weights.shape()));
            bias.assign(shift.reshape(bias.shape()));
        }
    }

    /** The running variance with what is added to it before the root is taken. */
    private static INDArray variance(ComputationGraph graph, String vertex) {
        BatchNormalization norm =
                (BatchNormalization) unwrapped(graph.getLayer(vertex).conf().getLayer());
        if (!norm.isUseLogStd()) {
            return parameter(graph, vertex, BatchNormalizationParamInitializer.GLOBAL_VAR)
                    .add(norm.getEps());
        }
        INDArray exponent = parameter(graph, vertex, BatchNormalizationParamInitializer.GLOBAL_LOG_STD)
                .mul(2);
        return Transforms.pow(Nd4j.valueArrayOf(exponent.shape(), 10.0, DataType.DOUBLE), exponent)
                .add(norm.getEps());
    }

    private static INDArray parameter(ComputationGraph graph, String vertex, String key) {
        return graph.getLayer(vertex).getParam(key).castTo(DataType.DOUBLE);
    }
}
