package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;

/** Multiplication by a constant, both ways. */
final class LoweredScale extends Lowered {
    private final Operation.Scale op;

    LoweredScale(Context context, int position, Operation.Scale op) {
        super(context, position);
        this.op = op;
    }

    @Override
    LoweredTensor forward() {
        return scaled(context.value(input(0)), op.factor());
    }

    @Override
    void backward(LoweredTensor gradient) {
        context.addGradient(input(0), node.name(), scaled(gradient, op.factor()), true);
    }
}
