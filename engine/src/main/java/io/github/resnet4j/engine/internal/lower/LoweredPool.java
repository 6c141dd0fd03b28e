package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Geometry;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import java.util.EnumMap;
import java.util.Map;

/** Maximum or mean over windows. */
final class LoweredPool extends Lowered {
    private final Pooling kind;
    private final Geometry window;
    private Descriptor forward;
    private LoweredTensor source;
    private LoweredTensor workspace;

    LoweredPool(Context context, int position, Pooling kind, Window window) {
        super(context, position);
        this.kind = kind;
        this.window = LoweredConvolution.geometry(window);
    }

    static LoweredPool mean(Context context, int position, Operation.AvgPool op) {
        Pooling kind = op.paddingCounts() ? Pooling.AVERAGE_WITH_PADDING : Pooling.AVERAGE;
        return new LoweredPool(context, position, kind, op.window());
    }

    @Override
    LoweredTensor forward() {
        source = context.mapValue(input(0), node.name());
        Layout destination = context.map(node.extent());
        forward = Descriptor.pooling(
                context.scope(), context.backward(position), kind, source.layout(), destination, window, PostOps.NONE);
        LoweredTensor result = context.tape().tensor(destination);
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, source);
        tensors.put(Argument.DESTINATION, result);
        Layout indices = forward.layout(Role.WORKSPACE);
        if (indices.bytes() > 0) {
            workspace = context.tape().tensor(indices);
            tensors.put(Argument.WORKSPACE, workspace);
        }
        record("pooling", forward, tensors);
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor result = context.tape().tensor(source.layout());
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.DESTINATION_GRADIENT, context.asMap(gradient, node.extent(), node.name()));
        tensors.put(Argument.SOURCE_GRADIENT, result);
        if (workspace != null) {
            tensors.put(Argument.WORKSPACE, workspace);
        }
        record(
                "pooling backward",
                Descriptor.poolingGradient(
                        context.scope(), forward, kind, source.layout(), context.map(node.extent()), window),
                tensors);
        context.addGradient(input(0), node.name(), result, true);
    }
}
