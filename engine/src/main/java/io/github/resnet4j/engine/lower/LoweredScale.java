package io.github.resnet4j.engine.lower;

import io.github.resnet4j.engine.ir.Op;
import io.github.resnet4j.engine.onednn.Call.Argument;
import io.github.resnet4j.engine.onednn.Descriptor;
import io.github.resnet4j.engine.onednn.Descriptor.Eltwise;
import java.util.Map;

/** Multiplication by a constant, both ways. */
final class LoweredScale extends Lowered {
    private final Op.Scale op;

    LoweredScale(Context context, int position, Op.Scale op) {
        super(context, position);
        this.op = op;
    }

    @Override
    Tensor forward() {
        return scaled(context.value(input(0)));
    }

    private Tensor scaled(Tensor tensor) {
        Tensor result = context.tape().tensor(tensor.layout());
        record(
                "scale",
                Descriptor.eltwise(context.scope(), false, Eltwise.LINEAR, op.factor(), tensor.layout()),
                Map.of(Argument.SOURCE, tensor, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(Tensor gradient) {
        context.addGradient(input(0), node.name(), scaled(gradient), true);
    }
}
