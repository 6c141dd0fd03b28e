package io.github.resnet4j.engine.lower;

import io.github.resnet4j.engine.ir.Op;
import io.github.resnet4j.engine.onednn.Call.Argument;
import io.github.resnet4j.engine.onednn.Descriptor;
import io.github.resnet4j.engine.onednn.Descriptor.PostOps;
import java.util.List;
import java.util.Map;

/** Multiplication by a random mask, the same both ways; nothing if it is frozen. */
final class LoweredDropout extends Lowered {
    private final Op.Dropout op;
    private final DropoutMask draw;
    private Tensor mask;

    LoweredDropout(Context context, int position, Op.Dropout op, DropoutMask draw) {
        super(context, position);
        this.op = op;
        this.draw = draw;
    }

    @Override
    Tensor forward() {
        Tensor source = context.value(input(0));
        if (node.frozen()) {
            return source;
        }
        mask = context.tape().tensor(source.layout());
        Tensor drawn = mask;
        context.tape()
                .host(node.name(), "dropout mask", List.of(mask), () -> draw.draw(drawn, node.name(), op.retain()));
        return masked(source);
    }

    private Tensor masked(Tensor tensor) {
        Tensor result = context.tape().tensor(tensor.layout());
        record(
                "dropout",
                Descriptor.multiply(context.scope(), tensor.layout(), PostOps.NONE),
                Map.of(Argument.SOURCE, tensor, Argument.SOURCE_1, mask, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(Tensor gradient) {
        if (node.frozen()) {
            context.addGradient(input(0), node.name(), gradient, false);
        } else {
            context.addGradient(input(0), node.name(), masked(gradient), true);
        }
    }
}
