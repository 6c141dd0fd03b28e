package io.github.resnet4j.finetune.internal.checkpoint;

/** A state with a NaN or an infinity in it, which is never saved. */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NonFiniteException(String message) {
        super(message);
    }
}
