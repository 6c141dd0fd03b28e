package io.github.resnet4j.serving.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A client's connection that knows two things which Jetty does not ask: since when the head of a request has been arriving,
 * and whether the client has hung up while it is being answered.
 *
 * <p>For the second, somebody must read from the connection. What is read that way, the beginning of a next request, is kept
 * and given to Jetty when it reads again.
 */
final class ClientEndPoint extends SocketChannelEndPoint {
    private final Executor executor;
    private final ByteBuffer early = ByteBuffer.allocate(256).flip();
    /** In the nanoseconds of the system's clock; 0 if no head is arriving. */
    private long headSince;

    private boolean inRequest;
    private boolean watched;
    private boolean gone;

    ClientEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
        this.headSince = System.nanoTime() | 1; // a client that connects is to ask something
    }

    @Override
    public synchronized int fill(ByteBuffer buffer) throws IOException {
        int filled = early.hasRemaining() ? BufferUtil.append(buffer, early) : super.fill(buffer);
        if (filled > 0 && !inRequest && headSince == 0) {
            headSince = System.nanoTime() | 1;
        }
        return filled;
    }

    /** What was read too early does not wake the selector. */
    @Override
    protected void needsFillInterest() {
        boolean waits;
        synchronized (this) {
            waits = early.hasRemaining();
        }
        if (waits) {
            executor.execute(() -> getFillInterest().fillable());
        } else {
            super.needsFillInterest();
        }
    }

    /** The head of a request is complete. */
    synchronized void begin() {
        inRequest = true;
        headSince = 0;
    }

    /** Its body, too: from now on the client has nothing to say until it is answered. */
    synchronized void watch() {
        watched = true;
    }

    /** The request is about to be answered. */
    synchronized void end() {
        watched = false;
        inRequest = false;
    }

    /** Whether the client has hung up, as far as is known. */
    synchronized boolean isGone() {
        if (watched && !gone && !early.hasRemaining()) {
            early.clear();
            try {
                gone = getChannel().read(early) < 0;
            } catch (IOException e) {
                gone = true;
            }
            early.flip();
        }
        return gone || !isOpen();
    }

    /**
     * Ends a connection on which the head of a request has been arriving for too long.
     *
     * @return whether it was so
     */
    boolean endIfSlow(Duration limit) {
        synchronized (this) {
            if (headSince == 0 || System.nanoTime() - headSince < limit.toNanos()) {
                return false;
            }
            headSince = 0;
        }
        write(Callback.from(this::close, this::close), ByteBuffer.wrap(JsonErrors.slowHead()));
        return true;
    }
}
