package io.github.resnet4j.spark;

/** A cluster that cannot be reached, or does not give what was asked of it; the message says what to do. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ClusterException(String message) {
        super(message);
    }

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
