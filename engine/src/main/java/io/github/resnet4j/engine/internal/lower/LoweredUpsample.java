package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Resampling;
import java.util.Map;

/** More rows and columns. */
final class LoweredUpsample extends Lowered {
    private final Resampling how;
    private Descriptor forward;
    private LoweredTensor source;

    LoweredUpsample(Context context, int position, Operation.Upsample op) {
        super(context, position);
        this.how = op.bilinear() ? Resampling.LINEAR : Resampling.NEAREST;
    }

    @Override
    LoweredTensor forward() {
        source = context.mapValue(input(0), node.name());
        LoweredTensor result = context.tape().tensor(context.map(node.extent()));
        forward = Descriptor.resampling(
                context.scope(), context.backward(position), how, source.layout(), result.layout());
        record("upsampling", forward, Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor behind = context.asMap(gradient, node.extent(), node.name());
        LoweredTensor result = context.tape().tensor(source.layout());
        record(
                "upsampling backward",
                Descriptor.resamplingGradient(context.scope(), forward, how, source.layout(), behind.layout()),
                Map.of(Argument.DESTINATION_GRADIENT, behind, Argument.SOURCE_GRADIENT, result));
        context.addGradient(input(0), node.name(), result, true);
    }
}
