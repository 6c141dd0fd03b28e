package io.github.resnet4j.finetune;

import java.util.Locale;

/**
 * A network's output is NaN or infinite, and so no answer: its weights overflow for these images. NaN compares as
 * neither larger nor smaller than any other number, so a count of right answers that included it would be wrong.
 */
public final class NonFiniteOutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param weights name of the weights for the message: a file, a published name, a point of a run
     * @param images with such outputs
     * @param of number of images evaluated
     */
    public NonFiniteOutputException(String weights, long images, long of) {
        super(String.format(
                Locale.ROOT,
                "%s: the outputs for %,d of %,d image%s are NaN or infinite: the weights overflow; use other weights",
                weights,
                images,
                of,
                of == 1 ? "" : "s"));
    }
}
