package io.github.resnet4j.finetune.train;

/**
 * Where a training run stands.
 *
 * @param iteration steps taken since the start
 * @param epoch passes over the data completed
 * @param batch steps taken within the current pass
 */
public record Position(long iteration, int epoch, int batch) {
    /** The beginning. */
    public static final Position START = new Position(0, 0, 0);

    public Position {
        if (iteration < 0 || epoch < 0 || batch < 0) {
            throw new IllegalArgumentException(
                    "a position is not negative, got iteration " + iteration + ", epoch " + epoch + ", batch " + batch);
        }
    }
}
