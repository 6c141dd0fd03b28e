package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adaptive average pooling as a vertex of a DL4J graph: N×C×H×W to a fixed number of rows and columns, PyTorch's {@code
 * AdaptiveAvgPool2d}. Windows overlap where the sizes do not divide.
 */
public final class AdaptiveAvgPoolVertex extends AxisWeightsVertex {
    private static final long serialVersionUID = 1L;

    private final int outHeight;
    private final int outWidth;

    /**
     * @param outHeight rows of the output, at least 1
     * @param outWidth columns of the output, at least 1
     * @throws IllegalArgumentException if one is less
     */
    public AdaptiveAvgPoolVertex(@JsonProperty("outHeight") int outHeight, @JsonProperty("outWidth") int outWidth) {
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        op();
    }

    /** Rows of the output. */
    @JsonProperty("outHeight")
    public int outHeight() {
        return outHeight;
    }

    /** Columns of the output. */
    @JsonProperty("outWidth")
    public int outWidth() {
        return outWidth;
    }

    @Override
    Op op() {
        return new Op.AdaptiveAvgPool(outHeight, outWidth);
    }

    @Override
    double[][] weights(int in, int out) {
        return Op.AdaptiveAvgPool.weights(in, out);
    }

    @Override
    public GraphVertex clone() {
        return new AdaptiveAvgPoolVertex(outHeight, outWidth);
    }
}
