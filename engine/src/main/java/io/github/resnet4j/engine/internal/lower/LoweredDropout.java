package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.List;

/** Multiplication by a random mask, the same both ways; nothing if it is frozen. */
final class LoweredDropout extends Lowered {
    private final Operation.Dropout op;
    private final DropoutMask draw;
    private LoweredTensor mask;

    LoweredDropout(Context context, int position, Operation.Dropout op, DropoutMask draw) {
        super(context, position);
        this.op = op;
        this.draw = draw;
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.value(input(0));
        if (node.frozen()) {
            return source;
        }
        mask = context.tape().tensor(source.layout());
        LoweredTensor drawn = mask;
        context.tape()
                .host(node.name(), "dropout mask", List.of(mask), () -> draw.draw(drawn, node.name(), op.retain()));
        return masked(source);
    }

    private LoweredTensor masked(LoweredTensor tensor) {
        return multiplied("dropout", tensor, mask, PostOps.NONE);
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
