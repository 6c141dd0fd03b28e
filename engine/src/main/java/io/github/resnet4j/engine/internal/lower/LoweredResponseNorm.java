package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.ResponseNorm;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import java.util.EnumMap;
import java.util.Map;

/** Local response normalisation over channels. */
final class LoweredResponseNorm extends Lowered {
    /** Channels in the widest vector. */
    private static final int VECTOR = 16;

    /** That of AlexNet and GoogLeNet. */
    private static final int USUAL_SIZE = 5;

    private final ResponseNorm norm;
    private final Map<Argument, LoweredTensor> kept = new EnumMap<>(Argument.class);
    private Descriptor forward;

    LoweredResponseNorm(Context context, int position, Operation.LocalResponseNorm op) {
        super(context, position);
        this.norm = new ResponseNorm(op.size(), (float) op.alpha(), (float) op.beta(), (float) op.k());
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.mapValue(input(0), node.name());
        forward = Descriptor.responseNorm(context.scope(), context.backward(position), norm, source.layout());
        while (!isSafe(forward.implementation())) {
            if (!forward.next()) {
                throw new IllegalStateException("oneDNN has no reference for " + node.name());
            }
        }
        LoweredTensor result = context.tape().tensor(source.layout());
        kept.put(Argument.SOURCE, source);
        Layout workspace = forward.layout(Role.WORKSPACE);
        if (workspace.bytes() > 0) {
            kept.put(Argument.WORKSPACE, context.tape().tensor(workspace));
        }
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(kept);
        tensors.put(Argument.DESTINATION, result);
        record("local response norm", forward, tensors);
        return result;
    }

    /** In oneDNN 3.11, the backward pass of {@code lrn_jit} crashes the process for some other window sizes. */
    private boolean isSafe(String implementation) {
        boolean usual = norm.size() == USUAL_SIZE && node.extent().channels() % VECTOR == 0;
        return usual || !implementation.startsWith("lrn_jit");
    }

    @Override
    void backward(LoweredTensor gradient) {
        LoweredTensor result = context.tape().tensor(gradient.layout());
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(kept);
        tensors.put(Argument.DESTINATION_GRADIENT, gradient);
        tensors.put(Argument.SOURCE_GRADIENT, result);
        record(
                "local response norm backward",
                Descriptor.responseNormGradient(context.scope(), forward, norm, gradient.layout()),
                tensors);
        context.addGradient(input(0), node.name(), result, true);
    }
}
