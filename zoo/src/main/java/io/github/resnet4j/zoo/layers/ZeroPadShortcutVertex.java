package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The parameter-free shortcut of He et al. 2015 (section 3.3, option A) as a vertex of a DL4J graph: takes every
 * {@code stride}-th row and column of an N×C×H×W map and adds channels of zeros up to {@code outChannels}. Output
 * N×outChannels×⌈H/stride⌉×⌈W/stride⌉. The gradient of a copy is a copy; dropped rows and columns get zero.
 */
public final class ZeroPadShortcutVertex extends MapVertex {
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
        this.outChannels = outChannels;
        this.stride = stride;
        this.padding = padding;
        op();
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
    Op op() {
        return new Op.ZeroPadShortcut(outChannels, stride, padding);
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        out.get(carried(in[0].size(1))).assign(in[0].get(kept(in[0])));
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        back[0].get(kept(in[0])).assign(gradient.get(carried(in[0].size(1))));
    }

    /** The channels of the output that hold the input's. */
    private INDArrayIndex[] carried(long inChannels) {
        long first = padding == ChannelPadding.BOTH_SIDES ? (outChannels - inChannels) / 2 : 0;
        return new INDArrayIndex[] {
            NDArrayIndex.all(), NDArrayIndex.interval(first, first + inChannels), NDArrayIndex.all(), NDArrayIndex.all()
        };
    }

    /** The rows and columns of the input that reach the output. */
    private INDArrayIndex[] kept(INDArray in) {
        return new INDArrayIndex[] {
            NDArrayIndex.all(), NDArrayIndex.all(), every(stride, in.size(2)), every(stride, in.size(3))
        };
    }

    /** ND4J refuses a step beyond the end, as in one row with stride 2. */
    private static INDArrayIndex every(int stride, long size) {
        return NDArrayIndex.interval(0, Math.min(stride, size), size);
    }

    @Override
    public GraphVertex clone() {
        return new ZeroPadShortcutVertex(outChannels, stride, padding);
    }
}
