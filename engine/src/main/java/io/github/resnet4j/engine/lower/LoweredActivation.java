package io.github.resnet4j.engine.lower;

import io.github.resnet4j.engine.ir.Op;
import io.github.resnet4j.engine.onednn.Call.Argument;
import io.github.resnet4j.engine.onednn.Descriptor;
import java.util.Map;

/** An activation that is fused into nothing. */
final class LoweredActivation extends Lowered {
    private final Op.Activation op;

    LoweredActivation(Context context, int position, Op.Activation op) {
        super(context, position);
        this.op = op;
    }

    @Override
    Tensor forward() {
        Tensor source = context.value(input(0));
        Tensor result = context.tape().tensor(source.layout());
        record(
                name(op),
                Descriptor.eltwise(
                        context.scope(),
                        context.backward(position),
                        eltwise(op.function()),
                        op.slope(),
                        source.layout()),
                Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(Tensor gradient) {
        Tensor before = activationGradient(op, context.value(position), gradient);
        context.addGradient(input(0), node.name(), before, true);
    }
}
