package io.github.resnet4j.zoo.network;

import java.util.ArrayList;
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

    /** The tensors that it keeps, in PyTorch's order. */
    public List<Slot> slots() {
        long channels = in.channels();
        List<Slot> slots = new ArrayList<>();
        if (op instanceof Op.Convolution c) {
            slots.add(new Slot(this, Slot.Role.WEIGHT, c.outChannels(), channels / c.groups(), c.kernel(), c.kernel()));
            if (c.bias()) {
                slots.add(new Slot(this, Slot.Role.BIAS, c.outChannels()));
            }
        } else if (op instanceof Op.BatchNorm) {
            slots.add(new Slot(this, Slot.Role.GAMMA, channels));
            slots.add(new Slot(this, Slot.Role.BETA, channels));
            slots.add(new Slot(this, Slot.Role.RUNNING_MEAN, channels));
            slots.add(new Slot(this, Slot.Role.RUNNING_VAR, channels));
        } else if (op instanceof Op.Dense d) {
            slots.add(new Slot(this, Slot.Role.WEIGHT, d.out(), in.elements()));
            slots.add(new Slot(this, Slot.Role.BIAS, d.out()));
        }
        return List.copyOf(slots);
    }

    /** Trained values: weights, biases, BN's gamma and beta. */
    public long parameters() {
        return values(true);
    }

    /** Values that are kept but not trained: BN's running mean and variance. DL4J counts them as parameters. */
    public long statistics() {
        return values(false);
    }

    private long values(boolean trained) {
        return slots().stream()
                .filter(slot -> slot.role().trained() == trained)
                .mapToLong(Slot::elements)
                .sum();
    }

    /** Multiply-adds for one sample, of convolutions and dense layers, as the papers count them. */
    public long macs() {
        if (op instanceof Op.Convolution c) {
            return (long) c.kernel() * c.kernel() * (in.channels() / c.groups()) * out.elements();
        }
        if (op instanceof Op.Dense d) {
            return in.elements() * d.out();
        }
        return 0;
    }
}
