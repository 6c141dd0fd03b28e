package io.github.resnet4j.zoo.layers;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;

/** Runs a {@link Prelu}. The gradient at 0 is that of negative values, as in PyTorch; NaN stays NaN. */
final class PreluLayer extends BaseLayer<Prelu> {
    private static final long serialVersionUID = 1L;

    private static final String SLOPES = PreluParamInitializer.SLOPES;
    private static final int CHANNELS = 1;

    PreluLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public boolean hasBias() {
        return false;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        applyDropOutIfNecessary(training, workspaces);
        INDArray x = input.castTo(dataType);
        return workspaces.dup(
                ArrayType.ACTIVATIONS, factors(x, training, workspaces).muli(x), 'c');
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray x = input.castTo(dataType);
        INDArray delta = epsilon.castTo(dataType);
        int[] others =
                IntStream.range(0, x.rank()).filter(axis -> axis != CHANNELS).toArray();
        INDArray byChannel =
                x.gt(0).castTo(dataType).rsubi(1).muli(x).muli(delta).sum(others);
        INDArray slopeGradient = gradientViews.get(SLOPES);
        slopeGradient.assign(layerConf().shared() ? byChannel.sum() : byChannel);
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(SLOPES, slopeGradient);

        INDArray back = workspaces.dup(
                ArrayType.ACTIVATION_GRAD, factors(x, true, workspaces).muli(delta), 'c');
        weightNoiseParams.clear();
        return new Pair<>(gradient, backpropDropOutIfPresent(back));
    }

    /** What every value is multiplied by: 1 or its channel's slope. */
    private INDArray factors(INDArray x, boolean training, LayerWorkspaceMgr workspaces) {
        INDArray slopes = getParamWithNoise(SLOPES, training, workspaces);
        INDArray positive = x.gt(0).castTo(dataType);
        INDArray others = positive.rsub(1);
        if (layerConf().shared()) {
            others.muli(slopes.getDouble(0));
        } else {
            Nd4j.exec(new BroadcastMulOp(others, slopes, others, CHANNELS));
        }
        return positive.addi(others);
    }
}
