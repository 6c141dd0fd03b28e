package io.github.resnet4j.datasets.loader;

/**
 * Options of a {@link BatchLoader}. The batches depend on {@code batchSize}, {@code seed} and
 * {@code shuffle} only.
 *
 * @param batchSize samples in a batch, at least 1
 * @param seed of the order and of the augmentation
 * @param workers threads that prepare batches, one batch each; 0: the caller's thread prepares them on demand
 * @param prefetch batches being prepared or waiting, at least 1; fewer than {@code workers} leaves workers idle. Each
 *     takes up memory
 * @param shuffle whether each epoch has a new order; otherwise the data set's
 * @param badImages what to do about unreadable images
 */
public record LoaderOptions(int batchSize, long seed, int workers, int prefetch, boolean shuffle, BadImages badImages) {
    private static final int MAX_WORKERS = 1024;

    public LoaderOptions {
        require(batchSize >= 1, "batchSize must be at least 1, got " + batchSize);
        require(workers >= 0 && workers <= MAX_WORKERS, "workers must be 0 to " + MAX_WORKERS + ", got " + workers);
        require(prefetch >= 1, "prefetch must be at least 1, got " + prefetch);
        require(badImages != null, "badImages must be FAIL, REPLACE or LEAVE_OUT");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
