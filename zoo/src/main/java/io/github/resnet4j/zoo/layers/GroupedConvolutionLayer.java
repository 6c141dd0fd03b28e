package io.github.resnet4j.zoo.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.convolution.Convolution;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a {@link GroupedConvolution}: unfolds the input so that every group's filters are one matrix product. With P
 * outputs of a filter in the whole batch and K weights in it, the factors are groups × nOut/groups × K and groups × K × P.
 */
final class GroupedConvolutionLayer extends BaseLayer<GroupedConvolution> {
    private static final long serialVersionUID = 1L;

    private static final String WEIGHT = GroupedConvolutionParamInitializer.WEIGHT;
    private static final String BIAS = GroupedConvolutionParamInitializer.BIAS;

    GroupedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Type type() {
        return Type.CONVOLUTIONAL;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public boolean hasBias() {
        return layerConf().hasBias();
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        requireInput();
        applyDropOutIfNecessary(training, workspaces);
        INDArray product = product(columns(), training, workspaces);
        INDArray out = workspaces.dup(ArrayType.ACTIVATIONS, product, 'c');
        return layerConf().getActivationFn().getActivation(out, training);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        GroupedConvolution conf = layerConf();
        INDArray columns = columns();
        INDArray product = product(columns, true, workspaces);
        INDArray delta = conf.getActivationFn()
                .backprop(product, epsilon.castTo(dataType))
                .getFirst()
                .permute(1, 0, 2, 3)
                .reshape('c', conf.getNOut(), columns.size(2));
        Gradient gradient = new DefaultGradient();
        if (conf.hasBias()) {
            delta.sum(gradientViews.get(BIAS), 1);
            gradient.setGradientFor(BIAS, gradientViews.get(BIAS));
        }
        INDArray grouped = delta.reshape('c', conf.getGroups(), conf.getNOut() / conf.getGroups(), columns.size(2));
        INDArray weightGradient = gradientViews.get(WEIGHT);
        Nd4j.matmul(grouped, columns, byGroup(weightGradient), false, true, false);
        gradient.setGradientFor(WEIGHT, weightGradient, 'c');

        INDArray weights = getParamWithNoise(WEIGHT, true, workspaces);
        INDArray columnGradient = Nd4j.createUninitialized(dataType, columns.shape(), 'c');
        Nd4j.matmul(byGroup(weights), grouped, columnGradient, true, false, false);
        INDArray back = workspaces.create(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
        fold(columnGradient, back);
        weightNoiseParams.clear();
        return new Pair<>(gradient, backpropDropOutIfPresent(back));
    }

    /** The values under every place of the kernel: groups × K × P. */
    private INDArray columns() {
        GroupedConvolution conf = layerConf();
        int[] kernel = conf.getKernelSize();
        int[] stride = conf.getStride();
        int[] padding = conf.getPadding();
        int[] dilation = conf.getDilation();
        long[] shape = columnShape();
        INDArray columns = Nd4j.createUninitialized(dataType, shape, 'c');
        Convolution.im2col(
                input.castTo(dataType),
                kernel[0],
                kernel[1],
                stride[0],
                stride[1],
                padding[0],
                padding[1],
                dilation[0],
                dilation[1],
                false,
                columns.permute(3, 0, 1, 2, 4, 5));
        return columns.reshape('c', conf.getGroups(), shape[0] * shape[1] * shape[2] / conf.getGroups(), places(shape));
    }

    /** The reverse of {@link #columns}: adds up what belongs to the same value of the input. */
    private void fold(INDArray columns, INDArray into) {
        GroupedConvolution conf = layerConf();
        int[] stride = conf.getStride();
        int[] padding = conf.getPadding();
        int[] dilation = conf.getDilation();
        Convolution.col2im(
                columns.reshape('c', columnShape()).permute(3, 0, 1, 2, 4, 5),
                into,
                stride[0],
                stride[1],
                padding[0],
                padding[1],
                Math.toIntExact(into.size(2)),
                Math.toIntExact(into.size(3)),
                dilation[0],
                dilation[1]);
    }

    /** Channels, kernel height and width, images, output height and width. */
    private long[] columnShape() {
        int[] kernel = layerConf().getKernelSize();
        long[] out = layerConf().outputSize(input.size(2), input.size(3));
        return new long[] {input.size(1), kernel[0], kernel[1], input.size(0), out[0], out[1]};
    }

    private static long places(long[] columnShape) {
        return columnShape[3] * columnShape[4] * columnShape[5];
    }

    /** Filters times columns, and the bias: N×nOut×H×W, in another order in memory. */
    private INDArray product(INDArray columns, boolean training, LayerWorkspaceMgr workspaces) {
        GroupedConvolution conf = layerConf();
        long[] shape = columnShape();
        INDArray weights = getParamWithNoise(WEIGHT, training, workspaces);
        INDArray product = Nd4j.createUninitialized(
                dataType, new long[] {conf.getGroups(), conf.getNOut() / conf.getGroups(), places(shape)}, 'c');
        Nd4j.matmul(byGroup(weights), columns, product, false, false, false);
        if (conf.hasBias()) {
            product.reshape('c', conf.getNOut(), places(shape))
                    .addiColumnVector(getParamWithNoise(BIAS, training, workspaces));
        }
        return product.reshape('c', conf.getNOut(), shape[3], shape[4], shape[5])
                .permute(1, 0, 2, 3);
    }

    /** Weights, or their gradients, as groups × nOut/groups × K. */
    private INDArray byGroup(INDArray weights) {
        long filters = weights.size(0) / layerConf().getGroups();
        return weights.reshape('c', layerConf().getGroups(), filters, weights.length() / weights.size(0));
    }

    private void requireInput() {
        GroupedConvolution conf = layerConf();
        long[] shape = input.shape();
        if (shape.length != 4 || shape[1] != conf.getNIn()) {
            throw new DL4JInvalidInputException("grouped convolution \"" + conf.getLayerName()
                    + "\" takes images x " + conf.getNIn() + " channels x height x width, got "
                    + Arrays.toString(shape));
        }
        long[] out = conf.outputSize(shape[2], shape[3]);
        if (out[0] < 1 || out[1] < 1) {
            throw new DL4JInvalidInputException("grouped convolution \"" + conf.getLayerName()
                    + "\" has a kernel that is larger than its padded input " + Arrays.toString(shape));
        }
    }

    /** The flat parameters are in C order, which is not DL4J's default. */
    @Override
    public void setParams(INDArray parameters) {
        setParams(parameters, 'c');
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int minibatch) {
        if (mask == null) {
            return new Pair<>(null, state);
        }
        GroupedConvolution conf = layerConf();
        INDArray reduced = ConvolutionUtils.cnn2dMaskReduction(
                mask,
                conf.getKernelSize(),
                conf.getStride(),
                conf.getPadding(),
                conf.getDilation(),
                ConvolutionMode.Truncate);
        return new Pair<>(reduced, state);
    }
}
