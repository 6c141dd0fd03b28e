package io.github.resnet4j.zoo.layers;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Runs a {@link FrozenStatisticsBatchNorm}: forward as DL4J in inference mode, and back accordingly. */
final class FrozenStatisticsBatchNormLayer extends BatchNormalization {
    private static final long serialVersionUID = 1L;

    private static final int CHANNELS = 1;

    FrozenStatisticsBatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        return super.activate(false, workspaces);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray delta = epsilon.castTo(dataType);
        INDArray x = input.castTo(dataType);
        INDArray inverse = Transforms.sqrt(
                        vector(BatchNormalizationParamInitializer.GLOBAL_VAR)
                                .add(layerConf().getEps()),
                        false)
                .rdivi(1);
        INDArray normalised = Nd4j.exec(
                new BroadcastSubOp(x, vector(BatchNormalizationParamInitializer.GLOBAL_MEAN), x.ulike(), CHANNELS));
        Nd4j.exec(new BroadcastMulOp(normalised, inverse, normalised, CHANNELS));
        int[] others =
                IntStream.range(0, x.rank()).filter(axis -> axis != CHANNELS).toArray();

        Gradient gradient = new DefaultGradient();
        put(
                gradient,
                BatchNormalizationParamInitializer.GAMMA,
                normalised.muli(delta).sum(others));
        put(gradient, BatchNormalizationParamInitializer.BETA, delta.sum(others));
        INDArray none = inverse.ulike().assign(0);
        put(gradient, BatchNormalizationParamInitializer.GLOBAL_MEAN, none);
        put(gradient, BatchNormalizationParamInitializer.GLOBAL_VAR, none);

        INDArray factors = inverse.muli(vector(BatchNormalizationParamInitializer.GAMMA));
        INDArray back = Nd4j.exec(new BroadcastMulOp(delta, factors, delta.ulike(), CHANNELS));
        return new Pair<>(gradient, workspaces.dup(ArrayType.ACTIVATION_GRAD, back, 'c'));
    }

    private INDArray vector(String parameter) {
        INDArray values = getParam(parameter);
        return values.reshape(values.length());
    }

    private void put(Gradient gradient, String parameter, INDArray values) {
        INDArray view = gradientViews.get(parameter);
        view.assign(values.reshape(view.shape()));
        gradient.setGradientFor(parameter, view);
    }
}
