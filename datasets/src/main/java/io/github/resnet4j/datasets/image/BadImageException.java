package io.github.resnet4j.datasets.image;

import io.github.resnet4j.datasets.BadDataException;
import java.nio.file.Path;

/** A file that cannot be decoded; the message names the file and says what it is instead or what is wrong with it. */
public final class BadImageException extends BadDataException {
    private static final long serialVersionUID = 1L;

    /** A problem with {@code file}, worded to follow its name: {@code "is empty"}. */
    public BadImageException(Path file, String problem) {
        super(file, problem);
    }

    /** A problem with {@code file}, caused by another exception. */
    public BadImageException(Path file, String problem, Throwable cause) {
        super(file, problem, cause);
    }
}
