package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import java.util.Map;

/** An activation that is fused into nothing. */
final class LoweredActivation extends Lowered {
    private final Operation.Activation op;
    private LoweredTensor source;

    LoweredActivation(Context context, int position, Operation.Activation op) {
        super(context, position);
        this.op = op;
    }

    @Override
    LoweredTensor forward() {
        source = context.anyValue(input(0));
        LoweredTensor result = context.tape().tensor(source.layout());
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
    void backward(LoweredTensor gradient) {
        LoweredTensor before = eltwise(op.function()).invertible(op.slope())
                ? activationGradient(op, Argument.DESTINATION, context.anyValue(position), gradient)
                : activationGradient(op, Argument.SOURCE, source, gradient);
        context.addGradient(input(0), node.name(), before, true);
    }
}
