package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Eltwise;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A node of a program as it is put on the tape. From its forward pass it keeps what its backward pass needs. */
abstract class Lowered {
    final Context context;
    final int position;
    final ProgramNode node;

    Lowered(Context context, int position) {
        this.context = context;
        this.position = position;
        this.node = context.node(position);
    }

    /** Records the operation and returns its value. */
    abstract LoweredTensor forward();

    /** Records the gradients of the inputs that need one and of the parameters, given that of the value. */
    abstract void backward(LoweredTensor gradient);

    int input(int i) {
        return node.inputs().get(i);
    }

    boolean needsGradient(int i) {
        return context.backward(input(i));
    }

    void record(String what, Descriptor descriptor, Map<Argument, LoweredTensor> tensors) {
        context.tape().call(node.name(), what, descriptor, tensors);
    }

    /** A new tensor: {@code tensor} times a constant. */
    LoweredTensor scaled(LoweredTensor tensor, double factor) {
        LoweredTensor result = context.tape().tensor(tensor.layout());
        record(
                "scale",
                Descriptor.eltwise(context.scope(), false, Eltwise.LINEAR, factor, tensor.layout()),
                Map.of(Argument.SOURCE, tensor, Argument.DESTINATION, result));
        return result;
    }

    /** A new tensor: {@code a} times {@code b}, which oneDNN repeats where it has one channel or one place. */
    LoweredTensor multiplied(String what, LoweredTensor a, LoweredTensor b, PostOps postOps) {
        LoweredTensor result = context.tape().tensor(a.layout());
        record(
                what,
                Descriptor.multiply(context.scope(), a.layout(), b.layout(), postOps),
                Map.of(Argument.SOURCE, a, Argument.SOURCE_1, b, Argument.DESTINATION, result));
        return result;
    }

    /** {@code what}, and what is fused into the node. */
    String fused(String what) {
        return what
                + (node.epilogue().addsLastInput() ? " + add" : "")
                + node.epilogue()
                        .activation()
                        .map(activation -> " + " + name(activation))
                        .orElse("");
    }

    static String name(Operation.Activation activation) {
        return activation.function().toString().toLowerCase(Locale.ROOT);
    }

    /** The fused activation as a post-op. */
    PostOps postOps(boolean sum) {
        Optional<Operation.Activation> activation = node.epilogue().activation();
        return new PostOps(
                sum,
                activation.map(a -> eltwise(a.function())).orElse(null),
                activation.map(Operation.Activation::slope).orElse(0.0));
    }

    /** The gradient before the fused activation, given that behind it; in place, if nothing else reads it. */
    LoweredTensor beforeActivation(LoweredTensor gradient) {
        if (node.epilogue().activation().isEmpty()) {
            return gradient;
        }
        LoweredTensor result = context.anyValue(position);
        return activationGradient(node.epilogue().activation().get(), Argument.DESTINATION, result, gradient);
    }

    /** @param known what tells the slopes at {@code values}: what goes into the activation or what comes out */
    LoweredTensor activationGradient(
            Operation.Activation activation, Argument known, LoweredTensor values, LoweredTensor gradient) {
        LoweredTensor before =
                context.ownsGradient(position) ? gradient : context.tape().tensor(gradient.layout());
        record(
                name(activation) + " backward",
                Descriptor.eltwiseGradient(
                        context.scope(), eltwise(activation.function()), activation.slope(), gradient.layout()),
                Map.of(known, values, Argument.DESTINATION_GRADIENT, gradient, Argument.SOURCE_GRADIENT, before));
        return before;
    }

    static Eltwise eltwise(Operation.Activation.Function function) {
        return switch (function) {
            case RELU -> Eltwise.RELU;
            case SIGMOID -> Eltwise.SIGMOID;
            case TANH -> Eltwise.TANH;
        };
    }
}
