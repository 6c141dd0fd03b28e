package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Serves one file over HTTP/1.1, on sockets so that it can lie and break off at any byte. Each request takes the next
 * answer of the script; when that is used up, the file is served as a good server would.
 */
final class FaultServer implements AutoCloseable {
    /** How to treat one request. */
    @FunctionalInterface
    interface Answer {
        void to(Exchange exchange) throws IOException;
    }

    static final String ETAG = "\"v1\"";

    private final byte[] file;
    private final ServerSocket listener;
    private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
    private final List<Exchange> exchanges = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch closing = new CountDownLatch(1);

    FaultServer(byte[] file) throws IOException {
        this.file = file;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("listener", this::listen);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/sets/set.tar.gz");
    }

    RemoteFile remoteFile(Path scratch) throws IOException {
        Files.write(scratch, file);
        FileHash hash = new FileHash(FileHash.Algorithm.SHA_256, "0".repeat(64)).of(scratch);
        Files.delete(scratch);
        return new RemoteFile(
                Source.of(address(), Optional.empty()), RemoteFile.Size.exactly(file.length), hash, "pass --data DIR");
    }

    /** The same as far as PyTorch's weights are described: the first digits of the hash, and a bound on the size. */
    RemoteFile vagueFile(Path scratch, long atMost) throws IOException {
        RemoteFile exact = remoteFile(scratch);
        return new RemoteFile(
                exact.source(),
                RemoteFile.Size.atMost(atMost),
                new FileHash(FileHash.Algorithm.SHA_256, exact.hash().hex().substring(0, 8)),
                "pass --weights FILE");
    }

    FaultServer then(Answer... answers) {
        script.addAll(List.of(answers));
        return this;
    }

    void clearScript() {
        script.clear();
    }

    List<Exchange> exchanges() {
        return List.copyOf(exchanges);
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        listener.close();
    }

    // Answers.

    /** Ranges and If-Range honoured. */
    static void good(Exchange exchange) throws IOException {
        exchange.serve(ETAG, exchange.file.length);
    }

    static Answer status(int code, String... headers) {
        return exchange -> {
            exchange.head(code, headers);
            exchange.out.write("<html>sorry</html>".getBytes(StandardCharsets.UTF_8));
        };
    }

    /** As announced, but the connection ends in good order after byte {@code end} of the file. */
    static Answer endsAt(int end) {
        return exchange -> exchange.serve(ETAG, end);
    }

    static Answer resetsAt(int end) {
        return exchange -> {
            exchange.serve(ETAG, end);
            exchange.reset();
        };
    }

    /** Says nothing more after byte {@code end} of the file; -1: not even the headers. */
    static Answer stallsAt(int end) {
        return exchange -> {
            if (end >= 0) {
                exchange.serve(ETAG, end);
            }
            exchange.awaitEnd();
        };
    }

    /** As a good server would, but a tenth at a time, with so many milliseconds between. */
    static Answer slow(int millis) {
        return exchange -> {
            int length = exchange.file.length;
            exchange.serve(ETAG, 0);
            int from = exchange.from();
            for (int tenth = 1; tenth <= 10; tenth++) {
                exchange.send(from + (length - from) * (tenth - 1) / 10, from + (length - from) * tenth / 10);
                try {
                    Thread.sleep(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        };
    }

    /** The whole file whatever was asked, with these headers more. */
    static Answer whole(String... headers) {
        return exchange -> {
            exchange.head(200, headers);
            exchange.send(0, exchange.file.length);
        };
    }

    /** A newer version of the same size: other bytes, other ETag; If-Range does not match. */
    static Answer changed(byte[] other) {
        return exchange -> new Exchange(exchange, other).serve("\"v2\"", other.length);
    }

    final class Connection implements Runnable {
        private final Socket socket;

        Connection(Socket socket) {
            this.socket = socket;
        }

        @Override
        public void run() {
            try (socket) {
                Exchange exchange = read();
                exchanges.add(exchange);
                Answer next = script.poll();
                (next == null ? (Answer) FaultServer::good : next).to(exchange);
                exchange.out.flush();
            } catch (IOException e) {
                // The client has gone, which is part of some tests.
            }
        }

        private Exchange read() throws IOException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String path = in.readLine().split(" ")[1];
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            return new Exchange(path, headers, socket, file, closing);
        }
    }

    /** One request, and what can be said in return. */
    static final class Exchange {
        final String path;
        final Map<String, String> headers;
        final OutputStream out;
        private final Socket socket;
        private final byte[] file;
        private final CountDownLatch closing;
        volatile long sent;

        Exchange(String path, Map<String, String> headers, Socket socket, byte[] file, CountDownLatch closing)
                throws IOException {
            this.path = path;
            this.headers = headers;
            this.socket = socket;
            this.file = file;
            this.closing = closing;
            out = socket.getOutputStream();
        }

        Exchange(Exchange other, byte[] file) throws IOException {
            this(other.path, other.headers, other.socket, file, other.closing);
        }

        /** First byte asked for; 0 without a range. */
        int from() {
            String range = headers.getOrDefault("Range", "bytes=0-");
            return Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        }

        void head(int status, String... more) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\nConnection: close\r\n");
            List.of(more).forEach(line -> head.append(line).append("\r\n"));
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        }

        void send(int from, int to) throws IOException {
            int n = Math.max(0, to - from);
            out.write(file, from, n);
            out.flush();
            sent += n;
        }

        /** What is asked for, as a good server would, up to byte {@code end}. */
        void serve(String etag, int end) throws IOException {
            boolean current = headers.getOrDefault("If-Range", etag).equals(etag);
            int from = current ? from() : 0;
            List<String> lines = new ArrayList<>(List.of(
                    "ETag: " + etag, "Content-Type: application/x-gzip", "Content-Length: " + (file.length - from)));
            if (from > 0) {
                lines.add(String.format(
                        Locale.ROOT, "Content-Range: bytes %d-%d/%d", from, file.length - 1, file.length));
            }
            head(from > 0 ? 206 : 200, lines.toArray(String[]::new));
            send(from, Math.max(from, end));
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Until the client or the test has had enough. */
        void awaitEnd() throws IOException {
            socket.setSoTimeout(100);
            while (closing.getCount() > 0) {
                try {
                    if (socket.getInputStream().read() < 0) {
                        return;
                    }
                } catch (SocketTimeoutException e) {
                    // Still there.
                }
            }
        }
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                start("connection", new Connection(listener.accept()));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "fault-server-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
