package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Items whose answers are their squares; 0 holds the thread until the test lets it go, 13 is bad luck. */
@Timeout(60)
final class BatchQueueTest {
    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    private final CountDownLatch free = new CountDownLatch(1);

    private BatchQueue<Integer, Integer> queue(int maxBatch, int capacity, Predicate<Integer> wanted) {
        return queue(maxBatch, capacity, 1, wanted);
    }

    private BatchQueue<Integer, Integer> queue(int maxBatch, int capacity, int workers, Predicate<Integer> wanted) {
        return new BatchQueue<>(
                "squares", new BatchQueue.Options(maxBatch, Duration.ZERO, capacity, workers), wanted, this::squares);
    }

    private List<Integer> squares(List<Integer> batch) {
        batches.add(batch);
        if (batch.contains(0)) {
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (batch.contains(13)) {
            throw new IllegalArgumentException("bad luck");
        }
        return batch.stream().map(i -> i * i).toList();
    }

    private static CompletableFuture<Integer> put(BatchQueue<Integer, Integer> queue, int item) {
        try (BatchQueue<Integer, Integer>.Places place = queue.tryReserve(1).orElseThrow()) {
            return place.put(item);
        }
    }

    /** Holds the thread of a queue. */
    private CompletableFuture<Integer> hold(BatchQueue<Integer, Integer> queue) throws InterruptedException {
        CompletableFuture<Integer> held = put(queue, 0);
        while (queue.running().isEmpty()) {
            Thread.sleep(1);
        }
        return held;
    }

    @Test
    void whatWaitsRunsTogether() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(3, 10, item -> true)) {
            CompletableFuture<Integer> held = hold(queue);
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                answers.add(put(queue, i));
            }
            assertThat(queue.size()).isEqualTo(5);
            free.countDown();
            assertThat(held.join()).isZero();
            assertThat(answers).extracting(CompletableFuture::join).containsExactly(1, 4, 9, 16, 25);
            assertThat(batches).containsExactly(List.of(0), List.of(1, 2, 3), List.of(4, 5));
        }
    }

    @Test
    void placesThatAreNotUsedAreGivenBack() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(8, 4, item -> true)) {
            hold(queue);
            try (BatchQueue<Integer, Integer>.Places places =
                    queue.tryReserve(3).orElseThrow()) {
                places.put(1);
                assertThat(queue.tryReserve(2)).isEmpty();
                assertThat(queue.size()).isEqualTo(3);
            }
            assertThat(queue.size()).isEqualTo(1);
            try (BatchQueue<Integer, Integer>.Places places =
                    queue.tryReserve(3).orElseThrow()) {
                assertThat(queue.tryReserve(1)).isEmpty();
                places.put(2);
                places.put(3);
                places.put(4);
                assertThatIllegalStateException().isThrownBy(() -> places.put(5));
            }
            free.countDown();
        }
    }

    @Test
    void whatNobodyWaitsForIsDropped() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(8, 8, item -> {
            if (item == 7) {
                throw new IllegalStateException("no answer to whether it is wanted");
            }
            return item != 2;
        })) {
            hold(queue);
            CompletableFuture<Integer> cancelled = put(queue, 1);
            CompletableFuture<Integer> unwanted = put(queue, 2);
            CompletableFuture<Integer> unclear = put(queue, 7);
            CompletableFuture<Integer> wanted = put(queue, 3);
            cancelled.cancel(false);
            free.countDown();
            assertThat(wanted.join()).isEqualTo(9);
            assertThat(unwanted).isCancelled();
            assertThat(unclear).isCompletedExceptionally();
            assertThat(batches).containsExactly(List.of(0), List.of(3));
        }
    }

    @Test
    void onlyTheOneAtFaultHearsOfIt() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(8, 8, item -> true)) {
            hold(queue);
            CompletableFuture<Integer> before = put(queue, 2);
            CompletableFuture<Integer> bad = put(queue, 13);
            CompletableFuture<Integer> after = put(queue, 3);
            free.countDown();
            assertThat(before.join()).isEqualTo(4);
            assertThat(after.join()).isEqualTo(9);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(bad::join)
                    .withRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closingAnswersWhatHasAPlace() throws InterruptedException {
        BatchQueue<Integer, Integer> queue = queue(2, 8, item -> true);
        hold(queue);
        CompletableFuture<Integer> waiting = put(queue, 5);
        BatchQueue<Integer, Integer>.Places preparing = queue.tryReserve(2).orElseThrow();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(queue::close);
        while (isOpen(queue)) {
            Thread.sleep(1);
        }
        assertThatExceptionOfType(BatchQueue.ClosedException.class)
                .isThrownBy(queue::reserve)
                .withMessage("this squares is closed");
        free.countDown();
        assertThat(waiting.join()).isEqualTo(25);
        assertThat(closing).isNotDone();
        CompletableFuture<Integer> last = preparing.put(6);
        preparing.close();
        closing.join();
        assertThat(last.join()).isEqualTo(36);
        queue.close();
    }

    private static boolean isOpen(BatchQueue<Integer, Integer> queue) {
        try {
            queue.tryReserve(1).ifPresent(BatchQueue.Places::close);
            return true;
        } catch (BatchQueue.ClosedException e) {
            return false;
        }
    }

    @Test
    void anotherWorkerGoesOnWhileOneIsAtALongBatch() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(8, 8, 2, item -> true)) {
            CompletableFuture<Integer> held = hold(queue);
            assertThat(put(queue, 5).join()).isEqualTo(25);
            assertThat(held).isNotDone();
            free.countDown();
        }
    }

    @Test
    void aWorkerTakesNoMoreThanItsShare() throws InterruptedException {
        try (BatchQueue<Integer, Integer> queue = queue(8, 16, 2, item -> true)) {
            List<CompletableFuture<Integer>> held = List.of(hold(queue), put(queue, 0));
            while (batches.size() < 2) {
                Thread.sleep(1);
            }
            List<CompletableFuture<Integer>> answers =
                    IntStream.rangeClosed(1, 6).mapToObj(i -> put(queue, i)).toList();
            free.countDown();
            assertThat(answers).extracting(CompletableFuture::join).containsExactly(1, 4, 9, 16, 25, 36);
            held.forEach(CompletableFuture::join);
            // Of 6 that wait and 2 that run, or 1 that still runs.
            assertThat(batches).hasSizeGreaterThanOrEqualTo(4).allMatch(batch -> batch.size() <= 4);
        }
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchQueue.Options(1, Duration.ZERO, 0, 1))
                .withMessageContaining("at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchQueue.Options(1, Duration.ZERO, 1, 0))
                .withMessageContaining("at least 1");
    }
}
