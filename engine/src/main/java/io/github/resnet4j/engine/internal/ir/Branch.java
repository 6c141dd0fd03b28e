package io.github.resnet4j.engine.internal.ir;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/** What need not be computed where one input of a node does not count. */
public final class Branch {
    private Branch() {}

    /**
     * The nodes from which every path leads through {@code input} to {@code reader}. None, if {@code input} is read
     * elsewhere too.
     *
     * @param readers for each node, the positions of those that read its value, all behind it, once for each reading;
     *     the first node is the images
     * @param outputs positions of the values that are wanted in any case
     * @param input the node where the branch ends
     * @param reader the node that may do without it
     */
    public static BitSet of(List<List<Integer>> readers, Collection<Integer> outputs, int input, int reader) {
        BitSet branch = new BitSet();
        if (input > 0 && !outputs.contains(input) && readers.get(input).equals(List.of(reader))) {
            branch.set(input);
        }
        for (int i = input - 1; i > 0; i--) {
            List<Integer> behind = readers.get(i);
            if (!behind.isEmpty() && !outputs.contains(i) && behind.stream().allMatch(branch::get)) {
                branch.set(i);
            }
        }
        return branch;
    }
}
