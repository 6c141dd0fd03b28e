package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Window;
import java.util.Arrays;
import java.util.Collection;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Grouped convolution as a layer of a DL4J graph: the input's channels are split into groups of equal size, every
 * filter reads one group, and each group has the same number of filters (Xie et al. 2017, figure 3c). With as many
 * groups as input channels it is a depthwise convolution, with one group DL4J's own. Kernels may be dilated (Yu and
 * Koltun 2016).
 *
 * <p>N×C×H×W to N×nOut×H'×W', {@code H' = floor((H + 2p - d(k - 1) - 1) / s) + 1}; equals PyTorch's {@code conv2d}. The
 * parameters are those of DL4J's {@code ConvolutionLayer}, under the same keys and in the same places: the bias {@code
 * b} (nOut), if there is one, followed by the weights {@code W}, nOut × nIn/groups × kernel height × kernel width in C
 * order. Weights are initialised for the fan-in and fan-out of one group.
 */
public final class GroupedConvolution extends FeedForwardLayer {
    private static final long serialVersionUID = 1L;

    private final int[] kernelSize;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final int groups;
    private final boolean hasBias;

    private GroupedConvolution(Builder builder) {
        super(builder);
        kernelSize = builder.kernelSize.clone();
        stride = builder.stride.clone();
        padding = builder.padding.clone();
        dilation = builder.dilation.clone();
        groups = builder.groups;
        hasBias = builder.hasBias;
        if (!isWindow(kernelSize, 1) || !isWindow(stride, 1) || !isWindow(padding, 0) || !isWindow(dilation, 1)) {
            throw new IllegalArgumentException("a grouped convolution needs a kernel, stride and dilation of at least 1"
                    + " and a padding of at least 0 in height and width, got kernel " + Arrays.toString(kernelSize)
                    + ", stride " + Arrays.toString(stride) + ", dilation " + Arrays.toString(dilation) + ", padding "
                    + Arrays.toString(padding));
        }
        requireGroups(nIn, nOut);
        initializeConstraints(builder);
    }

    @JsonCreator
    private static GroupedConvolution of(
            @JsonProperty("kernelSize") int[] kernelSize,
            @JsonProperty("stride") int[] stride,
            @JsonProperty("padding") int[] padding,
            @JsonProperty("dilation") int[] dilation,
            @JsonProperty("groups") int groups,
            @JsonProperty("hasBias") boolean hasBias,
            @JsonProperty("nin") long nIn,
            @JsonProperty("nout") long nOut) {
        Builder builder = new Builder(kernelSize, stride, padding, dilation);
        builder.setNIn(nIn);
        builder.setNOut(nOut);
        return builder.groups(groups).hasBias(hasBias).build();
    }

    private static boolean isWindow(int[] size, int least) {
        return size != null && size.length == 2 && size[0] >= least && size[1] >= least;
    }

    private void requireGroups(long in, long out) {
        if (groups < 1 || in < 0 || out < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(
                    "a grouped convolution needs channels that divide evenly into its groups, got " + in + " in and "
                            + out + " out for " + groups + " groups");
        }
    }

    /** Kernel height and width. */
    public int[] getKernelSize() {
        return kernelSize.clone();
    }

    /** Steps down and to the right. */
    public int[] getStride() {
        return stride.clone();
    }

    /** Rows of zeros at the top and as many at the bottom; columns at the left and as many at the right. */
    public int[] getPadding() {
        return padding.clone();
    }

    /** Distance of neighbouring kernel rows and columns on the input; 1 for an ordinary kernel. */
    public int[] getDilation() {
        return dilation.clone();
    }

    /** Number of groups; nIn and nOut are multiples of it. */
    public int getGroups() {
        return groups;
    }

    /** Whether every filter adds a trained constant. */
    @JsonProperty("hasBias")
    public boolean hasBias() {
        return hasBias;
    }

    /**
     * Sets the input channels.
     *
     * @throws IllegalArgumentException if they do not divide evenly into the groups
     */
    @Override
    public void setNIn(long nIn) {
        requireGroups(nIn, nOut);
        super.setNIn(nIn);
    }

    /**
     * Sets the number of filters.
     *
     * @throws IllegalArgumentException if they do not divide evenly into the groups
     */
    @Override
    public void setNOut(long nOut) {
        requireGroups(nIn, nOut);
        super.setNOut(nOut);
    }

    /** nOut, input channels of a group, kernel height, kernel width. */
    long[] weightShape() {
        return new long[] {nOut, nIn / groups, kernelSize[0], kernelSize[1]};
    }

    /** Height and width of the output for an input of {@code height} × {@code width}; below 1 if the kernel does not fit. */
    long[] outputSize(long height, long width) {
        return new long[] {outputSize(height, 0), outputSize(width, 1)};
    }

