package io.github.resnet4j.finetune;

import java.util.Locale;

/**
 * A network put out NaN or an infinity, from which no class can be read: its weights overflow for these images. Such an
 * output compares as neither larger nor smaller than any other, so that whoever counts it counts it wrongly.
 */
public final class NonFiniteOutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param weights which, for people: a file, a published name, a point of a run
     * @param images with such outputs
     * @param of so many that were looked at
     */
    public NonFiniteOutputException(String weights, long images, long of) {
        super(String.format(
                Locale.ROOT,
                "%s: the outputs for %,d of %,d image%s are NaN or infinite, so the weights say nothing about %s; they"
                        + " overflow, take others",
                weights,
                images,
                of,
                of == 1 ? "" : "s",
                images == 1 ? "it" : "them"));
    }
}
