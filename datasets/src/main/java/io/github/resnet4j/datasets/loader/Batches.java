package io.github.resnet4j.datasets.loader;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/** The batches of one epoch, in order. One thread reads them; {@link #close} may come from any. */
public final class Batches implements Iterator<Batch>, AutoCloseable {
    private final Preparation preparation;
    private final int end;
    private final int prefetch;
    /** Null where the caller's thread does the work. */
    private final ExecutorService workers;

    private final Queue<Future<Batch>> pending = new ArrayDeque<>();
    private int submitted;
    private int next;
    private volatile boolean closed;

    /** Makes one batch, or throws {@link CancellationException} soon after {@code stopped} became true. */
    interface Preparation {
        Batch prepare(int number, BooleanSupplier stopped);
    }

    Batches(Preparation preparation, int first, int end, int prefetch, ExecutorService workers) {
        this.preparation = preparation;
        this.end = end;
        this.prefetch = prefetch;
        this.workers = workers;
        this.submitted = first;
        this.next = first;
        prefetch();
    }

    /** Whether batches of the epoch remain; a failure or {@link #close} does not change that. */
    @Override
    public boolean hasNext() {
        return next < end;
    }

    /**
     * The next batch; waits until it is ready. After an exception these batches are closed.
     *
     * @throws io.github.resnet4j.datasets.BadDataException if an image cannot be read; the message names it
     * @throws CancellationException if this thread is interrupted; it stays so
     * @throws IllegalStateException if the batches or their loader are closed, or an image could not be made into a
     *     sample
     */
    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the epoch has " + end + " batches");
        }
        if (closed) {
            throw closed(null);
        }
        boolean done = false;
        try {
            Batch batch = workers == null ? preparation.prepare(next, this::stopped) : await();
            next++;
            done = true;
            return batch;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** Cancels the batches in preparation. */
    @Override
    public void close() {
        closed = true;
        synchronized (pending) {
            pending.forEach(batch -> batch.cancel(true));
            pending.clear();
        }
    }

    private Batch await() {
        prefetch();
        Future<Batch> head;
        synchronized (pending) {
            head = pending.peek();
        }
        if (head == null) {
            throw closed(null);
        }
        try {
            Batch batch = head.get();
            synchronized (pending) {
                pending.poll();
            }
            prefetch();
            return batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for a batch").initCause(e);
        } catch (CancellationException e) {
            throw closed(e);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    private void prefetch() {
        if (workers == null) {
            return;
        }
        synchronized (pending) {
            while (!closed && submitted < end && pending.size() < prefetch) {
                int number = submitted++;
                try {
                    pending.add(workers.submit(() -> preparation.prepare(number, this::stopped)));
                } catch (RejectedExecutionException e) {
                    throw closed(e);
                }
            }
        }
    }

    private boolean stopped() {
        return closed || Thread.currentThread().isInterrupted();
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof CancellationException) {
            return closed(cause);
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    private static IllegalStateException closed(Throwable cause) {
        return new IllegalStateException("the batches are closed", cause);
    }
}
