package io.github.resnet4j.engine.ir;

/** Dropout that does nothing hands its input on, so its readers read that. It stays where it is an output. */
final class IdleDropout implements Pass {
    @Override
    public Node rewrite(Analysis program, int position) {
        Node node = program.node(position);
        return new Node(
                node.name(),
                node.op(),
                node.inputs().stream().map(input -> source(program, input)).toList(),
                node.extent(),
                node.frozen(),
                node.epilogue());
    }

    private static int source(Analysis program, int position) {
        int source = position;
        while (program.node(source).frozen() && program.node(source).op() instanceof Op.Dropout) {
            source = program.node(source).inputs().get(0);
        }
        return source;
    }
}
