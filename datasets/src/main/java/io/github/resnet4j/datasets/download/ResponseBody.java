package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of an HTTP answer, pulled with a time-out per read.
 *
 * <p>{@code HttpRequest.timeout} ends with the headers and the JDK's own body streams wait without end, so a server that
 * falls silent in the middle of a file would hang the caller.
 */
final class ResponseBody implements BodySubscriber<ResponseBody>, AutoCloseable {
    /** What the connection reported; an empty list of buffers is the end. */
    private record Signal(List<ByteBuffer> buffers, Throwable failure) {}

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private Flow.Subscription subscription;
    private boolean closed;

    /** The next bytes, or an empty list at the end. */
    List<ByteBuffer> next(Duration stall) throws IOException, InterruptedException {
        Signal signal = signals.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
        if (signal == null) {
            throw new HttpTimeoutException("no byte");
        }
        if (signal.failure() != null) {
            throw signal.failure() instanceof IOException failure ? failure : new IOException(signal.failure());
        }
        if (!signal.buffers().isEmpty()) {
            request();
        }
        return signal.buffers();
    }

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (buffers.isEmpty()) {
            request();
        } else {
            signals.add(new Signal(buffers, null));
        }
    }

    @Override
    public void onError(Throwable failure) {
        signals.add(new Signal(List.of(), failure));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal(List.of(), null));
    }

    /** Drops the connection if the body has not ended. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private synchronized void request() {
        subscription.request(1);
    }
}