    private long outputSize(long size, int axis) {
        return new Window.Axis(kernelSize[axis], stride[axis], padding[axis], dilation[axis]).outputs(size);
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        LayerValidation.assertNInNOutSet("GroupedConvolution", getLayerName(), index, nIn, nOut);
        GroupedConvolutionLayer layer = new GroupedConvolutionLayer(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(initializer().init(conf, parameters, initialize));
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return GroupedConvolutionParamInitializer.INSTANCE;
    }

    /**
     * The shape of the output.
     *
     * @throws InvalidInputTypeException if the input is not a map in NCHW format, has other channels than nIn, or is
     *     smaller than the kernel
     */
    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        InputType.InputTypeConvolutional in = map(inputType);
        if (in.getChannels() != nIn) {
            throw invalid("takes " + nIn + " channels, got " + in);
        }
        long[] size = outputSize(in.getHeight(), in.getWidth());
        if (size[0] < 1 || size[1] < 1) {
            throw invalid("has no output: kernel " + Arrays.toString(kernelSize) + " with dilation "
                    + Arrays.toString(dilation) + " and padding " + Arrays.toString(padding) + " is larger than " + in);
        }
        return InputType.convolutional(size[0], size[1], nOut);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        InputType.InputTypeConvolutional in = map(inputType);
        if (nIn == 0 || override) {
            setNIn(in.getChannels());
        }
    }

    private InputType.InputTypeConvolutional map(InputType inputType) {
        if (!(inputType instanceof InputType.InputTypeConvolutional in) || in.getFormat() != CNN2DFormat.NCHW) {
            throw invalid("takes a convolutional input in NCHW format, got " + inputType);
        }
        return in;
    }

    private InvalidInputTypeException invalid(String problem) {
        return new InvalidInputTypeException("grouped convolution \"" + getLayerName() + "\" " + problem);
    }

    /** Flat images become maps; anything else stays as it is, and is refused if it is not a map. */
    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return inputType instanceof InputType.InputTypeConvolutionalFlat flat
                ? new FeedForwardToCnnPreProcessor(flat.getHeight(), flat.getWidth(), flat.getDepth())
                : null;
    }

    /** The unfolded input and the product; in training also the gradient of the unfolded input. */
    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType output = getOutputType(-1, inputType);
        long[] size = outputSize(map(inputType).getHeight(), map(inputType).getWidth());
        long columns = nIn * kernelSize[0] * kernelSize[1] * size[0] * size[1];
        long product = output.arrayElementsPerExample();
        long dropout = getIDropout() == null ? 0 : inputType.arrayElementsPerExample();
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(getLayerName(), GroupedConvolution.class, inputType, output)
                .standardMemory(parameters, getIUpdater().stateSize(parameters))
                .workingMemory(
                        0,
                        columns + product,
                        MemoryReport.CACHE_MODE_ALL_ZEROS,
                        MemoryReport.cacheModeMapFor(2 * (columns + product) + dropout))
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupedConvolution that
                && super.equals(that)
                && Arrays.equals(kernelSize, that.kernelSize)
                && Arrays.equals(stride, that.stride)
                && Arrays.equals(padding, that.padding)
                && Arrays.equals(dilation, that.dilation)
                && groups == that.groups
                && hasBias == that.hasBias;
    }

    @Override
    public int hashCode() {
        int windows = Arrays.deepHashCode(new int[][] {kernelSize, stride, padding, dilation});
        return 31 * (31 * super.hashCode() + windows) + 2 * groups + (hasBias ? 1 : 0);
    }

    @Override
    public String toString() {
        return "GroupedConvolution(" + super.toString() + ", kernelSize=" + Arrays.toString(kernelSize) + ", stride="
                + Arrays.toString(stride) + ", padding=" + Arrays.toString(padding) + ", dilation="
                + Arrays.toString(dilation) + ", groups=" + groups + ", hasBias=" + hasBias + ")";
    }

    /**
     * Builds one, as DL4J's layers are built. Defaults: stride 1, no padding, no dilation, one group, a bias, no
     * activation.
     */
    @SuppressWarnings("unchecked") // DL4J's build() has any type the caller likes
    public static final class Builder extends FeedForwardLayer.Builder<Builder> {
        private final int[] kernelSize;
        private int[] stride;
        private int[] padding;
        private int[] dilation;
        private int groups = 1;
        private boolean hasBias = true;

        /** A convolution with a kernel of {@code height} × {@code width}. */
        public Builder(int height, int width) {
            this(pair(height, width), pair(1, 1), pair(0, 0), pair(1, 1));
        }

        private Builder(int[] kernelSize, int[] stride, int[] padding, int[] dilation) {
            this.kernelSize = kernelSize;
            this.stride = stride;
            this.padding = padding;
            this.dilation = dilation;
            activation(Activation.IDENTITY);
        }

        private static int[] pair(int height, int width) {
            return new int[] {height, width};
        }

        /** See {@link GroupedConvolution#getStride}. */
        public Builder stride(int height, int width) {
            stride = pair(height, width);
            return this;
        }

        /** See {@link GroupedConvolution#getPadding}. */
        public Builder padding(int height, int width) {
            padding = pair(height, width);
            return this;
        }

        /** See {@link GroupedConvolution#getDilation}. */
        public Builder dilation(int height, int width) {
            dilation = pair(height, width);
            return this;
        }

        /** See {@link GroupedConvolution#getGroups}. */
        public Builder groups(int groups) {
            this.groups = groups;
            return this;
        }

        /** See {@link GroupedConvolution#hasBias}. */
        public Builder hasBias(boolean hasBias) {
            this.hasBias = hasBias;
            return this;
        }

        /**
         * The layer; without {@code nIn}, its graph sets that by the input type.
         *
         * @throws IllegalArgumentException if a number is too small, or the channels do not divide evenly into the groups
         */
        @Override
        public GroupedConvolution build() {
            return new GroupedConvolution(this);
        }
    }
}
