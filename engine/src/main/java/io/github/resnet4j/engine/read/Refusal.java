package io.github.resnet4j.engine.read;

/** A vertex cannot be read to its end; why is on the list of obstacles. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
