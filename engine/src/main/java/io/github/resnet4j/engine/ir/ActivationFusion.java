package io.github.resnet4j.engine.ir;

import java.util.Optional;

/**
 * An activation is applied before its input is written, by what computes that, if nobody else reads the input.
 *
 * <p>Where a gradient comes back, only the activation's value is there. That of a plain ReLU tells where its input was
 * positive, and batch normalisation, sum and product need no more than that; other activations stay, and so do those
 * behind convolutions and dense layers, which have no gradient of an activation. oneDNN's batch normalisation has no
 * other activation than the plain ReLU.
 */
final class ActivationFusion implements Pass {
    @Override
    public Node rewrite(Analysis program, int position) {
        Node node = program.node(position);
        if (!(node.op() instanceof Op.Activation activation) || !node.epilogue().equals(Node.Epilogue.NONE)) {
            return node;
        }
        int input = node.inputs().get(0);
        Node producer = program.node(input);
        if (producer.epilogue().activation().isPresent()
                || !program.readOnce(input)
                || !takes(producer.op(), activation, program.backward(position))) {
            return node;
        }
        return new Node(
                node.name(),
                producer.op(),
                producer.inputs(),
                node.extent(),
                producer.frozen(),
                new Node.Epilogue(producer.epilogue().addsLastInput(), Optional.of(activation)));
    }

    private static boolean takes(Op op, Op.Activation activation, boolean backward) {
        boolean plain = activation.equals(Op.Activation.RELU);
        if (op instanceof Op.Convolution || op instanceof Op.Dense) {
            return !backward;
        }
        if (op instanceof Op.Add || op instanceof Op.Multiply) {
            return plain || !backward;
        }
        return op instanceof Op.BatchNorm && plain;
    }
}
