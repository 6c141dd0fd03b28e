package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.zoo.network.Draws;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Sum of a branch, multiplied by a random factor for each image, and a shortcut, with a fused activation. */
final class LoweredMaskedSum extends Lowered {
    private final Operation.StochasticSum op;
    private final DropoutMask draw;
    private LoweredTensor mask;

    LoweredMaskedSum(Context context, int position, Operation.StochasticSum op, DropoutMask draw) {
        super(context, position);
        this.op = op;
        this.draw = draw;
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor given = context.value(input(1));
        LoweredTensor shortcut = context.alike(given, given, node.extent(), node.name());
        LoweredTensor branch = context.alike(context.value(input(0)), given, node.extent(), node.name());
        // One factor for each channel: oneDNN is slow with one for each image.
        Layout each = branch.layout().shape().length == 2
                ? branch.layout()
                : context.map(new Extent(node.extent().channels(), 1, 1));
        mask = context.tape().tensor(each);
        context.tape().host(node.name(), "mask of images", List.of(mask), this::fill);
        LoweredTensor result = context.tape().tensor(shortcut.layout());
        record(
                fused("add"),
                Descriptor.add(context.scope(), shortcut.layout(), postOps(false)),
                Map.of(Argument.SOURCE, masked(branch), Argument.SOURCE_1, shortcut, Argument.DESTINATION, result));
        return result;
    }

    private void fill() {
        Draws draws = draw.draws(op.name());
        float[] factors = new float[Math.toIntExact(mask.count() / context.batch())];
        for (int image = 0; image < context.batch(); image++) {
            Arrays.fill(factors, draws.get(image) < op.survival() ? (float) op.factor() : 0);
            Floats.put(mask.buffer().address() + (long) image * factors.length * Float.BYTES, factors, factors.length);
        }
    }

    private LoweredTensor masked(LoweredTensor tensor) {
        return multiplied("multiply", tensor, mask, PostOps.NONE);
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        if (needsGradient(1)) {
            context.addGradient(input(1), node.name(), gradient, false);
        }
        if (needsGradient(0)) {
            context.addGradient(input(0), node.name(), masked(gradient), true);
        }
    }
}
