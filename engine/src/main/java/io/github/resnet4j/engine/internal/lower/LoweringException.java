package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.OneDnnException;

/** oneDNN has no code for what a node of a program needs, or the node needs more than a plan can hold. */
public final class LoweringException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String node;

    LoweringException(String node, OneDnnException cause) {
        super(cause.getMessage(), cause);
        this.node = node;
    }

    LoweringException(String node, String message) {
        super(message);
        this.node = node;
    }

    /** Name of the node. */
    public String node() {
        return node;
    }

    /** Does {@code work} for a node. Memory that runs out is no fault of the node's. */
    static void naming(String node, Runnable work) {
        try {
            work.run();
        } catch (OneDnnException e) {
            throw e.outOfMemory() ? e : new LoweringException(node, e);
        }
    }
}
