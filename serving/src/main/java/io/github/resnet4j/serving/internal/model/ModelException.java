package io.github.resnet4j.serving.internal.model;

/** A model that must not be served: what it computes is wrong. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ModelException(String message) {
        super(message);
    }
}
