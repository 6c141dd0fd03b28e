package io.github.resnet4j.zoo.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lays out the parameters of a {@link GroupedConvolution} as DL4J does those of a convolution: the bias first. */
final class GroupedConvolutionParamInitializer implements ParamInitializer {
    static final GroupedConvolutionParamInitializer INSTANCE = new GroupedConvolutionParamInitializer();
    static final String WEIGHT = ConvolutionParamInitializer.WEIGHT_KEY;
    static final String BIAS = ConvolutionParamInitializer.BIAS_KEY;

    private GroupedConvolutionParamInitializer() {}

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        GroupedConvolution convolution = (GroupedConvolution) layer;
        long count = convolution.hasBias() ? convolution.getNOut() : 0;
        long weights = 1;
        for (long size : convolution.weightShape()) {
            weights *= size;
        }
        return count + weights;
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return ((GroupedConvolution) layer).hasBias() ? List.of(WEIGHT, BIAS) : List.of(WEIGHT);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(WEIGHT);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return ((GroupedConvolution) layer).hasBias() ? List.of(BIAS) : List.of();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return WEIGHT.equals(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return BIAS.equals(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray parameters, boolean initialize) {
        GroupedConvolution layer = (GroupedConvolution) conf.getLayer();
        paramKeys(layer).forEach(conf::addVariable);
        Map<String, INDArray> views = views(layer, parameters);
        if (initialize) {
            if (layer.hasBias()) {
                views.get(BIAS).assign(layer.getBiasInit());
            }
            INDArray weights = views.get(WEIGHT);
            double area = (double) weights.size(2) * weights.size(3);
            double steps = (double) layer.getStride()[0] * layer.getStride()[1];
            layer.getWeightInitFn()
                    .init(
                            weights.size(1) * area,
                            (double) layer.getNOut() / layer.getGroups() * area / steps,
                            weights.shape(),
                            'c',
                            weights.reshape(weights.length()));
        }
        return views;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradients) {
        return views((GroupedConvolution) conf.getLayer(), gradients);
    }

    private static Map<String, INDArray> views(GroupedConvolution layer, INDArray flat) {
        INDArray values = flat.reshape(flat.length());
        long biases = layer.hasBias() ? layer.getNOut() : 0;
        Map<String, INDArray> views = new LinkedHashMap<>();
        if (layer.hasBias()) {
            views.put(BIAS, values.get(NDArrayIndex.interval(0, biases)));
        }
        views.put(
                WEIGHT,
                values.get(NDArrayIndex.interval(biases, values.length())).reshape('c', layer.weightShape()));
        return views;
    }
}
