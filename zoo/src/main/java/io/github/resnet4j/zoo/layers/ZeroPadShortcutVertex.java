package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.ChannelPadding;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The parameter-free shortcut of He et al. 2015 (section 3.3, option A) as a vertex of a DL4J graph: takes every
 * {@code stride}-th row and column of an N×C×H×W map and adds channels of zeros up to {@code outChannels}. Output
 * N×outChannels×⌈H/stride⌉×⌈W/stride⌉.
 */
public final class ZeroPadShortcutVertex extends GraphVertex {
    private static final long serialVersionUID = 1L;

    private final int outChannels;
    private final int stride;
    private final ChannelPadding padding;

    /**
     * @param outChannels channels of the output, at least those of the input
     * @param stride step in both directions, at least 1
     * @param padding where the zero channels go
     * @throws IllegalArgumentException if a number is below 1
     */
    public ZeroPadShortcutVertex(
            @JsonProperty("outChannels") int outChannels,
            @JsonProperty("stride") int stride,
            @JsonProperty("padding") ChannelPadding padding) {
        if (outChannels < 1 || stride < 1) {
            throw new IllegalArgumentException("a zero-pad shortcut needs at least 1 channel and stride 1, got "
                    + outChannels + " channels, stride " + stride);
        }
        this.outChannels = outChannels;
        this.stride = stride;
        this.padding = padding;
    }

    @JsonProperty("outChannels")
    public int outChannels() {
        return outChannels;
    }

    @JsonProperty("stride")
    public int stride() {
        return stride;
    }

    @JsonProperty("padding")
    public ChannelPadding padding() {
        return padding;
    }

    @Override
    public GraphVertex clone() {
        return new ZeroPadShortcutVertex(outChannels, stride, padding);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ZeroPadShortcutVertex that
                && outChannels == that.outChannels
                && stride == that.stride
                && padding == that.padding;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * outChannels + stride) + padding.ordinal();
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 1;
    }

    @Override
    public int maxVertexInputs() {
        return 1;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        return new ZeroPadShortcut(graph, name, index, this, dataType);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs) throws InvalidInputTypeException {
        if (inputs.length != 1 || !(inputs[0] instanceof InputType.InputTypeConvolutional in)) {
            throw new InvalidInputTypeException("a zero-pad shortcut takes one convolutional input");
        }
        if (in.getChannels() > outChannels) {
            throw new InvalidInputTypeException(
                    "a zero-pad shortcut cannot go from " + in.getChannels() + " down to " + outChannels + " channels");
        }
        return InputType.convolutional(
                (in.getHeight() - 1) / stride + 1, (in.getWidth() - 1) / stride + 1, outChannels);
    }

    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, ZeroPadShortcutVertex.class, inputs[0], getOutputType(-1, inputs))
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }
}
