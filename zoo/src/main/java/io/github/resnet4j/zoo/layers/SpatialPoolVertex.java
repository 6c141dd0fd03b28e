package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Pooling across channels as a vertex of a DL4J graph: N×C×H×W to N×1×H×W, the mean or maximum of all channels at every
 * place (Woo et al. 2018, section 3). The gradient of a maximum goes to the first channel that has it. NaN stays NaN.
 */
public final class SpatialPoolVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final Op.Pooling pooling;

    /** @param pooling how to reduce the channels to one */
    public SpatialPoolVertex(@JsonProperty(value = "pooling", required = true) Op.Pooling pooling) {
        this.pooling = Objects.requireNonNull(pooling, "pooling");
    }

    /** How the channels are reduced to one. */
    @JsonProperty("pooling")
    public Op.Pooling pooling() {
        return pooling;
    }

    @Override
    Op op() {
        return new Op.SpatialPool(pooling);
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        out.assign(pooling == Op.Pooling.MEAN ? in[0].mean(true, 1) : in[0].max(true, 1));
        if (pooling == Op.Pooling.MAX && Double.isNaN(in[0].sumNumber().doubleValue())) { // ND4J's passes it over
            INDArray nan = in[0].isNaN().castTo(out.dataType()).sum(true, 1);
            BooleanIndexing.replaceWhere(nan, Double.NaN, Conditions.greaterThan(0));
            out.addi(nan);
        }
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        long channels = in[0].size(1);
        INDArray largest = pooling == Op.Pooling.MEAN ? null : in[0].max(true, 1);
        INDArray left = pooling == Op.Pooling.MEAN ? gradient.div(channels) : gradient.dup();
        for (long c = 0; c < channels; c++) {
            INDArray share = channel(back[0], c);
            share.assign(left);
            if (largest != null) {
                share.muli(channel(in[0], c).eq(largest).castTo(share.dataType()));
                left.subi(share); // all of it: no later channel gets any
            }
        }
    }

    private static INDArray channel(INDArray map, long c) {
        return map.get(NDArrayIndex.all(), NDArrayIndex.interval(c, c + 1), NDArrayIndex.all(), NDArrayIndex.all());
    }

    @Override
    public GraphVertex clone() {
        return new SpatialPoolVertex(pooling);
    }
}
