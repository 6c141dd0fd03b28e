package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Batch normalisation by the batch's statistics or by fixed ones, with a fused ReLU. */
final class LoweredBatchNorm extends Lowered {
    private final Operation.BatchNorm op;
    private final Losses losses;
    private final boolean relu;
    private final int channels;
    private Descriptor forward;
    private Map<Argument, LoweredTensor> tensors;

    LoweredBatchNorm(Context context, int position, Operation.BatchNorm op, Losses losses) {
        super(context, position);
        this.losses = losses;
        this.op = op;
        this.relu = node.epilogue().activation().isPresent();
        this.channels = op.gamma().length();
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.anyValue(input(0));
        if (source.layout().shape().length == 4) {
            source = context.mapValue(input(0), node.name());
        }
        boolean training = context.backward(position);
        boolean fixed = !op.batchStatistics();
        forward = Descriptor.batchNorm(context.scope(), training, source.layout(), op.eps(), fixed, relu);
        LoweredTensor result = context.tape().tensor(source.layout());
        tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, source);
        tensors.put(Argument.DESTINATION, result);
        if (node.frozen()) {
            tensors.putAll(context.prepared().norm(op));
        } else {
            Layout vector = Layout.of(context.scope(), Order.PLAIN, channels);
            tensors.put(Argument.SCALE, context.parameter(op.gamma(), channels));
            tensors.put(Argument.SHIFT, context.parameter(op.beta(), channels));
            tensors.put(
                    Argument.MEAN,
                    fixed
                            ? context.parameter(op.mean(), channels)
                            : context.tape().tensor(vector));
            tensors.put(
                    Argument.VARIANCE,
                    fixed
                            ? context.parameter(op.variance(), channels)
                            : context.tape().tensor(vector));
        }
        Layout workspace = forward.layout(Role.WORKSPACE);
        if (workspace.bytes() > 0) {
            tensors.put(Argument.WORKSPACE, context.tape().tensor(workspace));
        }
        record(fused("batch norm"), forward, tensors);
        return result;
    }

    @Override
    void backward(LoweredTensor gradient) {
        if (node.frozen() && !needsGradient(0)) {
            return;
        }
        LoweredTensor source = tensors.get(Argument.SOURCE);
        Descriptor descriptor = Descriptor.batchNormGradient(
                context.scope(), forward, gradient.layout(), op.eps(), !op.batchStatistics(), relu);
        LoweredTensor result =
                context.ownsGradient(position) ? gradient : context.tape().tensor(source.layout());
        Map<Argument, LoweredTensor> all = new EnumMap<>(tensors);
        all.remove(Argument.DESTINATION);
        all.remove(Argument.SHIFT);
        all.put(Argument.DESTINATION_GRADIENT, gradient);
        all.put(Argument.SOURCE_GRADIENT, result);
        all.put(Argument.SCALE_GRADIENT, parameterGradient(op.gamma()));
        all.put(Argument.SHIFT_GRADIENT, parameterGradient(op.beta()));
        record("batch norm backward", descriptor, all);
        if (op.batchStatistics()) {
            runningStatistics();
        }
        if (needsGradient(0)) {
            context.addGradient(input(0), node.name(), result, true);
        }
    }

    /** oneDNN always needs room for the gradients of scale and shift; those of frozen ones are not read. */
    private LoweredTensor parameterGradient(Parameter parameter) {
        return node.frozen()
                ? context.tape().tensor(Layout.of(context.scope(), Order.PLAIN, channels))
                : context.parameterGradient(parameter, channels);
    }

    /** What DL4J subtracts from the running statistics, as if it were their gradient. */
    private void runningStatistics() {
        LoweredTensor mean = tensors.get(Argument.MEAN);
        LoweredTensor variance = tensors.get(Argument.VARIANCE);
        LoweredTensor runningMean = context.parameter(op.mean(), channels);
        LoweredTensor runningVariance = context.parameter(op.variance(), channels);
        LoweredTensor meanChange = context.parameterGradient(op.mean(), channels);
        LoweredTensor varianceChange = context.parameterGradient(op.variance(), channels);
        double keep = op.decay();
        Runnable body = () -> {
            FloatBuffer batchMean = mean.floats();
            FloatBuffer batchVariance = variance.floats();
            FloatBuffer oldMean = runningMean.floats();
            FloatBuffer oldVariance = runningVariance.floats();
            FloatBuffer meanOut = meanChange.floats();
            FloatBuffer varianceOut = varianceChange.floats();
            for (int i = 0; i < channels; i++) {
                if (!Float.isFinite(batchMean.get(i)) || !Float.isFinite(batchVariance.get(i))) {
                    losses.poison();
                }
                meanOut.put(i, (float) ((1 - keep) * (oldMean.get(i) - batchMean.get(i))));
                double old = oldVariance.get(i);
                double change;
                if (op.logDeviation()) {
                    double oldSquare = Math.pow(10, 2 * old);
                    double square = keep * oldSquare + (1 - keep) * batchVariance.get(i);
                    change = Math.log10(oldSquare / square) / 2;
                } else {
                    change = (1 - keep) * (old - batchVariance.get(i));
                }
                varianceOut.put(i, (float) change);
            }
        };
        context.tape().host(node.name(), "running statistics", List.of(mean, variance), body);
    }
}
