package io.github.resnet4j.finetune.train;

/** A state with a NaN or an infinity in it, which is never saved. */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NonFiniteException(String message) {
        super(message);
    }
}
