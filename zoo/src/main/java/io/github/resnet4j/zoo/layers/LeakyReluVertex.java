package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Leaky ReLU as a vertex of a DL4J graph: {@code x} where it is above 0, {@code slope x} elsewhere. DL4J's {@code
 * ActivationLReLU} lets all of the gradient through where the input is 0, as behind a BN whose gamma starts at 0; this
 * has the slope there, as PyTorch does. NaN stays NaN.
 */
public final class LeakyReluVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final double slope;

    /**
     * @param slope at least 0
     * @throws IllegalArgumentException if it is less, or not finite
     */
    public LeakyReluVertex(@JsonProperty("slope") double slope) {
        this.slope = new Op.LeakyRelu(slope).slope();
    }

    /** What negative values are multiplied by. */
    @JsonProperty("slope")
    public double slope() {
        return slope;
    }

    @Override
    Op op() {
        return new Op.LeakyRelu(slope);
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        out.assign(factors(in[0]).muli(in[0]));
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        back[0].assign(factors(in[0]).muli(gradient));
    }

    private INDArray factors(INDArray x) {
        INDArray positive = x.gt(0).castTo(x.dataType());
        return positive.addi(positive.rsub(1).muli(slope));
    }

    @Override
    public GraphVertex clone() {
        return new LeakyReluVertex(slope);
    }
}
