package io.github.resnet4j.engine.internal.ir;

/** Dropout that does nothing hands its input on, so its readers read that. It stays where it is an output. */
final class IdleDropout implements Pass {
    @Override
    public ProgramNode rewrite(Analysis program, int position) {
        ProgramNode node = program.node(position);
        return new ProgramNode(
                node.name(),
                node.op(),
                node.inputs().stream().map(input -> source(program, input)).toList(),
                node.extent(),
                node.frozen(),
                node.epilogue());
    }

    private static int source(Analysis program, int position) {
        int source = position;
        while (program.node(source).frozen() && program.node(source).op() instanceof Operation.Dropout) {
            source = program.node(source).inputs().get(0);
        }
        return source;
    }
}
