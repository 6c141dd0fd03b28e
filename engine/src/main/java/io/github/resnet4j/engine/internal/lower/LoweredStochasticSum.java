package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sum of a branch and a shortcut, with a fused activation. Where the branch does not count, none of its instructions runs
 * there or back, the value is the shortcut's, and the gradients of the branch's parameters are zero.
 */
final class LoweredStochasticSum extends Lowered {
    private static final int BRANCH = 0;
    private static final int SHORTCUT = 1;

    private final Operation.StochasticSum op;
    private final Condition kept;
    private final Condition dropped;

    LoweredStochasticSum(Context context, int position, Operation.StochasticSum op) {
        super(context, position);
        this.op = op;
        Coin coin = context.coin(op);
        Condition present = Condition.kept(context.coins(position));
        this.kept = present.and(coin);
        this.dropped = present.without(coin);
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor given = context.value(input(SHORTCUT));
        LoweredTensor shortcut = context.alike(given, given, node.extent(), node.name());
        LoweredTensor result = context.tape().tensor(shortcut.layout());
        context.tape().when(kept, () -> {
            LoweredTensor branch = context.alike(context.value(input(BRANCH)), given, node.extent(), node.name());
            record(
                    fused("add"),
                    Descriptor.add(context.scope(), shortcut.layout(), postOps(false)),
                    Map.of(
                            Argument.SOURCE, weighed(branch),
                            Argument.SOURCE_1, shortcut,
                            Argument.DESTINATION, result));
        });
        context.tape().when(dropped, () -> shortcutAlone(shortcut, result));
        return result;
    }

    private LoweredTensor weighed(LoweredTensor tensor) {
        return op.factor() == 1 ? tensor : scaled(tensor, op.factor());
    }

    private void shortcutAlone(LoweredTensor shortcut, LoweredTensor result) {
        PostOps post = postOps(false);
        if (post.function() == null) {
            context.tape().copy(node.name(), "shortcut", shortcut, result);
            return;
        }
        record(
                fused("shortcut"),
                Descriptor.eltwise(context.scope(), false, post.function(), post.slope(), shortcut.layout()),
                Map.of(Argument.SOURCE, shortcut, Argument.DESTINATION, result));
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        if (needsGradient(SHORTCUT)) {
            context.addGradient(input(SHORTCUT), node.name(), gradient, false);
        }
        if (needsGradient(BRANCH)) {
            context.tape()
                    .when(
                            kept,
                            () -> context.addGradient(input(BRANCH), node.name(), weighed(gradient), op.factor() != 1));
            List<LoweredTensor> gradients = parameterGradients();
            context.tape().when(dropped, () -> context.tape()
                    .host(node.name(), "zeros", List.of(), () -> gradients.forEach(LoweredTensor::clear)));
        }
    }

    /** Of all that the branch trains, and the changes of its running statistics. */
    private List<LoweredTensor> parameterGradients() {
        List<Parameter> parameters = new ArrayList<>();
        context.branch(position).stream().mapToObj(context::node).forEach(inside -> {
            parameters.addAll(inside.trained());
            if (inside.op() instanceof Operation.BatchNorm norm && norm.batchStatistics()) {
                parameters.add(norm.mean());
                parameters.add(norm.variance());
            }
        });
        return parameters.stream()
                .map(parameter -> context.parameterGradient(parameter, parameter.length()))
                .toList();
    }
}
