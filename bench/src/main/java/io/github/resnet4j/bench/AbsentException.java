package io.github.resnet4j.bench;

/** A contestant cannot take part because something is not installed; the message names it and how to get it. */
final class AbsentException extends Exception {
    private static final long serialVersionUID = 1L;

    AbsentException(String message) {
        super(message);
    }
}
