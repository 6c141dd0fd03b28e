package io.github.resnet4j.engine.internal.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Zeros around a map become the padding of the window that moves over it, with or without a backward pass.
 *
 * <ul>
 *   <li>A convolution pads with zeros itself.
 *   <li>So does a mean for which the padding counts.
 *   <li>To a maximum its own padding never wins, while zeros win over negative values. Behind a plain ReLU, or where
 *       several of them are put together, there are none: a window that sees any value of the map has the same maximum with the zeros and without. Where that is a
 *       zero of the map, the gradient which the padding would have taken goes to the map, and the ReLU stops it there.
 *       A window in the zeros alone would have nothing left to see; then they stay.
 * </ul>
 *
 * <p>Each reader decides for itself; the zeros are still written if another one, or an output, needs them.
 */
final class PaddingFusion implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        while (!node.inputs().isEmpty() && program.node(node.inputs().get(0)).op() instanceof Operation.ZeroPad zeros) {
            int map = program.node(node.inputs().get(0)).inputs().get(0);
            Optional<Operation> padded = padded(program, node, zeros.padding(), map);
            if (padded.isEmpty()) {
                break;
            }
            List<Integer> inputs = new ArrayList<>(node.inputs());
            inputs.set(0, map);
            node = new ProgramNode(node.name(), padded.get(), inputs, node.extent(), node.frozen(), node.epilogue());
        }
        return node;
    }

    private static Optional<Operation> padded(Analysis program, ProgramNode node, Window.Padding zeros, int map) {
        if (node.op() instanceof Operation.Convolution c) {
            return Optional.of(new Operation.Convolution(
                    c.outChannels(), c.window().padded(zeros), c.groups(), c.weight(), c.bias(), c.norm(), c.factor()));
        }
        if (node.op() instanceof Operation.AvgPool pool && pool.paddingCounts()) {
            return Optional.of(new Operation.AvgPool(pool.window().padded(zeros), true));
        }
        if (node.op() instanceof Operation.MaxPool pool && isRectified(program, map)) {
            Window window = pool.window().padded(zeros);
            return window.seesEverywhere(program.node(map).extent())
                    ? Optional.of(new Operation.MaxPool(window))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isRectified(Analysis program, int position) {
        ProgramNode node = program.node(position);
        return node.op().equals(Operation.Activation.RELU)
                || node.epilogue().activation().equals(Optional.of(Operation.Activation.RELU))
                || node.op() instanceof Operation.Concat
                        && node.inputs().stream().allMatch(input -> isRectified(program, input));
    }
}
