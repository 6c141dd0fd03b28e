package io.github.resnet4j.serving;

import io.github.resnet4j.serving.internal.api.Api;
import io.github.resnet4j.serving.internal.http.ClientConnector;
import io.github.resnet4j.serving.internal.http.Front;
import io.github.resnet4j.serving.internal.http.Observer;
import io.github.resnet4j.serving.internal.metrics.Metrics;
import io.github.resnet4j.serving.internal.metrics.RequestLog;
import io.github.resnet4j.serving.internal.model.Models;
import io.github.resnet4j.serving.internal.model.ServedModel;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models over HTTP: the Open Inference Protocol, image files in several forms, health, metrics, and a page. Requests are
 * untrusted; models come from this program alone, never over the network.
 *
 * <p>{@link #bind} listens, {@link #load} loads the models and makes the server ready, {@link #close} answers what is under
 * way and stops.
 */
public final class PredictionServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PredictionServer.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** In which requests that had been sent before the server began to stop are seen. */
    private static final Duration LAST_ARRIVALS = Duration.ofMillis(250);

    private final ServerOptions options;
    private final Server server;
    private final ClientConnector connector;
    private final Models models;
    private final Front front;
    private final RequestLog log;
    private final ThreadPoolExecutor computing;
    /** Known once it listens, and also when it does no more. */
    private volatile int port;
    /** Guarded by this. */
    private boolean closed;

    private PredictionServer(List<ModelEntry> entries, ServerOptions options, Consumer<String> lines) {
        this.options = options;
        this.log = new RequestLog(lines);
        Metrics metrics = new Metrics();
        this.models = new Models(entries, options, events(metrics));
        this.computing = computing(options.batching().queue());
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("resnet4j-http");
        threads.setDaemon(true);
        this.server = new Server(threads);
        Observer observer = exchange -> {
            metrics.replied(exchange);
            log.replied(exchange);
        };
        this.connector = new ClientConnector(server, options, observer);
        this.front = new Front(
                Api.routes(models, options, metrics, threads, this::isStopping),
                options,
                models::isLoaded,
                computing,
                observer);
        metrics.watch(models, front::underWay);
        server.addConnector(connector);
        server.setHandler(front);
        server.setErrorHandler(front.errors());
    }

    private boolean isStopping() {
        return front.isStopping();
    }

    private ServedModel.Events events(Metrics metrics) {
        return new ServedModel.Events() {
            @Override
            public void ran(ServedModel model, List<Long> waited, long took) {
                metrics.ran(model, waited, took);
            }

            @Override
            public void loaded(ServedModel model, boolean again) {
                metrics.loaded(model, true);
                log.event(
                        again ? "reloaded" : "loaded",
                        Map.of("model", model.label(), "sha256", model.hash().orElse("")));
            }

            @Override
            public void refused(ServedModel model, String problem) {
                metrics.loaded(model, false);
                LOG.warn("{}: the changed file is not used: {}", model.label(), problem);
                log.event("reload_refused", Map.of("model", model.label(), "problem", problem));
            }
        };
    }

    /** One thread for each core decodes; what would wait for longer than a queue is refused. */
    private static ThreadPoolExecutor computing(int queue) {
        int cores = Runtime.getRuntime().availableProcessors();
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(cores, cores, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queue), task -> {
            Thread thread = new Thread(task, "resnet4j-decode-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Listens, and answers that the models are not ready.
     *
     * @param lines receives the log, a line of JSON for each request and for what happens to models, from several threads
     * @throws IOException if the address is in use or not this machine's
     * @throws IllegalArgumentException if there is no model, or two have the same name and version
     */
    public static PredictionServer bind(List<ModelEntry> models, ServerOptions options, Consumer<String> lines)
            throws IOException {
        PredictionServer started = new PredictionServer(models, options, lines);
        try {
            started.server.start();
            started.port = started.connector.getLocalPort();
            return started;
        } catch (Exception e) { // Jetty declares no less
            started.close();
            if (e instanceof RuntimeException) {
                throw (RuntimeException) e;
            }
            throw e instanceof IOException ? (IOException) e : new IOException(e.getMessage(), e);
        }
    }

    /**
     * Loads the models, requires of each that it answers to fixed images as DL4J's own layers do, and is then ready. From
     * then on, a file that changes is loaded in the same way and takes the place of the one before it.
     *
     * @throws ModelRefusedException if a model answers otherwise
     * @throws RuntimeException as {@link io.github.resnet4j.finetune.model.Predictor#open}
     */
    public void load() {
        load(LOOK);
    }

    /** As {@link #load()}, looking for changed files as often as tests like. */
    void load(Duration look) {
        models.load(look);
        log.event("ready", Map.of("address", address().toString()));
    }

    /** What it serves, for tests. */
    Models models() {
        return models;
    }

    /** Where it listens, such as {@code http://127.0.0.1:8080/}. */
    public URI address() {
        return URI.create("http://" + (options.host().contains(":") ? "[" + options.host() + "]" : options.host()) + ":"
                + port + "/");
    }

    /**
     * Takes no new requests, answers those under way for as long as {@link ServerOptions#drain} says, and frees everything.
     * Closing again does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        front.stopAnswering();
        if (server.isRunning()) {
            log.event("stopping", Map.of());
            drain();
        }
        try {
            server.stop();
        } catch (Exception e) { // Jetty declares no less
            LOG.warn("stopping: {}", e.toString());
        }
        computing.shutdown();
        models.close();
        log.event("stopped", Map.of());
    }

    private void drain() {
        connector.shutdown();
        long end = System.nanoTime() + options.drain().toNanos();
        long quiet = System.nanoTime();
        try {
            while (System.nanoTime() < end && System.nanoTime() - quiet < LAST_ARRIVALS.toNanos()) {
                if (front.underWay() > 0) {
                    quiet = System.nanoTime();
                }
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
