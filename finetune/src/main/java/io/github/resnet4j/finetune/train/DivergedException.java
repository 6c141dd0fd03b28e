package io.github.resnet4j.finetune.train;

import io.github.resnet4j.finetune.NonFiniteOutputException;
import java.util.Locale;

/** The loss, a parameter or an output became NaN or infinite. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String ADVICE =
            "; start over with a lower learning rate, a warm-up or a limit on the gradient norm (earlier checkpoints are"
                    + " intact)";

    DivergedException(long iteration, int epoch, double loss, double lr) {
        super(String.format(
                        Locale.ROOT,
                        "the loss became %s at iteration %d (epoch %d, learning rate %.3g)",
                        loss,
                        iteration + 1,
                        epoch + 1,
                        lr)
                + ADVICE);
    }

    DivergedException(Position position, NonFiniteException cause) {
        super("training diverged by iteration " + position.iteration() + ": " + cause.getMessage() + ADVICE, cause);
    }

    DivergedException(NonFiniteOutputException cause) {
        super("training diverged: " + cause.getMessage() + ADVICE, cause);
    }
}
