package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Layout;
import java.util.List;

/**
 * A map of another size, by {@link Resizing}. oneDNN's resampling chooses other nearest values than PyTorch where the sizes do
 * not divide, and takes longer on the way back.
 */
final class LoweredResize extends Lowered {
    private final Extent in;
    private final Resizing resizing;

    LoweredResize(Context context, int position, Operation.Resize op) {
        super(context, position);
        this.in = context.node(input(0)).extent();
        Extent out = node.extent();
        this.resizing = new Resizing(
                Resizing.Axis.of(in.height(), out.height(), op.bilinear()),
                Resizing.Axis.of(in.width(), out.width(), op.bilinear()),
                !context.alone());
    }

    private boolean keepsSize() {
        return in.equals(node.extent());
    }

    @Override
    LoweredTensor forward() {
        if (keepsSize()) {
            return context.value(input(0));
        }
        LoweredTensor source = context.mapValue(input(0), node.name());
        Layout layout = context.map(node.extent());
        LoweredTensor result = context.tape().tensor(layout);
        int inner = inner();
        context.tape()
                .host(
                        node.name(),
                        "resize",
                        List.of(source, result),
                        () -> resizing.forward(
                                source.buffer().address(), result.buffer().address(), outer(source, in), inner));
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        if (keepsSize()) {
            context.addGradient(input(0), node.name(), gradient, false);
            return;
        }
        LoweredTensor behind = context.asMap(gradient, node.extent(), node.name());
        LoweredTensor result = context.tape().tensor(context.map(in));
        int inner = inner();
        context.tape()
                .host(
                        node.name(),
                        "resize backward",
                        List.of(behind, result),
                        () -> resizing.backward(
                                behind.buffer().address(), result.buffer().address(), outer(result, in), inner));
        context.addGradient(input(0), node.name(), result, true);
    }

    /** Channels that lie together at a place. */
    private int inner() {
        return switch (context.order()) {
            case NHWC -> in.channels();
            default -> context.order().block();
        };
    }

    /** Maps of so many channels that lie one behind the other. */
    private int outer(LoweredTensor tensor, Extent extent) {
        long places = (long) extent.height() * extent.width();
        return Math.toIntExact(tensor.count() / places / inner());
    }
}
