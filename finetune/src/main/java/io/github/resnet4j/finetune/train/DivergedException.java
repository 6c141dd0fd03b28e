package io.github.resnet4j.finetune.train;

import java.util.Locale;

/** The loss is no number any more. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param iteration from 0
     * @param epoch from 0
     */
    DivergedException(long iteration, int epoch, double loss, double lr) {
        super(String.format(
                Locale.ROOT,
                "the loss became %s in iteration %d (epoch %d, learning rate %.3g); start again (--overwrite) with a lower"
                        + " optimizer.lr, a warm-up or train.clip-norm",
                loss,
                iteration + 1,
                epoch + 1,
                lr));
    }
}
