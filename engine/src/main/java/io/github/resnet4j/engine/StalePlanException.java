package io.github.resnet4j.engine;

/** A plan no longer fits its graph: the graph's layers or the array that holds its parameters were replaced. */
public final class StalePlanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StalePlanException(String message) {
        super(message);
    }
}
