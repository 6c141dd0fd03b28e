package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A larger map made of channels, as a vertex of a DL4J graph: N×C f f×H×W to N×C×H f×W f, {@code out(c, y f + i, x f + j)
 * = in(c f f + i f + j, y, x)} (Shi et al. 2016). That is PyTorch's {@code PixelShuffle}, not TensorFlow's order.
 */
public final class DepthToSpaceVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final int factor;

    /**
     * @param factor f, at least 1
     * @throws IllegalArgumentException if it is less
     */
    public DepthToSpaceVertex(@JsonProperty("factor") int factor) {
        this.factor = new Op.DepthToSpace(factor).factor();
    }

    /** How much larger the map becomes, in both directions. */
    @JsonProperty("factor")
    public int factor() {
        return factor;
    }

    @Override
    Op op() {
        return new Op.DepthToSpace(factor);
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        inBlocks(out).assign(in[0].reshape('c', blocks(out)));
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        back[0].reshape('c', blocks(gradient)).assign(inBlocks(gradient));
    }

    /** N, C, row in the block, column in the block, row of the block, column of the block: the order of the input. */
    private long[] blocks(INDArray large) {
        return new long[] {large.size(0), large.size(1), factor, factor, large.size(2) / factor, large.size(3) / factor
        };
    }

    /** A view of the large map, in that order. */
    private INDArray inBlocks(INDArray large) {
        long[] size = blocks(large);
        return large.reshape('c', size[0], size[1], size[4], factor, size[5], factor)
                .permute(0, 1, 3, 5, 2, 4);
    }

    @Override
    public GraphVertex clone() {
        return new DepthToSpaceVertex(factor);
    }
}
