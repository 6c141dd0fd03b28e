package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;

/** Channels become rows and columns: a copy between two views of six axes, the block's own rows and columns among them. */
final class LoweredDepthToSpace extends Lowered {
    private final long factor;
    private final Extent deep;
    private final Order order;

    LoweredDepthToSpace(Context context, int position, Operation.DepthToSpace op) {
        super(context, position);
        this.factor = op.factor();
        this.deep = context.node(input(0)).extent();
        // Of blocks of channels there are no such views.
        this.order = context.order() == Order.NHWC ? Order.NHWC : Order.PLAIN;
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.convert(node.name(), context.mapValue(input(0), node.name()), whole(deep));
        LoweredTensor result = context.tape().tensor(whole(node.extent()));
        context.tape()
                .copy(
                        node.name(),
                        "depth to space",
                        new LoweredTensor(deepView(), source.buffer()),
                        new LoweredTensor(wideView(), result.buffer()));
        return context.convert(node.name(), result, context.map(node.extent()));
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor map = context.asMap(gradient, node.extent(), node.name());
        LoweredTensor wide = context.convert(node.name(), map, whole(node.extent()));
        LoweredTensor result = context.tape().tensor(whole(deep));
        context.tape()
                .copy(
                        node.name(),
                        "depth to space backward",
                        new LoweredTensor(wideView(), wide.buffer()),
                        new LoweredTensor(deepView(), result.buffer()));
        context.addGradient(input(0), node.name(), context.convert(node.name(), result, context.map(deep)), true);
    }

    private Layout whole(Extent extent) {
        return Layout.of(context.scope(), order, context.batch(), extent.channels(), extent.height(), extent.width());
    }

    /** Of the input: N × channels of the output × rows and columns of a block × rows and columns of blocks. */
    private Layout deepView() {
        long channel = order == Order.NHWC ? 1 : (long) deep.height() * deep.width();
        long column = order == Order.NHWC ? deep.channels() : 1;
        long row = column * deep.width();
        return view(channel * factor * factor, channel * factor, channel, row, column);
    }

    /** Of the output, in the same order. */
    private Layout wideView() {
        Extent wide = node.extent();
        long channel = order == Order.NHWC ? 1 : (long) wide.height() * wide.width();
        long column = order == Order.NHWC ? wide.channels() : 1;
        long row = column * wide.width();
        return view(channel, row, column, row * factor, column * factor);
    }

    private Layout view(long channel, long blockRow, long blockColumn, long row, long column) {
        return Layout.strided(
                context.scope(),
                new long[] {context.batch(), node.extent().channels(), factor, factor, deep.height(), deep.width()},
                new long[] {deep.elements(), channel, blockRow, blockColumn, row, column});
    }
}
