package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** A B-tree of HDF5's first version: nodes with children, each behind a key. */
final class BTree {
    /** The tree of a group's names. */
    static final int GROUP = 0;

    /** The tree of an array's chunks. */
    static final int CHUNKS = 1;

    private static final int PREFIX = 24;
    private static final int ANY_LEVEL = -1;

    private BTree() {}

    /** Receives the children of leaf nodes. */
    interface Leaves {
        /**
         * One child of a leaf node.
         *
         * @param key stands at the key before it, which is not greater than any key in the child
         * @param next stands at the key behind it, which is greater
         */
        void take(Cursor key, long child, Cursor next);
    }

    private record HdfNode(long address, int level) {}

    /**
     * Visits all children of leaf nodes, in order.
     *
     * @param kind of the tree
     * @param keyBytes of a key
     */
    static void walk(Hdf5 file, long root, int kind, int keyBytes, Leaves leaves) {
        Fault circular = kind == CHUNKS ? Fault.CHUNK : Fault.CYCLE;
        Set<Long> seen = new HashSet<>();
        Deque<HdfNode> nodes = new ArrayDeque<>();
        nodes.push(new HdfNode(root, ANY_LEVEL));
        while (!nodes.isEmpty()) {
            HdfNode node = nodes.pop();
            if (!seen.add(node.address)) {
                throw file.hostile(
                        circular, new Location.At(file.base() + node.address), "has a B-tree node with two parents");
            }
            Cursor prefix = file.at("a node of a B-tree", node.address, PREFIX);
            prefix.signature("TREE");
            int found = prefix.u8();
            if (found != kind) {
                throw prefix.bad(Fault.HDF5, "is of kind " + found + ", not " + kind);
            }
            int level = prefix.u8();
            if (node.level != ANY_LEVEL && level != node.level) {
                throw prefix.bad(circular, "is of level " + level + ", not " + node.level);
            }
            int used = prefix.u16();
            Cursor entries = file.at(
                    "a node of a B-tree", node.address + PREFIX, (long) used * (keyBytes + Long.BYTES) + keyBytes);
            Deque<HdfNode> below = new ArrayDeque<>();
            Cursor key = entries.part("a key of a B-tree", keyBytes);
            for (int i = 0; i < used; i++) {
                long child = entries.i64();
                Cursor next = entries.part("a key of a B-tree", keyBytes);
                if (level == 0) {
                    leaves.take(key.again(), child, next.again());
                } else {
                    below.push(new HdfNode(child, level - 1));
                }
                key = next;
            }
            below.forEach(nodes::push); // the last first, so that the first is next
        }
    }
}
