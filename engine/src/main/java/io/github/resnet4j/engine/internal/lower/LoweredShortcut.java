package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Geometry;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.List;
import java.util.Map;

/** Option A: a pooling over windows of one value takes every few rows and columns; then come channels of zeros. */
final class LoweredShortcut extends Lowered {
    private final Operation.ZeroPadShortcut op;
    private final Extent taken;
    private final Geometry window;
    private Descriptor pooling;
    private LoweredTensor source;

    LoweredShortcut(Context context, int position, Operation.ZeroPadShortcut op) {
        super(context, position);
        this.op = op;
        Extent in = context.node(input(0)).extent();
        Window every = Window.square(1, op.stride(), 0);
        this.taken = every.over(in, in.channels());
        this.window = LoweredConvolution.geometry(every);
    }

    @Override
    LoweredTensor forward() {
        source = context.mapValue(input(0), node.name());
        LoweredTensor kept = source;
        if (op.stride() > 1) {
            pooling = Descriptor.pooling(
                    context.scope(),
                    context.backward(position),
                    Pooling.AVERAGE,
                    source.layout(),
                    context.map(taken),
                    window,
                    PostOps.NONE);
            kept = context.tape().tensor(context.map(taken));
            record("every few", pooling, Map.of(Argument.SOURCE, source, Argument.DESTINATION, kept));
        }
        if (taken.equals(node.extent())) {
            return kept;
        }
        return context.assemble(
                node.name(),
                context.map(node.extent()),
                List.of(kept),
                List.of(new long[] {0, op.firstChannel(), 0, 0}),
                false);
    }

    @Override
    void backward(LoweredTensor gradient) {
        boolean whole = taken.equals(node.extent());
        LoweredTensor share = whole
                ? gradient
                : context.part(node.name(), gradient, context.map(taken), new long[] {0, op.firstChannel(), 0, 0});
        if (pooling == null) {
            context.addGradient(input(0), node.name(), share, !whole);
            return;
        }
        LoweredTensor result = context.tape().tensor(source.layout());
        record(
                "every few backward",
                Descriptor.poolingGradient(
                        context.scope(), pooling, Pooling.AVERAGE, source.layout(), share.layout(), window),
                Map.of(Argument.DESTINATION_GRADIENT, share, Argument.SOURCE_GRADIENT, result));
        context.addGradient(input(0), node.name(), result, true);
    }
}
