package io.github.resnet4j.zoo.layers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a {@link Prelu}: its slopes. Weight decay applies to them, as it does in PyTorch. */
final class PreluParamInitializer implements ParamInitializer {
    static final PreluParamInitializer INSTANCE = new PreluParamInitializer();
    static final String SLOPES = DefaultParamInitializer.WEIGHT_KEY;

    private PreluParamInitializer() {}

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return ((Prelu) layer).slopes();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.of(SLOPES);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(SLOPES);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return SLOPES.equals(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return false;
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray parameters, boolean initialize) {
        conf.addVariable(SLOPES);
        INDArray slopes = parameters.reshape(parameters.length());
        if (initialize) {
            ((Prelu) conf.getLayer()).getWeightInitFn().init(1, 1, slopes.shape(), 'c', slopes);
        }
        return views(slopes);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradients) {
        return views(gradients.reshape(gradients.length()));
    }

    private static Map<String, INDArray> views(INDArray slopes) {
        return new LinkedHashMap<>(Map.of(SLOPES, slopes));
    }
}
