package io.github.resnet4j.zoo.layers;

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
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Parametric ReLU (He et al. 2015a) as a layer of a DL4J graph: {@code x} where it is above 0, {@code w x} elsewhere,
 * with a trained slope {@code w} for every channel or one for all; PyTorch's {@code PReLU}. N×C×H×W maps and N×C vectors
 * keep their shape. The slopes are the parameter {@code W}, C values or 1, that start at 0.25. DL4J's {@code PReLULayer}
 * cannot train a slope for all: its native code refuses the gradient.
 */
public final class Prelu extends FeedForwardLayer {
    private static final long serialVersionUID = 1L;

    private final boolean shared;

    private Prelu(Builder builder) {
        super(builder);
        shared = builder.shared;
        if (nIn != nOut) {
            throw new IllegalArgumentException(
                    "a PReLU has as many output channels as input channels, got " + nIn + " in and " + nOut + " out");
        }
        initializeConstraints(builder);
    }

    @JsonCreator
    private static Prelu of(
            @JsonProperty("shared") boolean shared, @JsonProperty("nin") long nIn, @JsonProperty("nout") long nOut) {
        Builder builder = new Builder().shared(shared);
        builder.setNIn(nIn);
        builder.setNOut(nOut);
        return builder.build();
    }

    /** Whether there is one slope for all channels. */
    @JsonProperty("shared")
    public boolean shared() {
        return shared;
    }

    /** How many slopes it has. */
    long slopes() {
        return shared ? 1 : nIn;
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        LayerValidation.assertNInNOutSet("Prelu", getLayerName(), index, nIn, nOut);
        PreluLayer layer = new PreluLayer(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(initializer().init(conf, parameters, initialize));
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return PreluParamInitializer.INSTANCE;
    }

    /**
     * The shape of the output: that of the input.
     *
     * @throws InvalidInputTypeException if the input has other channels, or is neither a map in NCHW format nor a vector
     */
    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        if (channels(inputType) != nIn) {
            throw invalid("takes " + nIn + " channels, got " + inputType);
        }
        return inputType;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (nIn == 0 || override) {
            setNIn(channels(inputType));
            setNOut(nIn);
        }
    }

    private long channels(InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional map && map.getFormat() == CNN2DFormat.NCHW) {
            return map.getChannels();
        }
        if (inputType instanceof InputType.InputTypeFeedForward vector) {
            return vector.getSize();
        }
        throw invalid("takes a map in NCHW format or a vector, got " + inputType);
    }

    private InvalidInputTypeException invalid(String problem) {
        return new InvalidInputTypeException("PReLU \"" + getLayerName() + "\" " + problem);
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return null;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long values = inputType.arrayElementsPerExample();
        return new LayerMemoryReport.Builder(getLayerName(), Prelu.class, inputType, inputType)
                .standardMemory(slopes(), getIUpdater().stateSize(slopes()))
                .workingMemory(0, values, MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.cacheModeMapFor(2 * values))
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Prelu that && super.equals(that) && shared == that.shared;
    }

    @Override
    public int hashCode() {
        return 2 * super.hashCode() + (shared ? 1 : 0);
    }

    @Override
    public String toString() {
        return "Prelu(" + super.toString() + ", shared=" + shared + ")";
    }

    /** Builds one, as DL4J's layers are built: a slope for every channel, unless they share one. */
    @SuppressWarnings("unchecked") // DL4J's build() has any type the caller likes
    public static final class Builder extends FeedForwardLayer.Builder<Builder> {
        private boolean shared;

        /** Slopes of 0.25, one for every channel. */
        public Builder() {
            weightInit(new WeightInitConstant(0.25));
            activation(Activation.IDENTITY);
        }

        /** See {@link Prelu#shared}. */
        public Builder shared(boolean shared) {
            this.shared = shared;
            return this;
        }

        /**
         * Sets the channels; without them, the graph sets them by the input type.
         *
         * @param channels of the input and the output
         */
        public Builder channels(long channels) {
            setNIn(channels);
            setNOut(channels);
            return this;
        }

        /**
         * The layer.
         *
         * @throws IllegalArgumentException if inputs and outputs differ
         */
        @Override
        public Prelu build() {
            return new Prelu(this);
        }
    }
}
