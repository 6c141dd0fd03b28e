package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads the images of a part in a thread of its own, and decodes and prepares them there or, for a task that has several cores, in
 * as many threads, ahead of the network. They come out in the order in which they were read.
 */
final class Prefetch implements AutoCloseable {
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);
    private static final Path NAME = Path.of("image");
    private static final String PREFIX = NAME + ": ";
    private static final long CLOSE_SECONDS = 10;

    private final ImageItems items;
    private final Pipeline pipeline;
    private final int length;
    private final long maxPixels;
    /** What failed is the last; so is what is absent: the end. */
    private final BlockingQueue<CompletableFuture<Optional<Prepared>>> queue;
    /** Null where the reader decodes. */
    private final ExecutorService decoders;

    private final Thread reader;
    private final LongAdder readNanos = new LongAdder();
    private final LongAdder decodeNanos = new LongAdder();

    /**
     * An image that is prepared, or why there is none.
     *
     * @param values C×H×W; empty if {@code problem} is not
     */
    record Prepared(String path, String label, float[] values, String problem) {}

    /** Nanoseconds of reading, and of decoding and preparing by all threads. */
    record Times(long read, long decode) {
        static final Times NONE = new Times(0, 0);
    }

    /**
     * Starts.
     *
     * @param items closed by {@link #close}
     * @param length values of a prepared image
     * @param ahead images that may wait
     * @param threads that decode
     */
    Prefetch(ImageItems items, Pipeline pipeline, int length, long maxPixels, int ahead, int threads) {
        this.items = items;
        this.pipeline = pipeline;
        this.length = length;
        this.maxPixels = maxPixels;
        this.queue = new ArrayBlockingQueue<>(Math.max(2, ahead));
        this.decoders = threads > 1 ? Executors.newFixedThreadPool(threads, work -> thread(work)) : null;
        this.reader = thread(this::run);
        reader.start();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "resnet4j-decode");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * The next image; empty at the end.
     *
     * @throws IOException if the storage failed
     * @throws InterruptedException if the task is cancelled
     */
    Optional<Prepared> next() throws IOException, InterruptedException {
        try {
            return queue.take().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException storage) {
                throw storage;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("cannot prepare images: " + e.getCause(), e.getCause());
        }
    }

    private void run() {
        try {
            try {
                Optional<ImageItem> item = read();
                while (item.isPresent()) {
                    ImageItem image = item.get();
                    queue.put(
                            decoders == null
                                    ? CompletableFuture.completedFuture(Optional.of(decode(image)))
                                    : CompletableFuture.supplyAsync(() -> Optional.of(decode(image)), decoders));
                    item = read();
                }
                queue.put(CompletableFuture.completedFuture(Optional.empty()));
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) { // the task must not wait for ever
                queue.put(CompletableFuture.failedFuture(e));
            }
        } catch (InterruptedException e) {
            // Nobody takes anything any more.
        }
    }

    private Optional<ImageItem> read() throws IOException {
        long start = System.nanoTime();
        Optional<ImageItem> item = items.next();
        readNanos.add(System.nanoTime() - start);
        return item;
    }

    private Prepared decode(ImageItem item) {
        long start = System.nanoTime();
        Prepared prepared = prepare(item);
        decodeNanos.add(System.nanoTime() - start);
        return prepared;
    }

    private Prepared prepare(ImageItem item) {
        if (!item.problem().isEmpty()) {
            return new Prepared(item.path(), "", new float[0], item.problem());
        }
        float[] values = new float[length];
        try {
            pipeline.write(ImageDecoder.open(item.bytes(), NAME, maxPixels), UNUSED, values, 0);
            return new Prepared(item.path(), item.label(), values, "");
        } catch (BadDataException | IllegalArgumentException e) { // not an image, or of a shape that cannot be scaled
            String message = String.valueOf(e.getMessage());
            String problem = message.startsWith(PREFIX) ? message.substring(PREFIX.length()) : message;
            return new Prepared(item.path(), "", new float[0], problem);
        }
    }

    /** Where the time of the threads went so far. */
    Times times() {
        return new Times(readNanos.sum(), decodeNanos.sum());
    }

    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        reader.interrupt();
        if (decoders != null) {
            decoders.shutdownNow();
        }
        try {
            reader.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        items.close();
    }
}
