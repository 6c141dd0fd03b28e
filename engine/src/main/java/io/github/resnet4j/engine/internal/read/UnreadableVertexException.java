package io.github.resnet4j.engine.internal.read;

/** A vertex cannot be read to its end; why is on the list of reasons. */
final class UnreadableVertexException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
