package io.github.resnet4j.spark;

/** An executor that cannot compute what the driver computes; the message names it and says why. */
public final class UnusableExecutorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnusableExecutorException(String message) {
        super(message);
    }
}
