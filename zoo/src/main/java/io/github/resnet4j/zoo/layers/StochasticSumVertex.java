package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Stochastic depth (Huang et al. 2016, arXiv:1603.09382) as a vertex of a DL4J graph: the sum of a residual branch and its
 * shortcut, N×C×H×W each and in this order, of which training drops the branch at random. What it drops follows from the
 * graph's seed, its iteration count and the vertex's name ({@link Draws}). A frozen vertex computes as in inference.
 *
 * <p>DL4J computes a dropped branch nevertheless: its gradients are zero, but {@code fit} moves the running statistics of
 * batch normalisation in it, which the paper's do not. {@code TrainingStep} in resnet4j's engine leaves them alone.
 */
public final class StochasticSumVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final double survival;
    private final Scaling scaling;
    private final Per per;

    /**
     * @param survival probability of the branch to count, above 0 and at most 1
     * @param scaling what keeps the mean the same in training and afterwards
     * @param per what is dropped together
     * @throws IllegalArgumentException if the probability is out of range
     */
    public StochasticSumVertex(
            @JsonProperty("survival") double survival,
            @JsonProperty("scaling") Scaling scaling,
            @JsonProperty("per") Per per) {
        this.survival = survival;
        this.scaling = scaling;
        this.per = per;
        op();
    }

    /** Probability of the branch to count. */
    @JsonProperty("survival")
    public double survival() {
        return survival;
    }

    /** What keeps the mean the same. */
    @JsonProperty("scaling")
    public Scaling scaling() {
        return scaling;
    }

    /** What is dropped together. */
    @JsonProperty("per")
    public Per per() {
        return per;
    }

    /** What it computes. */
    @Override
    public Op.StochasticSum op() {
        return new Op.StochasticSum(survival, scaling, per);
    }

    @Override
    int inputs() {
        return 2;
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        out.assign(in[0]).muli(op().atTest()).addi(in[1]);
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        back[0].assign(gradient).muli(op().atTest());
        back[1].assign(gradient);
    }

    /** A dropped branch is not multiplied by zero: it may be infinite. */
    @Override
    void forward(INDArray[] in, INDArray out, Draws draws) {
        out.assign(in[1]);
        for (long image = 0; image < out.size(0); image++) {
            if (op().keeps(draws, image)) {
                out.slice(image).addi(in[0].slice(image).mul(op().inTraining()));
            }
        }
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back, Draws draws) {
        back[1].assign(gradient);
        for (long image = 0; image < gradient.size(0); image++) {
            if (op().keeps(draws, image)) {
                back[0].slice(image).assign(gradient.slice(image).mul(op().inTraining()));
            }
        }
    }

    @Override
    public GraphVertex clone() {
        return new StochasticSumVertex(survival, scaling, per);
    }
}
