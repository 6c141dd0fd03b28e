package io.github.resnet4j.finetune;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;

/** A checkpoint could not be written or read: the disk is full, read-only or gone. The message says what is intact. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message, IOException cause) {
        super(message + ": " + FileProblem.describe(cause), cause);
    }
}
