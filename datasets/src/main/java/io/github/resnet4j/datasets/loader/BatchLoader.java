package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches of a data set, prepared in advance by worker threads. The content of a batch is a pure function of the seed,
 * the epoch and its number, to the byte, for any number of workers: the order is a permutation drawn from (seed,
 * epoch), and a sample's augmentation draws from {@link SampleRandom#of}(seed, epoch, index), with the index in
 * {@link Samples#whole}, where the seed is another for
 * every time that balanced classes repeat a sample in an epoch. With a fixed number of views, a view's number stands in the
 * epoch's place.
 *
 * <p>Only the batch that reports too many bad images ({@link BadImages}) may vary.
 */
public final class BatchLoader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchLoader.class);
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final int IDLE_SECONDS = 30;
    /** Between the seeds of one sample's augmentations in one epoch: a prime. */
    private static final long REPEAT = 1_000_000_007;

    private static final int CLOSE_SECONDS = 10;

    private final Samples dataset;
    private final SampleShape shape;
    private final Optional<SampleShape> target;
    private final LoaderOptions options;
    private final ReadableImages images;
    /** Null where the caller's thread does the work. */
    private final ThreadPoolExecutor workers;

    /**
     * A loader of samples of {@code channels}×{@code height}×{@code width} values, which {@code writer} must produce.
     *
     * @throws IllegalArgumentException if a batch does not fit into an array
     */
    public BatchLoader(
            ImageDataset dataset, SampleWriter writer, int channels, int height, int width, LoaderOptions options) {
        this(dataset, SampleSource.of(dataset, writer), channels, height, width, options);
    }

    /**
     * A loader of samples of {@code channels}×{@code height}×{@code width} values that come from elsewhere.
     *
     * @param dataset their labels and names
     * @param source their values
     * @throws IllegalArgumentException if a batch does not fit into an array
     */
    public BatchLoader(
            Samples dataset, SampleSource source, int channels, int height, int width, LoaderOptions options) {
        this(dataset, source, new SampleShape(channels, height, width), Optional.empty(), options);
    }

    /**
     * A loader of samples with targets: more to predict than a class.
     *
     * @param dataset their labels and names
     * @param source their values
     * @param shape of the features of a sample
     * @param target shape of the target of a sample; absent, there are only labels
     * @throws IllegalArgumentException if a batch does not fit into an array
     */
    public BatchLoader(
            Samples dataset,
            SampleSource source,
            SampleShape shape,
            Optional<SampleShape> target,
            LoaderOptions options) {
        shape.requireRoom(options.batchSize());
        target.ifPresent(map -> map.requireRoom(options.batchSize()));
        this.dataset = dataset;
        this.shape = shape;
        this.target = target;
        this.options = options;
        this.images = new ReadableImages(dataset, source, options.badImages());
        this.workers = options.workers() == 0 ? null : pool(options.workers());
    }

    /** The number of batches in an epoch, the last one possibly smaller than the others. */
    public int batchesPerEpoch() {
        int full = dataset.size() / options.batchSize();
        int rest = dataset.size() % options.batchSize();
        boolean dropped = rest == 1 && full > 0 && options.dropSingle();
        return rest == 0 || dropped ? full : full + 1;
    }

    /**
     * The batches of {@code epoch} from number {@code firstBatch} on. They do not depend on what was read before, so a
     * run can resume here. Workers start immediately. Close the result; several may be open at a time.
     *
     * @param firstBatch 0 to {@link #batchesPerEpoch()}
     * @throws IllegalStateException if this loader is closed
     */
    public Batches epoch(int epoch, int firstBatch) {
        if (epoch < 0 || firstBatch < 0 || firstBatch > batchesPerEpoch()) {
            throw new IllegalArgumentException(
                    "no batch " + firstBatch + " of epoch " + epoch + ": an epoch has " + batchesPerEpoch());
        }
        int[] order = order(epoch);
        int[] repeats = EpochOrder.repeats(order, dataset.size());
        return new Batches(
                (number, stopped) -> prepare(order, repeats, epoch, number, stopped),
                firstBatch,
                batchesPerEpoch(),
                options.prefetch(),
                workers);
    }

    private int[] order(int epoch) {
        if (options.balanced()) {
            int[] labels =
                    IntStream.range(0, dataset.size()).map(dataset::label).toArray();
            return EpochOrder.balanced(labels, dataset.classes().size(), options.seed(), epoch);
        }
        return options.shuffle()
                ? EpochOrder.shuffled(dataset.size(), options.seed(), epoch)
                : EpochOrder.inOrder(dataset.size());
    }

    /**
     * Checks all images cheaply ({@link Samples#check}), with all workers, so that all bad images are reported
     * together before any work is done. Bad images that the options tolerate are {@link #skipped()} from here on.
     *
     * @param stopped polled every thousand images; the check ends early once it is true
     * @throws BadDataException naming the bad images, if the options do not tolerate them
     */
    public void check(BooleanSupplier stopped) {
        images.check(Math.max(1, options.workers()), stopped);
    }

    /** The names of the images skipped so far, in the order of the data set. */
    public List<String> skipped() {
        return images.bad().keySet().stream().map(dataset::name).toList();
    }

    /** Why images were skipped so far, by their index in the data set, ascending; each names its image. */
    public SortedMap<Integer, String> problems() {
        return Collections.unmodifiableSortedMap(images.bad());
    }

    /** Stops each worker after its current sample. Batches still open can no longer be read. */
    @Override
    public void close() {
        if (workers == null) {
            return;
        }
        for (Runnable waiting : workers.shutdownNow()) {
            // Whoever waits for it must not wait for ever.
            ((Future<?>) waiting).cancel(false);
        }
        try {
            if (!workers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "a loader thread is still decoding an image after {} s; it ends with the process",
                        CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Batch prepare(int[] order, int[] repeats, int epoch, int number, BooleanSupplier stopped) {
        int first = number * options.batchSize();
        int all = Math.min(options.batchSize(), order.length - first);
        int size = options.share().size(all);
        int length = shape.length();
        int targetLength = target.map(SampleShape::length).orElse(0);
        float[] features = new float[size * length];
        float[] targets = new float[size * targetLength];
        int[] labels = new int[size];
        int[] indices = new int[size];
        int read = 0;
        for (int i = first + options.share().rank();
                i < first + all;
                i += options.share().of()) {
            if (stopped.getAsBoolean()) {
                throw new CancellationException("stopped while loading");
            }
            int repeat = repeats[i];
            SampleSource.Slot slot = new SampleSource.Slot(features, read * length, targets, read * targetLength);
            OptionalInt used =
                    images.read(order[i], stopped, (index, sample) -> write(index, sample, repeat, epoch, slot));
            if (used.isPresent()) {
                indices[read] = used.getAsInt();
                labels[read] = dataset.label(used.getAsInt());
                read++;
            }
        }
        return new Batch(
                read == size ? features : Arrays.copyOf(features, read * length),
                shape.batch(read),
                read == size ? targets : Arrays.copyOf(targets, read * targetLength),
                target.isPresent() ? target.get().batch(read) : new int[] {read, 0, 0, 0},
                Arrays.copyOf(labels, read),
                Arrays.copyOf(indices, read));
    }

    private void write(int index, SampleSource.Sample sample, int repeat, int epoch, SampleSource.Slot slot) {
        boolean fixed = options.views() > 0;
        int view = fixed ? (int) (((long) epoch + repeat) % options.views()) : epoch;
        long seed = options.seed() + (fixed ? 0 : REPEAT * repeat);
        try {
            SampleRandom random = SampleRandom.of(seed, view, dataset.indexInWhole(index));
            sample.write(view, random, slot);
        } catch (BadDataException e) {
            throw e;
        } catch (IllegalArgumentException e) { // a step that refuses this image: its size mostly
            throw new BadDataException(dataset.name(index), e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new IllegalStateException(dataset.name(index) + ": cannot be made into a sample: " + e, e);
        }
    }

    private static ThreadPoolExecutor pool(int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "batch-loader-" + THREADS.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        // Threads of a loader that was never closed end, too.
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
