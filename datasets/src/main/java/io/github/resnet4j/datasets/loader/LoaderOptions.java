package io.github.resnet4j.datasets.loader;

/**
 * Options of a {@link BatchLoader}. The batches depend on {@code batchSize}, {@code seed},
 * {@code shuffle}, {@code dropSingle}, {@code balanced}, {@code views} and {@code share} only.
 *
 * @param batchSize samples in a batch, at least 1
 * @param seed of the order and of the augmentation
 * @param workers threads that prepare batches, one batch each; 0: the caller's thread prepares them on demand
 * @param prefetch batches being prepared or waiting, at least 1; fewer than {@code workers} leaves workers idle. Each
 *     takes up memory
 * @param shuffle whether each epoch has a new order; otherwise the data set's
 * @param badImages what to do about unreadable images
 * @param dropSingle leaves out the last batch of an epoch if it has one sample and is not the only one: a batch
 *     normalisation cannot train on one value per channel
 * @param balanced with {@code shuffle}, draws as many samples of every class for an epoch: those of a small class several
 *     times, each time augmented otherwise, and of a large one a part, another in every epoch
 * @param views how many ways of augmenting a sample there are, which the epochs take in turn, so that what is computed of
 *     them can be kept; 0: every epoch augments it anew
 * @param share of every batch, of {@code batchSize} samples, that is loaded
 */
public record LoaderOptions(
        int batchSize,
        long seed,
        int workers,
        int prefetch,
        boolean shuffle,
        BadImages badImages,
        boolean dropSingle,
        boolean balanced,
        int views,
        Share share) {
    private static final int MAX_WORKERS = 1024;

    /** Every sample is in a batch. */
    public LoaderOptions(int batchSize, long seed, int workers, int prefetch, boolean shuffle, BadImages badImages) {
        this(batchSize, seed, workers, prefetch, shuffle, badImages, false, false, 0, Share.WHOLE);
    }

    public LoaderOptions {
        require(batchSize >= 1, "batchSize must be at least 1, got " + batchSize);
        require(workers >= 0 && workers <= MAX_WORKERS, "workers must be 0 to " + MAX_WORKERS + ", got " + workers);
        require(prefetch >= 1, "prefetch must be at least 1, got " + prefetch);
        require(shuffle || !balanced, "balanced samples are in another order each epoch: set shuffle");
        require(views >= 0, "views must be at least 0, got " + views);
        require(badImages != null, "badImages must be FAIL, REPLACE or LEAVE_OUT");
    }

    /** The same, but a last batch of one sample is left out. */
    public LoaderOptions droppingSingle() {
        return new LoaderOptions(batchSize, seed, workers, prefetch, shuffle, badImages, true, balanced, views, share);
    }

    /** The same with as many samples of every class. */
    public LoaderOptions balancing() {
        return new LoaderOptions(
                batchSize, seed, workers, prefetch, shuffle, badImages, dropSingle, true, views, share);
    }

    /** The same with a fixed number of views of every sample. */
    public LoaderOptions viewing(int count) {
        return new LoaderOptions(
                batchSize, seed, workers, prefetch, shuffle, badImages, dropSingle, balanced, count, share);
    }

    /** The same with a part of every batch. */
    public LoaderOptions sharing(Share part) {
        return new LoaderOptions(
                batchSize, seed, workers, prefetch, shuffle, badImages, dropSingle, balanced, views, part);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
