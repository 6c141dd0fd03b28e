package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.ArrayList;
import java.util.List;

/**
 * Product of two or more inputs, with a fused activation. oneDNN repeats factors of one channel or of one place by
 * itself; their gradients are the sums over what they were repeated for.
 */
final class LoweredProduct extends Lowered {
    private final List<LoweredTensor> factors = new ArrayList<>();

    LoweredProduct(Context context, int position) {
        super(context, position);
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor first = context.value(input(0));
        for (int input : node.inputs()) {
            factors.add(context.alike(
                    context.value(input), first, context.node(input).extent(), node.name()));
        }
        LoweredTensor result = factors.get(0);
        int last = factors.size() - 1;
        for (int i = 1; i <= last; i++) {
            result = i == last
                    ? multiplied(fused("multiply"), result, factors.get(i), postOps(false))
                    : multiplied("multiply", result, factors.get(i), PostOps.NONE);
        }
        return result;
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        for (int i = 0; i < factors.size(); i++) {
            if (needsGradient(i)) {
                LoweredTensor share = gradient;
                for (int j = 0; j < factors.size(); j++) {
                    share = j == i ? share : multiplied("multiply", share, factors.get(j), PostOps.NONE);
                }
                Extent extent = context.node(input(i)).extent();
                context.addGradient(input(i), node.name(), summed(share, extent), true);
            }
        }
    }

    /** {@code share} summed up to a factor of {@code extent}. */
    private LoweredTensor summed(LoweredTensor share, Extent extent) {
        if (extent.equals(node.extent())) {
            return share;
        }
        Extent left = node.extent();
        LoweredTensor sum = share;
        if (extent.height() < left.height() || extent.width() < left.width()) {
            sum = Sums.overPlaces(context, node.name(), sum, left);
            left = new Extent(left.channels(), 1, 1);
        }
        return extent.channels() < left.channels() ? Sums.overChannels(context, node.name(), sum, left) : sum;
    }
}
