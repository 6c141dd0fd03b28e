package io.github.resnet4j.zoo.weights;

import java.nio.file.Path;

/** A model file that cannot be used: one line that says what is wrong, where, and what to do. */
public final class BadWeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A problem with {@code file}, which the message begins with. */
    public BadWeightsException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** A problem with {@code file} that another exception revealed. */
    public BadWeightsException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
