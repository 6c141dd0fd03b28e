package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Op;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Local response normalisation (Krizhevsky et al. 2012, section 3.3) as a vertex of a DL4J graph: every value of an
 * N×C×H×W map is divided by {@code (k + alpha / size * s)^beta}, where {@code s} is the sum of the squares at its place
 * in the {@code size} channels around it. That is PyTorch's {@code local_response_norm}. DL4J's {@code
 * LocalResponseNormalization} does not divide alpha, and its gradient wrongly assumes that every channel of the window
 * is normalised by the middle channel's sum.
 */
public final class LocalResponseNormVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    private final Op.LocalResponseNorm op;

    /**
     * @param size channels of the window, odd
     * @param alpha weight of the mean square
     * @param beta exponent
     * @param k added to the mean square, above 0
     * @throws IllegalArgumentException if a number is out of its range
     */
    public LocalResponseNormVertex(
            @JsonProperty("size") int size,
            @JsonProperty("alpha") double alpha,
            @JsonProperty("beta") double beta,
            @JsonProperty("k") double k) {
        op = new Op.LocalResponseNorm(size, alpha, beta, k);
    }

    /** Channels of the window. */
    @JsonProperty("size")
    public int size() {
        return op.size();
    }

    /** Weight of the mean square. */
    @JsonProperty("alpha")
    public double alpha() {
        return op.alpha();
    }

    /** Exponent. */
    @JsonProperty("beta")
    public double beta() {
        return op.beta();
    }

    /** Added to the mean square. */
    @JsonProperty("k")
    public double k() {
        return op.k();
    }

    @Override
    Op op() {
        return op;
    }

    @Override
    void forward(INDArray[] in, INDArray out) {
        out.assign(Transforms.pow(base(in[0]), -op.beta(), false).muli(in[0]));
    }

    /** With b the base: {@code g b^-beta - 2 alpha beta / size x sum(g x b^(-beta - 1))}, the sum as that of squares. */
    @Override
    void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        INDArray base = base(in[0]);
        INDArray direct = Transforms.pow(base, -op.beta(), true).muli(gradient);
        INDArray through = direct.mul(in[0]).divi(base);
        back[0].assign(direct.subi(sums(through).muli(in[0]).muli(2 * op.alpha() * op.beta() / op.size())));
    }

    private INDArray base(INDArray x) {
        return sums(x.mul(x)).muli(op.alpha() / op.size()).addi(op.k());
    }

    /** Over the window of channels around every value. */
    private INDArray sums(INDArray map) {
        long channels = map.size(1);
        INDArray byChannel = map.permute(1, 0, 2, 3).reshape('c', channels, map.length() / channels);
        return window(channels, map.dataType())
                .mmul(byChannel)
                .reshape('c', channels, map.size(0), map.size(2), map.size(3))
                .permute(1, 0, 2, 3)
                .dup('c');
    }

    /** 1 where two channels are in one window. */
    private INDArray window(long channels, DataType type) {
        INDArray window = Nd4j.create(type, channels, channels);
        for (long i = 0; i < channels; i++) {
            long last = Math.min(i + op.size() / 2, channels - 1);
            for (long j = Math.max(i - op.size() / 2, 0); j <= last; j++) {
                window.putScalar(i, j, 1);
            }
        }
        return window;
    }

    @Override
    public GraphVertex clone() {
        return new LocalResponseNormVertex(op.size(), op.alpha(), op.beta(), op.k());
    }
}
