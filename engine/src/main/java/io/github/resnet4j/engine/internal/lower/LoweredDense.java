package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.EnumMap;
import java.util.Map;

/** Fully connected layer on N×(C·H·W). */
final class LoweredDense extends Lowered {
    private final Operation.Dense op;
    private final long inputs;
    private Descriptor forward;
    private LoweredTensor source;

    LoweredDense(Context context, int position, Operation.Dense op) {
        super(context, position);
        this.op = op;
        this.inputs = context.node(input(0)).extent().elements();
    }

    @Override
    LoweredTensor forward() {
        source = context.vectorValue(input(0), node.name());
        Layout destination = context.vector(op.outputs());
        Layout bias = biasLayout();
        Layout weights = node.frozen()
                ? context.prepared().layout(op, 2).orElse(Layout.of(context.scope(), Order.ANY, op.outputs(), inputs))
                : Layout.of(context.scope(), Order.PLAIN, op.outputs(), inputs);
        forward = Descriptor.innerProduct(
                context.scope(),
                context.backward(position),
                source.layout(),
                weights,
                bias,
                destination,
                postOps(false));
        LoweredTensor result = context.tape().tensor(destination);
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, source);
        tensors.put(Argument.WEIGHTS, weights());
        tensors.put(Argument.DESTINATION, result);
        op.bias()
                .ifPresent(b -> tensors.put(
                        Argument.BIAS,
                        node.frozen() ? context.prepared().bias(op) : context.parameter(b, op.outputs())));
        record(fused("dense"), forward, tensors);
        return result;
    }

    private Layout biasLayout() {
        return op.bias()
                .map(b -> Layout.of(context.scope(), Order.PLAIN, op.outputs()))
                .orElse(null);
    }

    private LoweredTensor weights() {
        return node.frozen()
                ? context.prepared().weights(op, forward.layout(Role.WEIGHTS))
                : context.parameter(op.weight(), op.outputs(), inputs);
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        if (needsGradient(0)) {
            LoweredTensor weights = weights();
            Descriptor descriptor = Descriptor.innerProductSourceGradient(
                    context.scope(), forward, source.layout(), weights.layout(), gradient.layout());
            LoweredTensor result = context.tape().tensor(source.layout());
            record(
                    "dense backward",
                    descriptor,
                    Map.of(
                            Argument.DESTINATION_GRADIENT, gradient,
                            Argument.WEIGHTS, weights,
                            Argument.SOURCE_GRADIENT, result));
            context.addGradient(input(0), node.name(), result, true);
        }
        if (!node.trained().isEmpty()) {
            LoweredTensor place = context.parameterGradient(op.weight(), op.outputs(), inputs);
            Descriptor descriptor = Descriptor.innerProductWeightsGradient(
                    context.scope(), forward, source.layout(), place.layout(), biasLayout(), gradient.layout());
            Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
            tensors.put(Argument.SOURCE, source);
            tensors.put(Argument.DESTINATION_GRADIENT, gradient);
            tensors.put(Argument.WEIGHTS_GRADIENT, place);
            op.bias().ifPresent(b -> tensors.put(Argument.BIAS_GRADIENT, context.parameterGradient(b, op.outputs())));
            record("dense weight gradient", descriptor, tensors);
        }
    }
}
