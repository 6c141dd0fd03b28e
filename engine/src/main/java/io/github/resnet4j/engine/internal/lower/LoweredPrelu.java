package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A rectifier with trained slopes. oneDNN's fast code has one for each channel; a single one is written out for all of
 * them, and its gradient is the sum of theirs.
 */
final class LoweredPrelu extends Lowered {
    private final Operation.Prelu op;
    private final int channels;
    private Descriptor forward;
    private LoweredTensor source;
    private LoweredTensor slopes;

    LoweredPrelu(Context context, int position, Operation.Prelu op) {
        super(context, position);
        this.op = op;
        this.channels = node.extent().channels();
    }

    @Override
    LoweredTensor forward() {
        source = context.value(input(0));
        if (source.layout().shape().length == 4) {
            source = context.mapValue(input(0), node.name());
        }
        Layout any = Layout.of(context.scope(), Order.ANY, slopesShape());
        forward = Descriptor.prelu(context.scope(), context.backward(position), source.layout(), any);
        Layout layout = forward.layout(Role.WEIGHTS);
        slopes = node.frozen()
                ? context.prepared().weights(op, layout)
                : context.tape().convert(node.name(), trained(), layout);
        LoweredTensor result = context.tape().tensor(source.layout());
        record(
                "prelu",
                forward,
                Map.of(Argument.SOURCE, source, Argument.WEIGHTS, slopes, Argument.DESTINATION, result));
        return result;
    }

    /** One for each channel, at 1×C×1×1 for maps. */
    private long[] slopesShape() {
        long[] shape = new long[source.layout().shape().length];
        Arrays.fill(shape, 1);
        shape[1] = channels;
        return shape;
    }

    private LoweredTensor trained() {
        if (op.slopes().length() == channels) {
            return context.parameter(op.slopes(), slopesShape());
        }
        LoweredTensor one = context.parameter(op.slopes(), 1);
        LoweredTensor all = context.tape().tensor(plain());
        context.tape().host(node.name(), "slopes", List.of(all), () -> {
            float slope = one.floats().get(0);
            FloatBuffer each = all.floats();
            for (int i = 0; i < channels; i++) {
                each.put(i, slope);
            }
        });
        return all;
    }

    private Layout plain() {
        return Layout.of(context.scope(), Order.PLAIN, slopesShape());
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor result =
                context.ownsGradient(position) ? gradient : context.tape().tensor(source.layout());
        LoweredTensor slopesGradient = context.tape().tensor(slopes.layout());
        record(
                "prelu backward",
                Descriptor.preluGradient(context.scope(), forward, gradient.layout(), slopes.layout()),
                Map.of(
                        Argument.SOURCE, source,
                        Argument.WEIGHTS, slopes,
                        Argument.DESTINATION_GRADIENT, gradient,
                        Argument.SOURCE_GRADIENT, result,
                        Argument.WEIGHTS_GRADIENT, slopesGradient));
        if (!node.frozen()) {
            give(slopesGradient);
        }
        if (needsGradient(0)) {
            context.addGradient(input(0), node.name(), result, true);
        }
    }

    private void give(LoweredTensor slopesGradient) {
        if (op.slopes().length() == channels) {
            LoweredTensor place = context.parameterGradient(op.slopes(), slopesShape());
            context.tape().copy(node.name(), "reorder", slopesGradient, place);
            return;
        }
        LoweredTensor each = context.tape().convert(node.name(), slopesGradient, plain());
        LoweredTensor place = context.parameterGradient(op.slopes(), 1);
        context.tape().host(node.name(), "sum of slopes", List.of(each), () -> {
            FloatBuffer values = each.floats();
            double sum = 0;
            for (int i = 0; i < channels; i++) {
                sum += values.get(i);
            }
            place.floats().put(0, (float) sum);
        });
    }
}
