package io.github.resnet4j.zoo.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch normalisation that uses its running statistics in training, too, and leaves them as they are; scale and shift are
 * trained. PyTorch's {@code BatchNorm2d} in {@code eval()} mode. DL4J has none: its {@code FrozenLayerWithBackprop} around
 * a batch normalisation uses the running statistics on the way forward and the batch's on the way back.
 */
public final class FrozenStatisticsBatchNorm extends BatchNormalization {
    private static final long serialVersionUID = 1L;

    /** For Jackson, which sets what it reads. */
    private FrozenStatisticsBatchNorm() {}

    /**
     * One with the settings and the parameters of {@code norm}.
     *
     * @throws IllegalArgumentException if that keeps the logarithm of its deviation, or has no scale and shift of its own
     */
    public static FrozenStatisticsBatchNorm of(BatchNormalization norm) {
        if (norm.isUseLogStd() || norm.isLockGammaBeta()) {
            throw new IllegalArgumentException(norm.getLayerName()
                    + ": statistics can be frozen where the variance itself is kept, and scale and shift are trained");
        }
        FrozenStatisticsBatchNorm frozen = new FrozenStatisticsBatchNorm();
        frozen.setNIn(norm.getNIn());
        frozen.setNOut(norm.getNOut());
        frozen.setDecay(norm.getDecay());
        frozen.setEps(norm.getEps());
        frozen.setMinibatch(norm.isMinibatch());
        frozen.setGamma(norm.getGamma());
        frozen.setBeta(norm.getBeta());
        frozen.setLockGammaBeta(false);
        frozen.setUseLogStd(false);
        frozen.setCudnnAllowFallback(norm.isCudnnAllowFallback());
        frozen.setCnn2DFormat(norm.getCnn2DFormat());
        return frozen;
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        LayerValidation.assertNOutSet("FrozenStatisticsBatchNorm", getLayerName(), index, getNOut());
        FrozenStatisticsBatchNormLayer layer = new FrozenStatisticsBatchNormLayer(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(initializer().init(conf, parameters, initialize));
        layer.setConf(conf);
        return layer;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FrozenStatisticsBatchNorm && super.equals(other);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof FrozenStatisticsBatchNorm;
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + 1;
    }

    @Override
    public String toString() {
        return "FrozenStatisticsBatchNorm(" + super.toString() + ")";
    }
}
