package io.github.resnet4j.engine.internal.ir;

import java.util.Optional;

/**
 * The node that computes an activation's input applies the activation itself, if no other node reads that input.
 *
 * <p>In the backward pass, only the activation's value is there. That of a plain ReLU tells where its input was
 * positive, and convolution, batch normalisation, sum and product need no more than that; other activations stay, and so do
 * those behind dense layers. oneDNN's batch normalisation has no other activation than the plain ReLU.
 */
final class ActivationFusion implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        if (!(node.op() instanceof Operation.Activation activation)
                || !node.epilogue().equals(ProgramNode.Epilogue.NONE)) {
            return node;
        }
        int input = node.inputs().get(0);
        ProgramNode producer = program.node(input);
        if (producer.epilogue().activation().isPresent()
                || !program.readOnce(input)
                || !takes(producer.op(), activation, program.backward(position))) {
            return node;
        }
        return new ProgramNode(
                node.name(),
                producer.op(),
                producer.inputs(),
                node.extent(),
                producer.frozen(),
                new ProgramNode.Epilogue(producer.epilogue().addsLastInput(), Optional.of(activation)));
    }

    private static boolean takes(Operation op, Operation.Activation activation, boolean backward) {
        boolean plain = activation.equals(Operation.Activation.RELU);
        if (op instanceof Operation.Dense) {
            return !backward;
        }
        if (op instanceof Operation.Convolution
                || op instanceof Operation.Add
                || op instanceof Operation.StochasticSum
                || op instanceof Operation.Multiply) {
            return plain || !backward;
        }
        return op instanceof Operation.BatchNorm && plain;
    }
}
