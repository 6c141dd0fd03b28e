package io.github.resnet4j.engine.internal.ir;

import java.util.List;
import java.util.Optional;

/**
 * One operation of a program and its value.
 *
 * @param name the DL4J vertex whose output this is; parts of one vertex have {@code vertex:part}
 * @param op what it computes
 * @param inputs positions of its inputs in the program, all before its own
 * @param extent size of its value for one image
 * @param frozen its parameters do not change, its batch normalisation has fixed statistics, its dropout does nothing
 * @param epilogue what happens to the value before it is written
 */
public record ProgramNode(
        String name, Operation op, List<Integer> inputs, Extent extent, boolean frozen, Epilogue epilogue) {
    public ProgramNode {
        inputs = List.copyOf(inputs);
    }

    /** A node as it is read, with nothing fused into it. */
    public ProgramNode(String name, Operation op, List<Integer> inputs, Extent extent, boolean frozen) {
        this(name, op, inputs, extent, frozen, Epilogue.NONE);
    }

    /**
     * What is fused into a node: first the sum, then the activation.
     *
     * @param addsLastInput the node's last input is not the operation's but is added to its result
     * @param activation applied last
     */
    public record Epilogue(boolean addsLastInput, Optional<Operation.Activation> activation) {
        public static final Epilogue NONE = new Epilogue(false, Optional.empty());
    }

    /** The parameters that a step of training changes; running statistics are not among them. */
    public List<Parameter> trained() {
        return frozen ? List.of() : op.trained();
    }
}
