package io.github.resnet4j.serving.internal.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
    private static final int SMALLEST_BLOCK = 1 << 10;
    private static final int LARGEST_BLOCK = 1 << 16;

    private final Request request;
    private final Bounds bounds;
    /** All full but the last: many small chunks must not cost more memory than large ones. */
    private final List<ByteBuffer> blocks = new ArrayList<>();

    private int length;
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
        return length;
    }

    private synchronized byte[] joined() {
        byte[] all = new byte[length];
        int at = 0;
        for (ByteBuffer block : blocks) {
            int size = block.flip().remaining();
            block.get(all, at, size);
            at += size;
        }
        blocks.clear();
        return all;
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
                whole.complete(joined());
            }
        }
    }

    private synchronized boolean take(Content.Chunk chunk) {
        int more = chunk.remaining();
        if (length + (long) more > bounds.each) {
            whole.completeExceptionally(Refused.tooLarge(bounds.each));
            return false;
        }
        if (!bounds.take(more)) {
            whole.completeExceptionally(Refused.overloaded(
                    "memory", "too many large bodies are arriving at once; send it again in a moment"));
            return false;
        }
        ByteBuffer from = chunk.getByteBuffer();
        while (from.hasRemaining()) {
            ByteBuffer block = blockWithRoom();
            int size = Math.min(block.remaining(), from.remaining());
            block.put(from.slice().limit(size));
            from.position(from.position() + size);
            length += size;
        }
        return true;
    }

    private ByteBuffer blockWithRoom() {
        ByteBuffer last = blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
        if (last == null || !last.hasRemaining()) {
            last = ByteBuffer.allocate(Math.max(SMALLEST_BLOCK, Math.min(LARGEST_BLOCK, length)));
            blocks.add(last);
        }
        return last;
    }
}
