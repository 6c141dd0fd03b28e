package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Window;
import java.util.ArrayList;
import java.util.List;

/** Inputs side by side in a larger map: concatenation, zero padding. */
final class LoweredPlacement extends Lowered {
    private final List<long[]> offsets;
    private final boolean covered;

    private LoweredPlacement(Context context, int position, List<long[]> offsets, boolean covered) {
        super(context, position);
        this.offsets = offsets;
        this.covered = covered;
    }

    /** Channels one input after the other. */
    static LoweredPlacement concat(Context context, int position) {
        List<long[]> offsets = new ArrayList<>();
        long channel = 0;
        for (int input : context.node(position).inputs()) {
            offsets.add(new long[] {0, channel, 0, 0});
            channel += context.node(input).extent().channels();
        }
        return new LoweredPlacement(context, position, offsets, true);
    }

    /** The input with zeros around. */
    static LoweredPlacement pad(Context context, int position, Window.Padding zeros) {
        return new LoweredPlacement(context, position, List.of(new long[] {0, 0, zeros.top(), zeros.left()}), false);
    }

    @Override
    LoweredTensor forward() {
        List<LoweredTensor> parts = node.inputs().stream()
                .map(input -> context.mapValue(input, node.name()))
                .toList();
        return context.assemble(node.name(), context.map(node.extent()), parts, offsets, covered);
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor whole = context.asMap(gradient, node.extent(), node.name());
        for (int i = 0; i < offsets.size(); i++) {
            if (needsGradient(i)) {
                LoweredTensor part = context.part(
                        node.name(), whole, context.map(context.node(input(i)).extent()), offsets.get(i));
                context.addGradient(input(i), node.name(), part, true);
            }
        }
    }
}
