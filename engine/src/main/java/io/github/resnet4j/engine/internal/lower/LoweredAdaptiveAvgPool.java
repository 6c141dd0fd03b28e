package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.zoo.network.Op;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Means over windows that differ in size or overlap, which no pooling of oneDNN's has. In plain order, the channels of all
 * images are rows of a matrix, whose product with one of weights has the means.
 */
final class LoweredAdaptiveAvgPool extends Lowered {
    private final Extent in;

    LoweredAdaptiveAvgPool(Context context, int position) {
        super(context, position);
        this.in = context.node(input(0)).extent();
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.mapValue(input(0), node.name());
        return product("adaptive pooling", source, in, node.extent(), false);
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor map = context.asMap(gradient, node.extent(), node.name());
        LoweredTensor result = product("adaptive pooling backward", map, node.extent(), in, true);
        context.addGradient(input(0), node.name(), result, true);
    }

    private LoweredTensor product(String what, LoweredTensor map, Extent from, Extent to, boolean back) {
        LoweredTensor source = new LoweredTensor(
                rows(from), context.convert(node.name(), map, plain(from)).buffer());
        LoweredTensor weights = weights(back);
        LoweredTensor result = context.tape().tensor(rows(to));
        Descriptor descriptor = Descriptor.innerProduct(
                context.scope(), false, source.layout(), weights.layout(), null, result.layout(), PostOps.NONE);
        record(
                what,
                descriptor,
                Map.of(Argument.SOURCE, source, Argument.WEIGHTS, weights, Argument.DESTINATION, result));
        return context.convert(node.name(), new LoweredTensor(plain(to), result.buffer()), context.map(to));
    }

    private Layout plain(Extent map) {
        return Layout.of(context.scope(), Order.PLAIN, context.batch(), map.channels(), map.height(), map.width());
    }

    private Layout rows(Extent map) {
        return Layout.of(context.scope(), Order.PLAIN, (long) context.batch() * map.channels(), places(map));
    }

    private static long places(Extent map) {
        return (long) map.height() * map.width();
    }

    /** What every place of the value takes of every place of the input, or the other way round. */
    private LoweredTensor weights(boolean back) {
        double[][] rows = Op.AdaptiveAvgPool.weights(in.height(), node.extent().height());
        double[][] columns =
                Op.AdaptiveAvgPool.weights(in.width(), node.extent().width());
        long outs = places(node.extent());
        long ins = places(in);
        FloatPointer values = new FloatPointer(outs * ins);
        context.scope().onClose(values::deallocate);
        for (int i = 0; i < outs; i++) {
            double[] row = rows[i / columns.length];
            double[] column = columns[i % columns.length];
            for (int j = 0; j < ins; j++) {
                double weight = row[j / in.width()] * column[j % in.width()];
                values.put(back ? j * outs + i : i * ins + j, (float) weight);
            }
        }
        Layout layout = Layout.of(context.scope(), Order.PLAIN, back ? ins : outs, back ? outs : ins);
        return new LoweredTensor(layout, Buffer.at(values.address()));
    }
}
