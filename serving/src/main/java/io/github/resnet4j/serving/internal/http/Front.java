package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.serving.ServerOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes every request, finds who answers it, and sends the reply, whatever becomes of it. */
public final class Front extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(Front.class);

    /** Beyond the deadline of what has begun: only an engine that hangs comes here. */
    static final Duration LAST = Duration.ofSeconds(30);

    private final List<Route> routes;
    private final Token token;
    private final Origin origin;
    private final BooleanSupplier ready;
    private final ExecutorService computing;
    private final Body.Bounds bounds;
    private final Duration deadline;
    private final Observer observer;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean stopping;

    /**
     * @param ready whether models answer
     * @param computing runs what computes: decoding, encoding
     */
    public Front(
            List<Route> routes,
            ServerOptions options,
            BooleanSupplier ready,
            ExecutorService computing,
            Observer observer) {
        this.routes = routes;
        this.token = new Token(options.token());
        this.origin = new Origin(options);
        this.ready = ready;
        this.computing = computing;
        this.observer = observer;
        this.deadline = options.batching().deadline();
        long all = Math.max(2L * options.limits().body(), Runtime.getRuntime().maxMemory() / 8);
        this.bounds = new Body.Bounds(
                options.limits().body(),
                all,
                new AtomicLong(),
                options.limits().transfer().toNanos());
    }

    /** What Jetty refuses by itself. */
    public Request.Handler errors() {
        return new JsonErrors(observer);
    }

    /** Requests that are not answered yet. */
    public int underWay() {
        return underWay.get();
    }

    /** From now on, models answer no new requests. */
    public void stopAnswering() {
        stopping = true;
    }

    public boolean isStopping() {
        return stopping;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        underWay.incrementAndGet();
        ClientEndPoint client =
                (ClientEndPoint) request.getConnectionMetaData().getConnection().getEndPoint();
        client.begin();
        Optional<Map.Entry<Route, Map<String, String>>> found = find(request);
        Call call = new Call(request, client, found.map(Map.Entry::getValue).orElse(Map.of()), this);
        String endpoint = found.map(entry -> entry.getKey().template()).orElse("other");
        call.reply().whenComplete((reply, failure) -> {
            call.finish();
            client.end();
            Optional<Refused> refused = Optional.ofNullable(failure).map(Front::refusal);
            Reply answer = refused.map(Reply::error).orElse(reply);
            observe(call.exchange(endpoint, answer, refused.map(Refused::reason).orElse("")));
            send(answer, request, response, Callback.from(underWay::decrementAndGet, callback));
        });
        try {
            origin.requireOwn(request);
            Route route = found.orElseThrow(
                            () -> Refused.notFound("no such address; /openapi.json lists those there are"))
                    .getKey();
            requireAllowed(route, request);
            pass(route.action().answer(call), call.reply());
        } catch (RuntimeException | Error e) {
            call.reply().completeExceptionally(e);
        }
        return true;
    }

    /** Before the reply: a client that has it finds it in the figures. */
    private void observe(Observer.Exchange exchange) {
        try {
            observer.replied(exchange);
        } catch (RuntimeException e) { // a log that cannot be written is no reason to leave the client alone
            LOG.warn("a request was not logged: {}", e.toString());
        }
    }

    private static <T> void pass(CompletableFuture<T> from, CompletableFuture<T> to) {
        from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }

    private Optional<Map.Entry<Route, Map<String, String>>> find(Request request) {
        String path = request.getHttpURI().getCanonicalPath();
        if (path == null) {
            return Optional.empty();
        }
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(path);
            if (variables.isPresent()) {
                return Optional.of(Map.entry(route, variables.get()));
            }
        }
        return Optional.empty();
    }

    private void requireAllowed(Route route, Request request) {
        if (!route.methods().contains(request.getMethod())) {
            throw Refused.method(String.join(", ", route.methods()));
        }
        if (route.access() != Route.Access.OPEN && !token.isIn(request)) {
            throw Refused.unauthorized();
        }
        if (route.access() == Route.Access.CLIENT) {
            if (stopping) {
                throw Refused.unavailable("stopping", "the server is stopping");
            }
            if (!ready.getAsBoolean()) {
                throw Refused.unavailable("not_ready", "the models are being loaded; try again in a moment");
            }
        }
        String encoding = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Refused.mediaType("send the body as it is, without Content-Encoding");
        }
    }

    CompletableFuture<Reply> withBody(Call call, Function<byte[], CompletableFuture<Reply>> answer) {
        Scheduler scheduler = getServer().getScheduler();
        return Body.receive(call.request(), bounds, scheduler).thenCompose(body -> {
            call.received(body.length);
            Scheduler.Task expiry = scheduler.schedule(
                    () -> {
                        if (call.expire()) {
                            call.reply().completeExceptionally(Refused.deadline());
                        }
                    },
                    deadline.toNanos(),
                    TimeUnit.NANOSECONDS);
            Scheduler.Task last = scheduler.schedule(
                    () -> call.reply().completeExceptionally(Refused.deadline()),
                    deadline.plus(LAST).toNanos(),
                    TimeUnit.NANOSECONDS);
            call.reply().whenComplete((reply, failure) -> {
                expiry.cancel();
                last.cancel();
            });
            return computed(body, answer);
        });
    }

    private CompletableFuture<Reply> computed(byte[] body, Function<byte[], CompletableFuture<Reply>> answer) {
        CompletableFuture<CompletableFuture<Reply>> later;
        try {
            later = CompletableFuture.supplyAsync(() -> answer.apply(body), computing);
        } catch (RejectedExecutionException e) {
            later = CompletableFuture.failedFuture(e);
        }
        return later.whenComplete((reply, failure) -> bounds.free(body.length)).thenCompose(Function.identity());
    }

    private static Refused refusal(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Refused refused) {
            return refused;
        }
        if (cause instanceof CancellationException) {
            return Refused.gone();
        }
        if (cause instanceof RejectedExecutionException) {
            return Refused.overloaded("queue_full", "too many requests are waiting; try again in a moment");
        }
        if (cause instanceof OutOfMemoryError) {
            return Refused.unavailable("memory", "there is too little memory for this now; send less, or try again");
        }
        if (cause instanceof IOException || cause instanceof TimeoutException) {
            return Refused.badRequest("the body did not arrive whole"); // most probably nobody reads this
        }
        if (cause instanceof HttpException http) {
            return Refused.badRequest(String.valueOf(http.getReason()));
        }
        LOG.warn("a request failed: {}", cause.toString(), cause);
        return Refused.unavailable("failed", "the computation failed; try again");
    }

    private void send(Reply reply, Request request, Response response, Callback callback) {
        response.setStatus(reply.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, reply.contentType());
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().length);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        reply.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        if (stopping) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        boolean head = "HEAD".equals(String.valueOf(request.getMethod()).toUpperCase(Locale.ROOT));
        response.write(true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(reply.body()), callback);
    }
}
