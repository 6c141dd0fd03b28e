package io.github.resnet4j.serving.internal.http;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Receives a request's body into memory without holding a thread while the client is slow, and within bounds: of its own
 * size, of its time, and of the memory that all bodies together take.
 */
final class Body {
    private final Request request;
    private final Bounds bounds;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

    /**
     * What bodies may take.
     *
     * @param each bytes of one
     * @param all bytes of all that are in memory
     * @param used bytes of all that are in memory now
     * @param nanos time for one
     */
    record Bounds(long each, long all, AtomicLong used, long nanos) {
        boolean take(long more) {
            if (used.addAndGet(more) <= all) {
                return true;
            }
            used.addAndGet(-more);
            return false;
        }

        void free(long less) {
            used.addAndGet(-less);
        }
    }

    private Body(Request request, Bounds bounds) {
        this.request = request;
        this.bounds = bounds;
    }

    /**
     * The whole body; or {@link Refused}, at once if its length is declared, or what the connection failed with. When it is
     * used up, {@link Bounds#free} is to be called with its length.
     */
    static CompletableFuture<byte[]> receive(Request request, Bounds bounds, Scheduler scheduler) {
        if (request.getLength() > bounds.each) {
            return CompletableFuture.failedFuture(Refused.tooLarge(bounds.each));
        }
        Body body = new Body(request, bounds);
        Scheduler.Task end = scheduler.schedule(body::end, bounds.nanos, TimeUnit.NANOSECONDS);
        body.whole.whenComplete((all, failure) -> {
            end.cancel();
            if (failure != null) {
                bounds.free(body.received());
            }
        });
        body.read();
        return body.whole;
    }

    private synchronized int received() {
        return bytes.size();
    }

    private void end() {
        if (whole.completeExceptionally(Refused.slow())) {
            request.fail(new TimeoutException("the body took too long"));
        }
    }

    private void read() {
        while (!whole.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this::read);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                whole.completeExceptionally(chunk.getFailure());
                return;
            }
            boolean taken = take(chunk);
            boolean last = chunk.isLast();
            chunk.release();
            if (!taken) {
                return;
            }
            if (last) {
                whole.complete(bytes.toByteArray());
            }
        }
    }

    private synchronized boolean take(Content.Chunk chunk) {
        int length = chunk.remaining();
        if (bytes.size() + (long) length > bounds.each) {
            whole.completeExceptionally(Refused.tooLarge(bounds.each));
            return false;
        }
        if (!bounds.take(length)) {
            whole.completeExceptionally(Refused.overloaded(
                    "memory", "too many large bodies are arriving at once; send it again in a moment"));
            return false;
        }
        byte[] part = new byte[length];
        chunk.getByteBuffer().get(part);
        bytes.writeBytes(part);
        return true;
    }
}
