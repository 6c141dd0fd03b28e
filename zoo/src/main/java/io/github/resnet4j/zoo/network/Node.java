package io.github.resnet4j.zoo.network;

import java.util.List;

/**
 * One operation of a network.
 *
 * @param name torchvision's state-dict name ({@code layer1.0.bn2}); unique, without underscores (DL4J splits keys there)
 * @param op what it computes
 * @param inputs names of the nodes it reads; {@link Network#INPUT} is the picture
 * @param stage the part of the network it belongs to: {@code stem}, {@code layer1} … or {@code head}
 * @param in shape of its first input
 * @param out shape of its output
 */
public record Node(String name, Op op, List<String> inputs, String stage, Shape in, Shape out) {
    public Node {
        inputs = List.copyOf(inputs);
    }

    /** Trained values: weights, biases, BN's gamma and beta. */
    public long parameters() {
        if (op instanceof Op.Convolution c) {
            return (long) c.kernel() * c.kernel() * in.channels() * c.outChannels();
        }
        if (op instanceof Op.BatchNorm) {
            return 2L * in.channels();
        }
        if (op instanceof Op.Dense d) {
            return (in.elements() + 1) * d.out();
        }
        return 0;
    }

    /** Values that are kept but not trained: BN's running mean and variance. DL4J counts them as parameters. */
    public long statistics() {
        return op instanceof Op.BatchNorm ? 2L * in.channels() : 0;
    }

    /** Multiply-adds for one sample, of convolutions and dense layers, as the papers count them. */
    public long macs() {
        if (op instanceof Op.Convolution c) {
            return (long) c.kernel() * c.kernel() * in.channels() * out.elements();
        }
        if (op instanceof Op.Dense d) {
            return in.elements() * d.out();
        }
        return 0;
    }
}
