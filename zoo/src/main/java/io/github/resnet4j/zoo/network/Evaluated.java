package io.github.resnet4j.zoo.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The values that networks compute outside training, numbered: equal numbers are equal values for equal weights. What only
 * training knows (dropout, what weights start at) makes no difference, nor do the names of nodes without weights.
 */
final class Evaluated {
    private record Value(Op op, String weights, List<Integer> inputs) {}

    private final Map<Value, Integer> numbers = new HashMap<>();

    /** The number of its logits. */
    int logits(Network network) {
        Map<String, Integer> values = new HashMap<>();
        values.put(Network.INPUT, -1);
        int last = -1;
        for (Node node : network.nodes()) {
            List<Integer> inputs = node.inputs().stream().map(values::get).toList();
            if (node.op() instanceof Op.Dropout) {
                last = inputs.get(0);
            } else {
                String weights = node.slots().isEmpty() ? "" : node.name();
                Integer next = numbers.size();
                Integer number = numbers.putIfAbsent(new Value(evaluated(node.op()), weights, inputs), next);
                last = number == null ? next : number;
            }
            values.put(node.name(), last);
        }
        return last;
    }

    /** The operation without what only training knows. */
    private static Op evaluated(Op op) {
        if (op instanceof Op.Convolution conv) {
            return new Op.Convolution(conv.outChannels(), conv.window(), conv.groups(), conv.bias());
        }
        if (op instanceof Op.Dense dense) {
            return new Op.Dense(dense.out(), dense.bias());
        }
        if (op instanceof Op.BatchNorm norm) {
            return new Op.BatchNorm(false, norm.eps(), 0);
        }
        if (op instanceof Op.StochasticSum sum) {
            return sum.atTest() == 1
                    ? new Op.Add()
                    : new Op.StochasticSum(sum.survival(), sum.scaling(), Op.StochasticSum.Per.BATCH);
        }
        return op;
    }
}
