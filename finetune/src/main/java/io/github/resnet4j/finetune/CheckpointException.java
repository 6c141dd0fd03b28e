package io.github.resnet4j.finetune;

import java.io.IOException;

/** The disk failed a run: full, not writable, gone. The message says what is intact; the cause is the system's answer. */
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
