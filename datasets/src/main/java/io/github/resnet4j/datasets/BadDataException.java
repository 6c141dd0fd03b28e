package io.github.resnet4j.datasets;

import java.nio.file.Path;

/** Input data that cannot be used: one line that says what is wrong, where, and what to do. */
public class BadDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A problem that {@code message} describes completely. */
    public BadDataException(String message) {
        super(message);
    }

    /** A problem with {@code file}; the message starts with its path. */
    public BadDataException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** A problem with {@code file}, caused by another exception. */
    public BadDataException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** A problem with a sample ({@link ImageDataset#name}), caused by another exception. */
    public BadDataException(String sample, String problem, Throwable cause) {
        super(sample + ": " + problem, cause);
    }
}
