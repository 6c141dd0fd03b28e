package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/** A constant added to each channel, which oneDNN repeats for all places. */
final class LoweredShift extends Lowered {
    private final List<Double> by;

    LoweredShift(Context context, int position, Operation.Shift op) {
        super(context, position);
        this.by = op.by();
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.value(input(0));
        boolean vector = source.layout().shape().length == 2;
        Layout each = vector
                ? Layout.of(context.scope(), Order.PLAIN, 1, by.size())
                : Layout.of(context.scope(), context.order(), 1, by.size(), 1, 1);
        LoweredTensor constants = context.tape().convert(node.name(), constants(vector), each);
        LoweredTensor map = vector ? source : context.mapValue(input(0), node.name());
        LoweredTensor result = context.tape().tensor(map.layout());
        record(
                "shift",
                Descriptor.add(context.scope(), map.layout(), each, PostOps.NONE),
                Map.of(Argument.SOURCE, map, Argument.SOURCE_1, constants, Argument.DESTINATION, result));
        return result;
    }

    private LoweredTensor constants(boolean vector) {
        FloatPointer values = new FloatPointer(by.size());
        context.scope().onClose(values::deallocate);
        for (int i = 0; i < by.size(); i++) {
            values.put(i, by.get(i).floatValue());
        }
        Layout plain = vector
                ? Layout.of(context.scope(), Order.PLAIN, 1, by.size())
                : Layout.of(context.scope(), Order.PLAIN, 1, by.size(), 1, 1);
        return new LoweredTensor(plain, Buffer.at(values.address()));
    }

    @Override
    void backward(LoweredTensor gradient) {
        context.addGradient(input(0), node.name(), gradient, false);
    }
}
