package io.github.resnet4j.datasets.audio;

import io.github.resnet4j.datasets.BadDataException;
import java.nio.file.Path;

/** A file that cannot be decoded; the message names the file and says what it is instead or what is wrong with it. */
public final class BadAudioException extends BadDataException {
    private static final long serialVersionUID = 1L;

    /** A problem with {@code file}, worded to follow its name: {@code "is empty"}. */
    public BadAudioException(Path file, String problem) {
        super(file, problem);
    }

    /** A problem with {@code file}, caused by another exception. */
    public BadAudioException(Path file, String problem, Throwable cause) {
        super(file, problem, cause);
    }
}
