package io.github.resnet4j.engine.internal.ir;

import java.util.List;

/** What the passes ask about a program. */
final class Analysis {
    private final Program program;
    private final List<List<Integer>> readers;
    private final boolean[] backward;

    Analysis(Program program) {
        this.program = program;
        readers = program.readers();
        backward = program.backward();
        program.outputs()
                .forEach(output -> readers.get(output).add(program.nodes().size()));
    }

    ProgramNode node(int position) {
        return program.nodes().get(position);
    }

    /** Whether gradients go into the operation at {@code position}. */
    boolean backward(int position) {
        return backward[position];
    }

    /** Whether the value goes into one node only, once, and is not an output: then that node may swallow it. */
    boolean readOnce(int position) {
        return readers.get(position).size() == 1;
    }
}
