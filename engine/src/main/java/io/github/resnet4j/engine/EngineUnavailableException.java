package io.github.resnet4j.engine;

/** There is no oneDNN library for this platform, or it cannot be loaded. */
public final class EngineUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
