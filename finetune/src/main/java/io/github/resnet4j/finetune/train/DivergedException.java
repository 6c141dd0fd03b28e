package io.github.resnet4j.finetune.train;

import java.util.Locale;

/** The loss is no number any more. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(long iteration, int epoch, double loss, double lr) {
        super(String.format(
                Locale.ROOT,
                "the loss became %s at iteration %d (epoch %d, learning rate %.3g); lower optimizer.lr, add a warm-up or"
                        + " set train.clip-norm, then --resume from the last checkpoint or start again",
                loss,
                iteration,
                epoch,
                lr));
    }
}
