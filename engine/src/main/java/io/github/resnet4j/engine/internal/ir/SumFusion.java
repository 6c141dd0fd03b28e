package io.github.resnet4j.engine.internal.ir;

import java.util.Comparator;
import java.util.List;

/**
 * A sum of two values, one of them a convolution's that no other node reads: the convolution adds the other value to
 * its result before it writes it. It then runs where the sum stood, for only there the other value is sure to exist. No
 * gradient may come back through the sum: it would have to reach the other value by way of the convolution.
 */
final class SumFusion implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        List<Integer> summands = node.inputs().stream().distinct().toList();
        if (!(node.op() instanceof Operation.Add)
                || node.inputs().size() != 2
                || summands.size() != 2
                || program.backward(position)) {
            return node;
        }
        // of two convolutions the later one is the block's last, and the other the shortcut's
        return summands.stream()
                .filter(summand -> isBareConvolution(program, summand))
                .max(Comparator.naturalOrder())
                .map(last -> {
                    ProgramNode convolution = program.node(last);
                    int other = summands.get(0).equals(last) ? summands.get(1) : summands.get(0);
                    return new ProgramNode(
                            node.name(),
                            convolution.op(),
                            List.of(convolution.inputs().get(0), other),
                            node.extent(),
                            convolution.frozen(),
                            new ProgramNode.Epilogue(true, node.epilogue().activation()));
                })
                .orElse(node);
    }

    private static boolean isBareConvolution(Analysis program, int position) {
        ProgramNode node = program.node(position);
        return node.op() instanceof Operation.Convolution
                && node.epilogue().equals(ProgramNode.Epilogue.NONE)
                && program.readOnce(position);
    }
}
