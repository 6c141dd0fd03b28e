package io.github.resnet4j.finetune;

/** A request that cannot be carried out as given; the message says what to change. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message for the user. */
    public UsageException(String message) {
        super(message);
    }
}
