package io.github.resnet4j.zoo.layers;

import java.util.Collection;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An output layer without parameters whose loss compares N×C×H×W maps. DL4J's {@code CnnLossLayer} divides a loss by the
 * number of images alone, whatever their sizes, and wants a label for every class at every place.
 */
abstract class MapOutput extends NoParamLayer {
    private static final long serialVersionUID = 1L;

    /**
     * What a batch has lost.
     *
     * @param sums of each image's losses
     * @param total what their sum is divided by to get the mean; 0 if nothing counts, and then the loss is 0
     * @param gradient of the sum of all, in the shape of what was put in
     */
    record Loss(double[] sums, double total, INDArray gradient) {}

    /** What it puts out, N×C×H×W; {@code in} is not to be changed. */
    abstract INDArray activated(INDArray in);

    /**
     * Compares what comes in with what it is to be.
     *
     * @param in N×C×H×W in C order; not to be changed
     * @param labels not to be changed
     * @param mask N×1×H×W or N×H×W, what the losses of each place are multiplied by; absent, 1
     * @throws IllegalArgumentException if the shapes do not fit, or a label has no meaning
     */
    abstract Loss loss(INDArray in, INDArray labels, Optional<INDArray> mask);

    /** What to call it in messages. */
    abstract String title();

    @Override
    public final org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        MapOutputLayer layer = new MapOutputLayer(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        return layer;
    }

    /**
     * The shape of the output: that of the input.
     *
     * @throws InvalidInputTypeException if the input is no map in NCHW format
     */
    @Override
    public final InputType getOutputType(int layerIndex, InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional map && map.getFormat() == CNN2DFormat.NCHW) {
            return inputType;
        }
        throw new InvalidInputTypeException(
                title() + " \"" + getLayerName() + "\" takes a map in NCHW format, got " + inputType);
    }

    @Override
    public final InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return null;
    }

    @Override
    public final LayerMemoryReport getMemoryReport(InputType inputType) {
        long values = inputType.arrayElementsPerExample();
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, inputType)
                .standardMemory(0, 0)
                .workingMemory(0, values, MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.cacheModeMapFor(2 * values))
                .cacheMemory(0, 0)
                .build();
    }
}
