package io.github.resnet4j.datasets;

import java.nio.file.Path;

/** Input data that cannot be used: one line that says what is wrong, where, and what to do. */
public class BadDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A problem that {@code message} tells whole. */
    public BadDataException(String message) {
        super(message);
    }

    /** A problem with {@code file}, which the message begins with. */
    public BadDataException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** A problem with {@code file} that another exception revealed. */
    public BadDataException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** A problem with a sample ({@link ImageDataset#name}) that another exception revealed. */
    public BadDataException(String sample, String problem, Throwable cause) {
        super(sample + ": " + problem, cause);
    }
}
