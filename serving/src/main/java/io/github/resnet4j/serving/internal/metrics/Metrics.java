package io.github.resnet4j.serving.internal.metrics;

import io.github.resnet4j.serving.internal.http.Observer;
import io.github.resnet4j.serving.internal.model.Models;
import io.github.resnet4j.serving.internal.model.ServedModel;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.IntSupplier;
import org.bytedeco.javacpp.Pointer;

/** Figures for Prometheus. Labels have values of the server's own choosing only, never a client's. */
public final class Metrics implements Observer {
    private static final String[] MODEL = {"model", "version"};
    private static final double NANO = 1e-9;
    private static final double[] SECONDS = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Counter requests = Counter.builder()
            .name("resnet4j_requests_total")
            .help("Requests answered, by the route's template and the status")
            .labelNames("endpoint", "code")
            .register(registry);
    private final Counter refused = Counter.builder()
            .name("resnet4j_refused_total")
            .help("Requests refused, by reason")
            .labelNames("reason")
            .register(registry);
    private final Histogram latency = Histogram.builder()
            .name("resnet4j_request_seconds")
            .help("From the end of a request's head to its reply")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames("endpoint")
            .register(registry);
    private final Histogram waited = Histogram.builder()
            .name("resnet4j_queue_seconds")
            .help("Time that a prepared image waits for its batch")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames(MODEL)
            .register(registry);
    private final Histogram computed = Histogram.builder()
            .name("resnet4j_batch_seconds")
            .help("Time that a batch takes in the network")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames(MODEL)
            .register(registry);
    private final Histogram batches = Histogram.builder()
            .name("resnet4j_batch_size")
            .help("Images that run together")
            .classicOnly()
            .classicUpperBounds(1, 2, 4, 8, 16, 32, 64, 128)
            .labelNames(MODEL)
            .register(registry);
    private final Counter reloads = Counter.builder()
            .name("resnet4j_loads_total")
            .help("Loadings of a model's file, by result: loaded, refused")
            .labelNames("model", "version", "result")
            .register(registry);

    /** Begins to count; of the JVM and its native memory, too. */
    public Metrics() {
        JvmMetrics.builder().register(registry);
        GaugeWithCallback.builder()
                .name("resnet4j_native_bytes")
                .help("Memory outside the Java heap that arrays and networks take")
                .callback(value -> value.call(Pointer.totalBytes()))
                .register(registry);
    }

    /** Watches queues and requests under way. */
    public void watch(Models models, IntSupplier underWay) {
        GaugeWithCallback.builder()
                .name("resnet4j_requests_in_flight")
                .help("Requests that are not answered yet")
                .callback(value -> value.call(underWay.getAsInt()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("resnet4j_queue_depth")
                .help("Images that are being prepared or wait")
                .labelNames(MODEL)
                .callback(value -> models.all().forEach(model -> model.replica()
                        .ifPresent(replica -> value.call(replica.queue().size(), labels(model)))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("resnet4j_model_info")
                .help("The files that answer, by their SHA-256; 1")
                .labelNames("model", "version", "sha256")
                .callback(value -> models.all()
                        .forEach(model -> value.call(
                                model.replica().isPresent() ? 1 : 0,
                                model.name(),
                                String.valueOf(model.version()),
                                model.hash().orElse(""))))
                .register(registry);
    }

    private static String[] labels(ServedModel model) {
        return new String[] {model.name(), String.valueOf(model.version())};
    }

    @Override
    public void replied(Exchange exchange) {
        requests.labelValues(exchange.endpoint(), String.valueOf(exchange.status()))
                .inc();
        latency.labelValues(exchange.endpoint()).observe(exchange.nanos() * NANO);
        if (!exchange.reason().isEmpty()) {
            refused.labelValues(exchange.reason()).inc();
        }
    }

    /** A batch ran. */
    public void ran(ServedModel model, List<Long> nanosWaited, long nanos) {
        nanosWaited.forEach(wait -> waited.labelValues(labels(model)).observe(wait * NANO));
        computed.labelValues(labels(model)).observe(nanos * NANO);
        batches.labelValues(labels(model)).observe(nanosWaited.size());
    }

    /** A model's file was loaded, or refused. */
    public void loaded(ServedModel model, boolean successfully) {
        reloads.labelValues(model.name(), String.valueOf(model.version()), successfully ? "loaded" : "refused")
                .inc();
    }

    /** All figures in the format that a client accepts. */
    public Text text(String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Text(writer.getContentType(), out.toByteArray());
    }

    /** Figures as text. */
    public record Text(String contentType, byte[] bytes) {}
}
