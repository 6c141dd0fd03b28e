package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Adds a constant to each channel, as a vertex of a DL4J graph: N×C×H×W to the same. */
public final class ShiftVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final Op.Shift op;

    /**
     * @param by one for each channel
     * @throws IllegalArgumentException if one is not finite
     */
    public ShiftVertex(@JsonProperty(value = "by", required = true) List<Double> by) {
        op = new Op.Shift(by);
    }

    /** What is added to each channel. */
    @JsonProperty("by")
    public List<Double> by() {
        return op.by();
    }

    @Override
    Op op() {
        return op;
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        double[] constants = op.by().stream().mapToDouble(constant -> constant).toArray();
        out.assign(in[0].add(
                Nd4j.createFromArray(constants).castTo(in[0].dataType()).reshape(1, constants.length, 1, 1)));
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        back[0].assign(gradient);
    }

    @Override
    public GraphVertex clone() {
        return new ShiftVertex(op.by());
    }
}
