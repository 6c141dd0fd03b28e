package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Element-wise product as a vertex of a DL4J graph: an N×C×H×W map by factors of that shape, or one for every channel
 * (N×C×1×1, or a vector N×C), or one for every place (N×1×H×W). DL4J's {@code ElementWiseVertex} wants equal shapes.
 */
public final class MultiplyVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    /** Everywhere the axis of the images, and those along which factors differ. */
    private static final int[] BY_CHANNEL = {0, 1};

    private static final int[] BY_PLACE = {0, 2, 3};

    @Override
    Op op() {
        return new Op.Multiply();
    }

    @Override
    int inputs() {
        return 2;
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        multiply(in[0], in[1], out);
    }

    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        multiply(gradient, in[1], back[0]);
        INDArray products = gradient.mul(in[0]);
        back[1].assign(
                in[1].equalShapes(in[0])
                        ? products
                        : byChannel(in[0], in[1]) ? products.sum(true, 2, 3) : products.sum(true, 1));
    }

    private static void multiply(INDArray map, INDArray factors, INDArray into) {
        if (factors.equalShapes(map)) {
            map.muli(factors, into);
        } else if (byChannel(map, factors)) {
            INDArray flat = factors.reshape('c', factors.size(0), factors.size(1));
            Nd4j.exec(new BroadcastMulOp(map, flat, into, BY_CHANNEL));
        } else {
            INDArray flat = factors.reshape('c', factors.size(0), factors.size(2), factors.size(3));
            Nd4j.exec(new BroadcastMulOp(map, flat, into, BY_PLACE));
        }
    }

    /** Factors of another shape than the map are either for its channels, then as many, or one for all of them. */
    private static boolean byChannel(INDArray map, INDArray factors) {
        return factors.size(1) == map.size(1);
    }

    @Override
    public GraphVertex clone() {
        return new MultiplyVertex();
    }
}
