package io.github.resnet4j.engine.internal.ir;

import java.util.Optional;

/**
 * Batch normalisation with fixed statistics behind a convolution becomes part of it: it is one factor and one summand
 * for each channel, and a convolution is linear, so its weights can be multiplied by the factor before it runs. The
 * convolution's own value is then never written: no other node may read it, and no gradient may need it.
 */
final class NormFolding implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        if (!(node.op() instanceof Operation.BatchNorm norm) || norm.batchStatistics() || program.backward(position)) {
            return node;
        }
        int input = node.inputs().get(0);
        ProgramNode producer = program.node(input);
        if (!(producer.op() instanceof Operation.Convolution c)
                || c.norm().isPresent()
                || c.factor() != 1
                || !producer.epilogue().equals(ProgramNode.Epilogue.NONE)
                || !program.readOnce(input)) {
            return node;
        }
        Operation folded = new Operation.Convolution(
                c.outChannels(), c.window(), c.groups(), c.weight(), c.bias(), Optional.of(norm), c.factor());
        return new ProgramNode(
                node.name(), folded, producer.inputs(), node.extent(), producer.frozen(), node.epilogue());
    }
}
