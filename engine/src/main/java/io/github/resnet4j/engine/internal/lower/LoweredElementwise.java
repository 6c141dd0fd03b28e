package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sum or product of two or more inputs, with a fused activation. */
final class LoweredElementwise extends Lowered {
    private final boolean product;
    private final List<LoweredTensor> sources = new ArrayList<>();

    LoweredElementwise(Context context, int position, boolean product) {
        super(context, position);
        this.product = product;
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor first = context.value(input(0));
        for (int input : node.inputs()) {
            sources.add(context.alike(context.value(input), first, node.extent(), node.name()));
        }
        LoweredTensor result = sources.get(0);
        for (int i = 1; i < sources.size(); i++) {
            boolean last = i == sources.size() - 1;
            result = combine(result, sources.get(i), last ? postOps(false) : PostOps.NONE);
        }
        return result;
    }

    private LoweredTensor combine(LoweredTensor a, LoweredTensor b, PostOps postOps) {
        LoweredTensor result = context.tape().tensor(a.layout());
        String operation = product ? "multiply" : "add";
        record(
                postOps == PostOps.NONE ? operation : fused(operation),
                product
                        ? Descriptor.multiply(context.scope(), a.layout(), postOps)
                        : Descriptor.add(context.scope(), a.layout(), postOps),
                Map.of(Argument.SOURCE, a, Argument.SOURCE_1, b, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        for (int i = 0; i < node.inputs().size(); i++) {
            if (!needsGradient(i)) {
                continue;
            }
            LoweredTensor share = gradient;
            for (int j = 0; product && j < sources.size(); j++) {
                share = j == i ? share : combine(share, sources.get(j), PostOps.NONE);
            }
            context.addGradient(input(i), node.name(), share, product);
        }
    }
}
