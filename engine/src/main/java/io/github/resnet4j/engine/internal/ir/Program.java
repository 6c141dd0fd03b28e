package io.github.resnet4j.engine.internal.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * Operations in the order of their execution.
 *
 * @param nodes every node's inputs stand before it; the first is the only {@link Operation.Input}
 * @param outputs positions of the values that must be there at the end and that no pass may fuse away
 */
public record Program(List<ProgramNode> nodes, List<Integer> outputs) {

    /**
     * @throws IllegalArgumentException if a node's input does not stand before it, or an output does not exist
     */
    public Program {
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        for (int i = 0; i < nodes.size(); i++) {
            ProgramNode node = nodes.get(i);
            if (node.op() instanceof Operation.Input != (i == 0)) {
                throw new IllegalArgumentException("the first node, and no other, must be the input: " + node.name());
            }
            for (int input : node.inputs()) {
                if (input < 0 || input >= i) {
                    throw new IllegalArgumentException(node.name() + " at " + i + " reads the value at " + input);
                }
            }
        }
        for (int output : outputs) {
            if (output < 0 || output >= nodes.size()) {
                throw new IllegalArgumentException("there is no value at " + output);
            }
        }
    }

    /** Positions of the outputs that are losses, in the outputs' order: the first tells what is right. */
    public List<Integer> losses() {
        return outputs.stream()
                .filter(output -> nodes.get(output).op() instanceof Operation.Loss)
                .toList();
    }

    /** For each node, the positions of the nodes that read its value, once for each reading. */
    public List<List<Integer>> readers() {
        List<List<Integer>> readers = new ArrayList<>();
        nodes.forEach(node -> readers.add(new ArrayList<>()));
        for (int i = 0; i < nodes.size(); i++) {
            for (int input : nodes.get(i).inputs()) {
                readers.get(input).add(i);
            }
        }
        return readers;
    }

    /**
     * For each node, whether gradients must go into its operation: it or something it depends on is trained, or the images
     * are differentiated. Everything else is a frozen prefix, or a program for inference, and may be fused without a backward pass.
     */
    public boolean[] backward() {
        boolean[] backward = new boolean[nodes.size()];
        for (int i = 0; i < backward.length; i++) {
            ProgramNode node = nodes.get(i);
            backward[i] =
                    !node.trained().isEmpty() || node.op() instanceof Operation.Input images && images.differentiated();
            for (int input : node.inputs()) {
                backward[i] |= backward[input];
            }
        }
        return backward;
    }

    /** The same with gradients going back to the images. */
    public Program differentiated() {
        List<ProgramNode> all = new ArrayList<>(nodes);
        ProgramNode images = nodes.get(0);
        all.set(
                0,
                new ProgramNode(
                        images.name(), new Operation.Input(true), images.inputs(), images.extent(), images.frozen()));
        return new Program(all, outputs);
    }
}
