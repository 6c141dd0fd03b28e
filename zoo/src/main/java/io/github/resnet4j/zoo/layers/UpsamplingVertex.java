package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A larger map of the same channels as a vertex of a DL4J graph: N×C×H×W to N×C×H f×W f, by interpolation. Pixels are
 * squares whose centres have the values, and what lies outside all centres has the value of the nearest: PyTorch's
 * {@code nearest}, and its {@code bilinear} with {@code align_corners=False}.
 */
public final class UpsamplingVertex extends MapVertex {
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
    void forward(INDArray[] in, INDArray out) {
        apply(weights(in[0], 2), in[0], weights(in[0], 3), out);
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        apply(weights(in[0], 2).transpose(), gradient, weights(in[0], 3).transpose(), back[0]);
    }

    /** {@code rows} × map × {@code columns}ᵀ, for every map. */
    private static void apply(INDArray rows, INDArray maps, INDArray columns, INDArray into) {
        long count = maps.size(0) * maps.size(1);
        long height = maps.size(2);
        long width = columns.size(0);
        INDArray wide = maps.reshape('c', count * height, maps.size(3)).mmul(columns.transpose());
        INDArray byRow =
                wide.reshape('c', count, height, width).permute(1, 0, 2).reshape('c', height, count * width);
        INDArray tall = rows.mmul(byRow).reshape('c', rows.size(0), count, width);
        into.reshape('c', count, rows.size(0), width).assign(tall.permute(1, 0, 2));
    }

    /** What every output along an axis takes of the inputs: size f × size, rows adding up to 1. */
    private INDArray weights(INDArray map, int axis) {
        int size = Math.toIntExact(map.size(axis));
        INDArray weights = Nd4j.create(map.dataType(), (long) size * factor, size);
        for (int i = 0; i < size * factor; i++) {
            if (interpolation == Op.Interpolation.NEAREST) {
                weights.putScalar(i, i / factor, 1);
            } else {
                double at = Math.max((i + 0.5) / factor - 0.5, 0);
                int before = (int) at;
                weights.putScalar(i, before, before + 1 - at);
                int behind = Math.min(before + 1, size - 1);
                weights.putScalar(i, behind, weights.getDouble(i, behind) + at - before);
            }
        }
        return weights;
    }

    @Override
    public GraphVertex clone() {
        return new UpsamplingVertex(factor, interpolation);
    }
}
