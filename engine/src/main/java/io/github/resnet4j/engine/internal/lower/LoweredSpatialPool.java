package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import java.util.EnumMap;
import java.util.Map;

/** Mean or maximum over channels. */
final class LoweredSpatialPool extends Lowered {
    private final Pooling kind;
    private final Sums.Columns columns;
    private Descriptor forward;
    private LoweredTensor workspace;

    LoweredSpatialPool(Context context, int position, Operation.SpatialPool op) {
        super(context, position);
        this.kind = op.maximum() ? Pooling.MAX : Pooling.AVERAGE;
        this.columns = new Sums.Columns(context, context.node(input(0)).extent());
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = columns.of(context.mapValue(input(0), node.name()), node.name());
        forward = Descriptor.pooling(
                context.scope(),
                context.backward(position),
                kind,
                source.layout(),
                columns.pooled(),
                columns.window(),
                PostOps.NONE);
        LoweredTensor result = context.tape().tensor(columns.pooled());
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, source);
        tensors.put(Argument.DESTINATION, result);
        Layout indices = forward.layout(Role.WORKSPACE);
        if (indices.bytes() > 0) {
            workspace = context.tape().tensor(indices);
            tensors.put(Argument.WORKSPACE, workspace);
        }
        record("pooling of channels", forward, tensors);
        return columns.map(result, node.name());
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor result = context.tape().tensor(columns.layout());
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        LoweredTensor map = context.asMap(gradient, node.extent(), node.name());
        tensors.put(Argument.DESTINATION_GRADIENT, columns.pooled(map, node.name()));
        tensors.put(Argument.SOURCE_GRADIENT, result);
        if (workspace != null) {
            tensors.put(Argument.WORKSPACE, workspace);
        }
        record(
                "pooling of channels backward",
                Descriptor.poolingGradient(
                        context.scope(), forward, kind, columns.layout(), columns.pooled(), columns.window()),
                tensors);
        context.addGradient(input(0), node.name(), columns.unpooled(result, node.name()), true);
    }
}
