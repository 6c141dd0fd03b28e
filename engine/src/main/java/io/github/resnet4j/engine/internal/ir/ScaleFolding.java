package io.github.resnet4j.engine.internal.ir;

/**
 * Multiplication by a constant behind a convolution becomes part of its weights. So does the survival probability by which
 * stochastic depth multiplies a branch at test time (Huang et al. 2016, equation 5), and the sum behind it can be fused as if
 * there were none. As for batch normalisations, no other node may read what the convolution computes, and no gradient.
 */
final class ScaleFolding implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        if (!(node.op() instanceof Operation.Scale scale) || program.backward(position)) {
            return node;
        }
        int input = node.inputs().get(0);
        ProgramNode producer = program.node(input);
        if (!(producer.op() instanceof Operation.Convolution c)
                || !producer.epilogue().equals(ProgramNode.Epilogue.NONE)
                || !program.readOnce(input)) {
            return node;
        }
        Operation folded = new Operation.Convolution(
                c.outChannels(), c.window(), c.groups(), c.weight(), c.bias(), c.norm(), c.factor() * scale.factor());
        return new ProgramNode(
                node.name(), folded, producer.inputs(), node.extent(), producer.frozen(), node.epilogue());
    }
}
