package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A map with the rows and columns of another one as a vertex of a DL4J graph: of N×C×H×W and N×D×Y×X it makes N×C×Y×X, by
 * interpolation, as PyTorch's {@code F.interpolate(a, size=b.shape[-2:])} does in mode {@code nearest}, or {@code bilinear}
 * with {@code align_corners=False}. The second input may be the graph's image; its values do not matter and get no gradient.
 */
public final class ResizingVertex extends AxisWeightsVertex {
    private static final long serialVersionUID = 1L;

    private final Op.Interpolation interpolation;

    /** @param interpolation how to compute values between pixels */
    public ResizingVertex(@JsonProperty("interpolation") Op.Interpolation interpolation) {
        this.interpolation = Objects.requireNonNull(interpolation, "interpolation");
    }

    /** How values between pixels are computed. */
    @JsonProperty("interpolation")
    public Op.Interpolation interpolation() {
        return interpolation;
    }

    @Override
    Op op() {
        return new Op.Resize(interpolation);
    }

    @Override
    int inputs() {
        return 2;
    }

    @Override
    double[][] weights(int in, int out) {
        return interpolation.weights(in, out);
    }

    @Override
    public GraphVertex clone() {
        return new ResizingVertex(interpolation);
    }
}
