package io.github.resnet4j.spark.train;

import io.github.resnet4j.engine.AllReduce;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sums over executors that each have a connection from the one before and to the one behind. The values go round in pieces:
 * from rank to rank, each adding its own, so that the order of the sum is that of the ranks; the last one has the sums and
 * sends them on round the ring until all have them. Both laps overlap, so that every connection carries at most twice the
 * values, however many ranks there are.
 *
 * <p>Both ends of a connection prove that they know the job's secret (HMAC-SHA256 of two random numbers) before it carries
 * anything. It is not encrypted.
 */
final class Ring implements AllReduce, Closeable {
    static final int PIECE = 1 << 16;
    static final int HEADER = 3 * Integer.BYTES;
    private static final int NONCE = 32;
    /** Long enough for the slowest neighbour to build its network. */
    private static final int CONNECT_MILLIS = 30_000;

    private static final int SUMMING = 0;
    private static final int RESULT = 1;

    private final int rank;
    private final int count;
    private final SocketChannel before;
    private final SocketChannel behind;
    private final Thread sender;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final ByteBuffer received = buffer();
    private final float[] theirs = new float[PIECE];
    private volatile IOException failure;
    private int calls;

    /**
     * A piece to be sent, as it is when its turn comes.
     *
     * @param values null in the piece of totals
     * @param totals null in the others
     * @param sent null, or nothing is to be sent but told that all before is
     */
    private record Order(int call, int lap, int piece, float[] values, double[] totals, CountDownLatch sent) {}

    private Ring(int rank, int count, SocketChannel before, SocketChannel behind) {
        this.rank = rank;
        this.count = count;
        this.before = before;
        this.behind = behind;
        this.sender = new Thread(this::send, "ring-" + rank);
        sender.setDaemon(true);
        sender.start();
    }

