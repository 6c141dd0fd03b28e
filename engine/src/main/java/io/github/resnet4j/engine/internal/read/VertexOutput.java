package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;

/**
 * What a vertex puts out.
 *
 * @param node position of the node that computes it
 * @param extent its size as a map, also if it is flat
 * @param flat DL4J has it as N×(C·H·W) and not as N×C×H×W; in memory these are the same
 */
record VertexOutput(int node, Extent extent, boolean flat) {

    /** Whether DL4J has it as N×C. */
    boolean isVector() {
        return flat && extent.height() == 1 && extent.width() == 1;
    }

    /** The same values, as a flat row or as a map. */
    VertexOutput as(boolean flat) {
        return new VertexOutput(node, extent, flat);
    }

    @Override
    public String toString() {
        return flat ? "a row of " + extent.elements() : "a map of " + extent;
    }
}
