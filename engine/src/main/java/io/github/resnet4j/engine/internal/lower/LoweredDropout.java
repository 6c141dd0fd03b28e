package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Multiplication by a random mask, the same both ways; nothing if it is frozen. */
final class LoweredDropout extends Lowered {
    private final Operation.Dropout op;
    private final SplittableRandom random;
    private LoweredTensor mask;

    /** @param random draws every execution's mask, so that the same seed gives the same run */
    LoweredDropout(Context context, int position, Operation.Dropout op, SplittableRandom random) {
        super(context, position);
        this.op = op;
        this.random = random;
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.value(input(0));
        if (node.frozen()) {
            return source;
        }
        mask = context.tape().tensor(source.layout());
        LoweredTensor drawn = mask;
        float kept = (float) (1 / op.retain());
        context.tape().host(node.name(), "dropout mask", List.of(mask), () -> {
            FloatBuffer values = drawn.floats();
            for (int i = 0; i < values.limit(); i++) {
                values.put(i, random.nextDouble() < op.retain() ? kept : 0);
            }
        });
        return masked(source);
    }

    private LoweredTensor masked(LoweredTensor tensor) {
        LoweredTensor result = context.tape().tensor(tensor.layout());
        record(
                "dropout",
                Descriptor.multiply(context.scope(), tensor.layout(), PostOps.NONE),
                Map.of(Argument.SOURCE, tensor, Argument.SOURCE_1, mask, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        if (node.frozen()) {
            context.addGradient(input(0), node.name(), gradient, false);
        } else {
            context.addGradient(input(0), node.name(), masked(gradient), true);
        }
    }
}
