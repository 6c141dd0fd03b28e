package io.github.resnet4j.zoo.weights.names;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * How many nodes of a kind come before and after each of that kind in a graph: numbers that a network's layers have in
 * common with those of any file of it, whatever else its graph consists of.
 *
 * @param before by the node's place among those of its kind
 * @param after the same
 */
record Ancestry(int[] before, int[] after) {
    /**
     * Counts.
     *
     * @param inputs of all nodes, by their places; each comes after its inputs
     * @param kind the places of the nodes that count
     */
    static Ancestry of(List<List<Integer>> inputs, BitSet kind) {
        int count = kind.cardinality();
        int[] before = new int[count];
        int[] after = new int[count];
        List<BitSet> ancestors = new ArrayList<>();
        int next = 0;
        for (int node = 0; node < inputs.size(); node++) {
            BitSet seen = new BitSet();
            inputs.get(node).forEach(input -> seen.or(ancestors.get(input)));
            if (kind.get(node)) {
                before[next] = seen.cardinality();
                seen.stream().forEach(earlier -> after[earlier]++);
                seen.set(next++);
            }
            ancestors.add(seen);
        }
        return new Ancestry(before, after);
    }
}
