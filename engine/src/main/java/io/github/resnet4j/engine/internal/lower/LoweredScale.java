package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Eltwise;
import java.util.Map;

/** Multiplication by a constant, both ways. */
final class LoweredScale extends Lowered {
    private final Operation.Scale op;

    LoweredScale(Context context, int position, Operation.Scale op) {
        super(context, position);
        this.op = op;
    }

    @Override
    LoweredTensor forward() {
        return scaled(context.value(input(0)));
    }

    private LoweredTensor scaled(LoweredTensor tensor) {
        LoweredTensor result = context.tape().tensor(tensor.layout());
        record(
                "scale",
                Descriptor.eltwise(context.scope(), false, Eltwise.LINEAR, op.factor(), tensor.layout()),
                Map.of(Argument.SOURCE, tensor, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        context.addGradient(input(0), node.name(), scaled(gradient), true);
    }
}
