package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;

/** Concatenation that appends to a {@link GrowingMap}; its gradient is cut up in place where channels begin a block. */
final class LoweredGrowth extends Lowered {
    private final GrowingMap map;

    LoweredGrowth(Context context, int position, GrowingMap map) {
        super(context, position);
        this.map = map;
    }

    @Override
    LoweredTensor forward() {
        int channel = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
            LoweredTensor value = context.anyValue(input(i));
            if (!map.holds(position, i) && !map.holds(value, channel)) {
                map.append(node.name(), value, extent(i), channel);
            }
            channel += extent(i).channels();
        }
        return map.first(node.extent());
    }

    /** From the end: a part may be padded, up to the end of its block, with the first channels of the one behind it. */
    @Override
    void backward(LoweredTensor gradient) {
        boolean own = context.ownsGradient(position);
        int channel = node.extent().channels();
        for (int i = node.inputs().size() - 1; i >= 0; i--) {
            Extent extent = extent(i);
            channel -= extent.channels();
            if (needsGradient(i)) {
                boolean inPlace = channel % context.order().block() == 0;
                LoweredTensor part = inPlace
                        ? map.part(gradient, channel, extent)
                        : map.copy(node.name(), gradient, channel, extent);
                context.addGradient(input(i), node.name(), part, own || !inPlace);
            }
        }
    }

    private Extent extent(int i) {
        return context.node(input(i)).extent();
    }
}
