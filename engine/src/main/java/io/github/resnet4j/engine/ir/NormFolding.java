package io.github.resnet4j.engine.ir;

import java.util.Optional;

/**
 * Batch normalisation with fixed statistics behind a convolution becomes part of it: it is one factor and one summand
 * for each channel, and a convolution is linear, so its weights can be multiplied by the factor before it runs. The
 * convolution's own value is then written nowhere: nobody else may read it, and no gradient may need it.
 */
final class NormFolding implements Pass {
    @Override
    public Node rewrite(Analysis program, int position) {
        Node node = program.node(position);
        if (!(node.op() instanceof Op.BatchNorm norm) || norm.batchStatistics() || program.backward(position)) {
            return node;
        }
        int input = node.inputs().get(0);
        Node producer = program.node(input);
        if (!(producer.op() instanceof Op.Convolution c)
                || c.norm().isPresent()
                || !producer.epilogue().equals(Node.Epilogue.NONE)
                || !program.readOnce(input)) {
            return node;
        }
        Op folded =
                new Op.Convolution(c.outChannels(), c.window(), c.groups(), c.weight(), c.bias(), Optional.of(norm));
        return new Node(node.name(), folded, producer.inputs(), node.extent(), producer.frozen(), node.epilogue());
    }
}
