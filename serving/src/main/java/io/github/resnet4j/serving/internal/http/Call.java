package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.serving.internal.model.Client;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** One request on its way: its parts, and whether anybody still waits for its answer. */
public final class Call implements Client {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT");

    private final Request request;
    private final ClientEndPoint client;
    private final Map<String, String> path;
    private final Front front;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final long since = System.nanoTime();
    private Optional<Fields> query = Optional.empty();
    private volatile int received;
    private volatile String model = "";
    private volatile int inputs;
    private boolean begun;
    private boolean over;

    Call(Request request, ClientEndPoint client, Map<String, String> path, Front front) {
        this.request = request;
        this.client = client;
        this.path = path;
        this.front = front;
    }

    /** A variable of the route's template. */
    public Optional<String> path(String name) {
        return Optional.ofNullable(path.get(name));
    }

    /** The parameters behind the question mark, each once. */
    public synchronized Fields query() {
        if (query.isEmpty()) {
            try {
                query = Optional.of(Request.extractQueryParameters(request));
            } catch (RuntimeException e) { // a bad percent or no UTF-8
                throw Refused.badRequest("the parameters behind the question mark are not encoded as they must be");
            }
        }
        return query.get();
    }

    /** A header, if it was sent. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** The media type of the body in lower case without its parameters, if one was sent. */
    public Optional<String> mediaType() {
        return header(HttpHeader.CONTENT_TYPE.asString())
                .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /**
     * Receives the body, and lets {@code answer} make a reply of it in a thread that may compute. The memory of the body is
     * counted until then.
     */
    public CompletableFuture<Reply> withBody(Function<byte[], CompletableFuture<Reply>> answer) {
        return front.withBody(this, answer);
    }

    void received(int bytes) {
        received = bytes;
        client.watch();
    }

    /** What it asks, for the log. */
    public void asks(String label, int images) {
        inputs = images;
        model = label;
    }

    /** Whether nothing was begun when its time is over; then nothing will. */
    synchronized boolean expire() {
        if (!begun && !over) {
            over = true;
            return true;
        }
        return false;
    }

    synchronized void finish() {
        over = true;
    }

    @Override
    public boolean isGone() {
        synchronized (this) {
            if (over) {
                return true;
            }
        }
        return client.isGone();
    }

    @Override
    public boolean begin() {
        if (isGone()) {
            return false;
        }
        synchronized (this) {
            begun = !over;
            return begun;
        }
    }

    CompletableFuture<Reply> reply() {
        return reply;
    }

    Request request() {
        return request;
    }

    ClientEndPoint client() {
        return client;
    }

    Observer.Exchange exchange(String endpoint, Reply answer, String reason) {
        return new Observer.Exchange(
                endpoint,
                method(request),
                request.getHttpURI().getPath(),
                address(request),
                answer.status(),
                System.nanoTime() - since,
                received,
                answer.body().length,
                model,
                inputs,
                reason);
    }

    static String method(Request request) {
        String method = String.valueOf(request.getMethod());
        return METHODS.contains(method) ? method : "other";
    }

    static String address(Request request) {
        return address(request.getConnectionMetaData().getRemoteSocketAddress());
    }

    static String address(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }
}
