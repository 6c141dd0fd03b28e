package io.github.resnet4j.finetune.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Puts what many threads ask for together into batches, which threads of its own work off.
 *
 * <p>Whoever wants something first reserves a place, then prepares it, then puts it there. A batch starts when it is full,
 * when nobody else who has a place is still preparing, or when its first item has waited for {@link Options#maxWait}: a
 * single thread never waits for others.
 *
 * <p>What nobody waits for any more, because its answer was cancelled or timed out, is dropped before it runs. A batch that
 * fails is run again item by item, so that only the one at fault hears of it.
 *
 * @param <I> what goes in
 * @param <O> what comes out, one for each
 */
public final class BatchQueue<I, O> implements AutoCloseable {
    private final String name;
    private final Options options;
    private final Predicate<I> wanted;
    private final Function<List<I>, List<O>> work;
    /** Bounded by {@link #places}; an absent entry is the end. */
    private final BlockingQueue<Optional<Entry<I, O>>> waiting = new LinkedBlockingQueue<>();

    private final Semaphore places;
    private final List<Worker> workers;
    /** Held by the thread that puts a batch together: two at once would wait for each other's items. */
    private final Lock forming = new ReentrantLock();
    /** Items that have a place and are in no batch that runs or has run. Guarded by this. */
    private int coming;
    /** Items in batches that run. Guarded by this. */
    private int running;
    /** Guarded by this. */
    private boolean closed;

    /**
     * How items are put together.
     *
     * @param maxBatch most items that run together, at least 1
     * @param maxWait how long an item may wait for others, not negative
     * @param capacity items that may be prepared or wait, at least 1
     * @param workers batches that may run at the same time, at least 1
     */
    public record Options(int maxBatch, Duration maxWait, int capacity, int workers) {
        public Options {
            if (maxBatch < 1 || capacity < 1 || workers < 1 || maxWait.isNegative()) {
                throw new IllegalArgumentException(
                        "batches, a queue and workers: at least 1 of each, and no negative wait, got " + maxBatch + ", "
                                + capacity + ", " + workers + " and " + maxWait);
            }
        }

        /** The same for a network: two batches at a time share the cores, so that none idles between one batch and the next. */
        public static Options forNetwork(int maxBatch, Duration maxWait, int capacity) {
            return new Options(maxBatch, maxWait, capacity, 2);
        }
    }

    /** The queue is closed and takes nothing more. */
    public static final class ClosedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        private ClosedException(String name) {
            super("this " + name + " is closed");
        }
    }

    private record Entry<I, O>(I item, CompletableFuture<O> answer) {}

    /**
     * Starts the threads.
     *
     * @param name of the threads, and in errors
     * @param wanted asked of each item before it runs; if not, its answer is cancelled
     * @param work what is done with a batch, by as many threads at once as there are workers: as many answers as items, in
     *     their order
     */
    public BatchQueue(String name, Options options, Predicate<I> wanted, Function<List<I>, List<O>> work) {
        this.name = name;
        this.options = options;
        this.wanted = wanted;
        this.work = work;
        this.places = new Semaphore(options.capacity, true);
        this.workers = Stream.generate(Worker::new).limit(options.workers).toList();
        workers.forEach(Thread::start);
    }

    /** Reserved places in the queue. What is not used is given back by {@link #close}. */
    public final class Places implements AutoCloseable {
        private int left;

        private Places(int count) {
            this.left = count;
        }

        /**
         * Puts an item into one of the places.
         *
         * @return its answer; or what {@code work} threw for it alone; cancelled if it was not wanted any more
         * @throws IllegalStateException if all places are taken
         */
        public CompletableFuture<O> put(I item) {
            take(1);
            CompletableFuture<O> answer = new CompletableFuture<>();
            waiting.add(Optional.of(new Entry<>(item, answer)));
            return answer;
        }

        private synchronized void take(int count) {
            if (left < count) {
                throw new IllegalStateException("no place left");
            }
            left -= count;
        }

        @Override
        public synchronized void close() {
            if (left > 0) {
                places.release(left);
                arrived(left);
                left = 0;
            }
        }
    }

    /**
     * Reserves a place; waits while there is none.
     *
     * @throws ClosedException if this is closed
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    public Places reserve() throws InterruptedException {
        requireOpen();
        places.acquire();
        return reserved(1);
    }

    /**
     * Reserves places, if there are enough.
     *
     * @throws ClosedException if this is closed
     */
    public Optional<Places> tryReserve(int count) {
        requireOpen();
        return places.tryAcquire(count) ? Optional.of(reserved(count)) : Optional.empty();
    }

    private synchronized Places reserved(int count) {
        if (closed) {
            places.release(count);
            throw new ClosedException(name);
        }
        coming += count;
        return new Places(count);
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw new ClosedException(name);
        }
    }

    /** Items that have a place: in preparation, or waiting. */
    public synchronized int size() {
        return coming;
    }

    /** For how long the oldest batch that runs has been running, in nanoseconds; empty if none runs. */
    public OptionalLong running() {
        return workers.stream()
                .flatMapToLong(worker -> worker.running().stream())
                .max();
    }

    private synchronized void begins(int count) {
        running += count;
        arrived(count);
    }

    private synchronized void arrived(int count) {
        coming -= count;
        notifyAll();
    }

    private final class Worker extends Thread {
        /** When the batch that runs began, in the nanoseconds of the system's clock; 0 between batches. */
        private volatile long began;

        Worker() {
            super("resnet4j-" + name);
            setDaemon(true);
        }

        OptionalLong running() {
            long since = began;
            return since == 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, System.nanoTime() - since));
        }

        @Override
        public void run() {
            try {
                Optional<List<Entry<I, O>>> batch = next();
                while (batch.isPresent()) {
                    began = System.nanoTime() | 1; // never 0
                    answer(batch.get().stream()
                            .filter(BatchQueue.this::isWanted)
                            .toList());
                    began = 0;
                    ran(batch.get().size());
                    batch = next();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
    }

    /** Waits for the items that run next; empty at the end. */
    private Optional<List<Entry<I, O>>> next() throws InterruptedException {
        forming.lock();
        try {
            Optional<Entry<I, O>> first = waiting.take();
            if (first.isEmpty()) {
                waiting.add(first); // the other threads end too
                return Optional.empty();
            }
            return Optional.of(batch(first.get()));
        } finally {
            forming.unlock();
        }
    }

    /** The items that run next. */
    private List<Entry<I, O>> batch(Entry<I, O> first) throws InterruptedException {
        List<Entry<I, O>> batch = new ArrayList<>();
        join(first, batch);
        long end = System.nanoTime() + options.maxWait.toNanos();
        while (batch.size() < most()) {
            long left = Math.max(0, end - System.nanoTime());
            Optional<Entry<I, O>> next = waiting.poll(left, TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            join(next.orElseThrow(), batch); // the end comes when nobody is coming
        }
        begins(batch.size());
        return batch;
    }

    /**
     * Items that the next batch should hold: if there are several workers, no more than its share of all that are under way,
     * since a worker that took everything would keep the later ones waiting while the others have little to do.
     */
    private synchronized int most() {
        int share = (coming + running + options.workers - 1) / options.workers;
        return Math.min(options.maxBatch, Math.min(coming, share));
    }

    private synchronized void ran(int count) {
        running -= count;
    }

    private void join(Entry<I, O> next, List<Entry<I, O>> batch) {
        places.release();
        if (isWanted(next)) {
            batch.add(next);
        } else {
            arrived(1);
        }
    }

    private boolean isWanted(Entry<I, O> entry) {
        if (entry.answer.isDone()) {
            return false;
        }
        try {
            return wanted.test(entry.item) || !entry.answer.cancel(false);
        } catch (RuntimeException e) { // the thread is everybody's
            return !entry.answer.completeExceptionally(e);
        }
    }

    private void answer(List<Entry<I, O>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            List<O> answers = work.apply(batch.stream().map(Entry::item).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answer.complete(answers.get(i));
            }
        } catch (Throwable e) { // whoever waits must not wait for ever
            if (batch.size() == 1) {
                batch.get(0).answer.completeExceptionally(e);
            } else {
                batch.forEach(entry -> answer(List.of(entry)));
            }
        }
    }

    /**
     * Takes nothing more, and waits until everything that has a place is answered. Closing again does nothing.
     *
     * @throws IllegalStateException if the thread is interrupted meanwhile; it stays so
     */
    @Override
    public void close() {
        try {
            synchronized (this) {
                boolean last = !closed;
                closed = true;
                while (coming > 0) {
                    wait();
                }
                if (last) {
                    waiting.add(Optional.empty());
                }
            }
            for (Worker worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while closing the " + name, e);
        }
    }
}
