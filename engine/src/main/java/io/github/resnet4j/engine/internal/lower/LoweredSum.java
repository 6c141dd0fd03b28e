package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.Map;

/** Sum of two or more inputs, with a fused activation. */
final class LoweredSum extends Lowered {
    LoweredSum(Context context, int position) {
        super(context, position);
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor first = context.value(input(0));
        LoweredTensor sum = context.alike(first, first, node.extent(), node.name());
        int last = node.inputs().size() - 1;
        for (int i = 1; i <= last; i++) {
            sum = add(sum, context.alike(context.value(input(i)), first, node.extent(), node.name()), i == last);
        }
        return sum;
    }

    private LoweredTensor add(LoweredTensor a, LoweredTensor b, boolean last) {
        LoweredTensor result = context.tape().tensor(a.layout());
        record(
                last ? fused("add") : "add",
                Descriptor.add(context.scope(), a.layout(), last ? postOps(false) : PostOps.NONE),
                Map.of(Argument.SOURCE, a, Argument.SOURCE_1, b, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        for (int i = 0; i < node.inputs().size(); i++) {
            if (needsGradient(i)) {
                context.addGradient(input(i), node.name(), gradient, false);
            }
        }
    }
}
