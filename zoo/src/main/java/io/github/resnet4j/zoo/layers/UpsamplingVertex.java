package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A larger map of the same channels as a vertex of a DL4J graph: N×C×H×W to N×C×H f×W f, by interpolation. Pixels are
 * squares whose centres have the values, and what lies outside all centres has the value of the nearest: PyTorch's
 * {@code nearest}, and its {@code bilinear} with {@code align_corners=False}.
 */
public final class UpsamplingVertex extends AxisWeightsVertex {
    private static final long serialVersionUID = 1L;

    private final int factor;
    private final Op.Interpolation interpolation;

    /**
     * @param factor f, at least 1
     * @param interpolation how to compute values between pixels
     * @throws IllegalArgumentException if the factor is less
     */
    public UpsamplingVertex(
            @JsonProperty("factor") int factor, @JsonProperty("interpolation") Op.Interpolation interpolation) {
        this.factor = factor;
        this.interpolation = Objects.requireNonNull(interpolation, "interpolation");
        op();
    }

    /** How much larger the map becomes, in both directions. */
    @JsonProperty("factor")
    public int factor() {
        return factor;
    }

    /** How values between pixels are computed. */
    @JsonProperty("interpolation")
    public Op.Interpolation interpolation() {
        return interpolation;
    }

    @Override
    Op op() {
        return new Op.Upsample(factor, interpolation);
    }

    @Override
    double[][] weights(int in, int out) {
        return interpolation.weights(in, out);
    }

    @Override
    public GraphVertex clone() {
        return new UpsamplingVertex(factor, interpolation);
    }
}