    private static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(HEADER + PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An end that waits for the executor before. */
    static final class Listener implements Closeable {
        private final ServerSocketChannel server;

        private Listener(ServerSocketChannel server) {
            this.server = server;
        }

        /** Where the executor before finds it. */
        String address() throws IOException {
            InetSocketAddress at = (InetSocketAddress) server.getLocalAddress();
            return at.getAddress().getHostAddress() + ":" + at.getPort();
        }

        /**
         * Connects with both neighbours.
         *
         * @param addresses of all executors, by rank
         * @param secret of the job
         * @throws IOException if a neighbour cannot be reached, or does not know the secret
         */
        Ring join(int rank, List<String> addresses, byte[] secret) throws IOException {
            String next = addresses.get((rank + 1) % addresses.size());
            int colon = next.lastIndexOf(':');
            InetSocketAddress target =
                    new InetSocketAddress(next.substring(0, colon), Integer.parseInt(next.substring(colon + 1)));
            SocketChannel behind = SocketChannel.open();
            SocketChannel before = null;
            try {
                behind.socket().connect(target, CONNECT_MILLIS);
                // All can connect first: the system accepts for those that are not there yet.
                ByteBuffer mine = nonce();
                write(behind, mine.duplicate());
                before = accept();
                ByteBuffer theirs = read(before, NONCE);
                write(before, proof(secret, "before", theirs));
                require(before, behind, secret, mine);
                ByteBuffer challenge = nonce();
                write(before, challenge.duplicate());
                write(behind, proof(secret, "behind", read(behind, NONCE)));
                if (!same(read(before, NONCE), proof(secret, "behind", challenge))) {
                    throw new IOException(before.getRemoteAddress() + " does not know the secret of the job");
                }
                return new Ring(rank, addresses.size(), before, behind);
            } catch (IOException | RuntimeException e) {
                behind.close();
                if (before != null) {
                    before.close();
                }
                throw e;
            }
        }

        private static void require(SocketChannel before, SocketChannel behind, byte[] secret, ByteBuffer mine)
                throws IOException {
            if (!same(read(behind, NONCE), proof(secret, "before", mine))) {
                before.close();
                throw new IOException(behind.getRemoteAddress() + " does not know the secret of the job");
            }
        }

        private SocketChannel accept() throws IOException {
            server.configureBlocking(false);
            long deadline = System.nanoTime() + CONNECT_MILLIS * 1_000_000L;
            SocketChannel channel = server.accept();
            while (channel == null) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "no executor has connected to " + address() + " within " + CONNECT_MILLIS / 1000 + " s");
                }
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while waiting for an executor", e);
                }
                channel = server.accept();
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /**
     * Listens at one address of this machine.
     *
     * @throws IOException if it has no such address
     */
    static Listener listen(String host) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
        return new Listener(server);
    }

    private static ByteBuffer nonce() {
        byte[] bytes = new byte[NONCE];
        new SecureRandom().nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer proof(byte[] secret, String role, ByteBuffer nonce) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(role.getBytes(StandardCharsets.US_ASCII));
            mac.update(nonce.duplicate());
            return ByteBuffer.wrap(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean same(ByteBuffer a, ByteBuffer b) {
        byte[] first = new byte[a.remaining()];
        byte[] second = new byte[b.remaining()];
        a.duplicate().get(first);
        b.duplicate().get(second);
        return MessageDigest.isEqual(first, second);
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        fill(channel, buffer);
        return buffer.flip();
    }

    private static void fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("an executor has ended");
            }
        }
    }

    @Override
    public void sum(float[] values, double[] totals) {
        calls++;
        try {
            // The totals are a piece of their own, behind the others.
            int pieces = (values.length + PIECE - 1) / PIECE + 1;
            if (rank == 0) {
                for (int piece = 0; piece < pieces; piece++) {
                    order(SUMMING, piece, pieces, values, totals);
                }
            }
            int expected = pieces * (rank == 0 || rank == count - 1 ? 1 : 2);
            for (int i = 0; i < expected; i++) {
                receive(pieces, values, totals);
            }
            flush();
        } catch (IOException e) {
            throw new UncheckedIOException("rank " + rank + ": " + e.getMessage(), e);
        }
    }

    private void receive(int pieces, float[] values, double[] totals) throws IOException {
        received.clear().limit(HEADER);
        fill(before, received);
        received.flip();
        int call = received.getInt();
        int lap = received.getInt();
        int piece = received.getInt();
        if (call != calls || lap < SUMMING || lap > RESULT || piece < 0 || piece >= pieces) {
            throw new IOException("another executor is at piece " + piece + " of sum " + call
                    + " where this one is at sum " + calls + " of " + pieces + " pieces");
        }
        boolean last = piece == pieces - 1;
        int from = piece * PIECE;
        int length = last ? totals.length : Math.min(PIECE, values.length - from);
        received.clear().limit(length * (last ? Double.BYTES : Float.BYTES));
        fill(before, received);
        received.flip();
        if (last) {
            for (int i = 0; i < length; i++) {
                totals[i] = lap == SUMMING ? received.getDouble() + totals[i] : received.getDouble();
            }
        } else if (lap == SUMMING) {
            received.asFloatBuffer().get(theirs, 0, length);
            for (int i = 0; i < length; i++) {
                values[from + i] = theirs[i] + values[from + i];
            }
        } else {
            received.asFloatBuffer().get(values, from, length);
        }
        // The last rank has the sums; the one before it is the last that needs them.
        if (lap == SUMMING) {
            order(rank == count - 1 ? RESULT : SUMMING, piece, pieces, values, totals);
        } else if (rank != count - 2) {
            order(RESULT, piece, pieces, values, totals);
        }
    }

    private void order(int lap, int piece, int pieces, float[] values, double[] totals) {
        boolean last = piece == pieces - 1;
        orders.add(new Order(calls, lap, piece, last ? null : values, last ? totals : null, null));
    }

    /** Waits until all is sent: then the caller may change the values. */
    private void flush() throws IOException {
        CountDownLatch sent = new CountDownLatch(1);
        orders.add(new Order(0, 0, 0, null, null, sent));
        try {
            sent.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending to another executor", e);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** The sender's thread: a rank that only ever did one of receiving and sending could wait for itself. */
    private void send() {
        ByteBuffer buffer = buffer();
        try {
            while (true) {
                Order order = orders.take();
                if (order.sent != null) {
                    order.sent.countDown();
                } else if (failure == null) {
                    send(order, buffer);
                }
            }
        } catch (InterruptedException e) {
            // Closed: nobody waits any more.
        }
    }

    private void send(Order order, ByteBuffer buffer) {
        buffer.clear().putInt(order.call).putInt(order.lap).putInt(order.piece);
        if (order.values == null) {
            for (double total : order.totals) {
                buffer.putDouble(total);
            }
        } else {
            int from = order.piece * PIECE;
            int length = Math.min(PIECE, order.values.length - from);
            buffer.asFloatBuffer().put(order.values, from, length);
            buffer.position(HEADER + length * Float.BYTES);
        }
        try {
            write(behind, buffer.flip());
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public void close() throws IOException {
        sender.interrupt();
        try (before;
                behind) {
            orders.clear();
        }
    }
}
