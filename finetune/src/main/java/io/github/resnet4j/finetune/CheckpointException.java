package io.github.resnet4j.finetune;

import java.io.IOException;

/** A checkpoint could not be written or read: the disk is full, read-only or gone. The message says what is intact. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message, IOException cause) {
        super(message + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String message = cause.getMessage() == null ? "" : ", " + cause.getMessage();
        return cause.getClass().equals(IOException.class) && !message.isEmpty()
                ? cause.getMessage()
                : cause.getClass().getSimpleName().replace("Exception", "") + message;
    }
}
