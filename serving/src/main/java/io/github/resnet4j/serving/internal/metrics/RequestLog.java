package io.github.resnet4j.serving.internal.metrics;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.serving.internal.http.Json;
import io.github.resnet4j.serving.internal.http.Observer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A line of JSON for each request and for what happens to models: no bodies, no headers, no parameters. */
public final class RequestLog implements Observer {
    private final Consumer<String> lines;

    /** @param lines receives them, without line ends, from several threads */
    public RequestLog(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void replied(Exchange exchange) {
        Map<String, Object> line = begin("request");
        line.put("client", exchange.client());
        line.put("method", exchange.method());
        line.put("path", Printable.brief(String.valueOf(exchange.path())));
        line.put("status", exchange.status());
        line.put("ms", Math.round(exchange.nanos() / 1e4) / 1e2);
        line.put("received", exchange.received());
        line.put("sent", exchange.sent());
        if (!exchange.model().isEmpty()) {
            line.put("model", exchange.model());
            line.put("images", exchange.inputs());
        }
        if (!exchange.reason().isEmpty()) {
            line.put("reason", exchange.reason());
        }
        lines.accept(Json.text(line));
    }

    /** Something happened to a model or to the server. */
    public void event(String event, Map<String, String> what) {
        Map<String, Object> line = begin(event);
        line.putAll(what);
        lines.accept(Json.text(line));
    }

    private static Map<String, Object> begin(String event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("event", event);
        return line;
    }
}
