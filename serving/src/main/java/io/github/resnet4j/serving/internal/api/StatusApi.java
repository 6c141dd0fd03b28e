package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.serving.internal.http.Call;
import io.github.resnet4j.serving.internal.http.Reply;
import io.github.resnet4j.serving.internal.http.Route;
import io.github.resnet4j.serving.internal.metrics.Metrics;
import io.github.resnet4j.serving.internal.model.Models;
import io.github.resnet4j.serving.internal.model.ServedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** How the server is, what it offers, and its page. */
final class StatusApi {
    private static final String PAGE = "text/html; charset=utf-8";
    private static final Map<String, String> ALONE = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Referrer-Policy",
            "no-referrer");

    private final Models models;
    private final Metrics metrics;
    private final BooleanSupplier stopping;

    StatusApi(Models models, Metrics metrics, BooleanSupplier stopping) {
        this.models = models;
        this.metrics = metrics;
        this.stopping = stopping;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (String prefix : List.of("/v2", "")) {
            routes.add(Route.get(prefix + "/health/live", Route.Access.OPEN, call -> live()));
            routes.add(Route.get(prefix + "/health/ready", Route.Access.OPEN, call -> ready()));
        }
        routes.add(Route.get("/metrics", Route.Access.OBSERVER, this::metrics));
        routes.add(file("/openapi.json", "openapi.json", "application/json"));
        routes.add(file("/", "page.html", PAGE));
        routes.add(file("/page.css", "page.css", "text/css; charset=utf-8"));
        routes.add(file("/page.js", "page.js", "text/javascript; charset=utf-8"));
        return routes;
    }

    private static Route file(String path, String name, String type) {
        byte[] content = resource(name);
        return Route.get(
                path, Route.Access.OPEN, call -> Reply.of(type, content).with(ALONE));
    }

    private static byte[] resource(String name) {
        try (InputStream in = StatusApi.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply live() {
        boolean live = models.all().stream().noneMatch(ServedModel::isStuck);
        return live
                ? Reply.json(Map.of("live", true))
                : Reply.json(500, Map.of("live", false, "error", "a model has been at one batch for 30 seconds"));
    }

    private Reply ready() {
        boolean ready = models.isLoaded() && !stopping.getAsBoolean();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ready", ready);
        body.put("live", true); // the protocol's text says so, its clients read the other
        body.put("models", models.all().stream().map(StatusApi::state).toList());
        if (!ready) {
            body.put("error", stopping.getAsBoolean() ? "the server is stopping" : "the models are being loaded");
        }
        return Reply.json(ready ? 200 : 503, body);
    }

    private static Map<String, Object> state(ServedModel model) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("name", model.name());
        state.put("version", model.version());
        state.put("ready", model.replica().isPresent());
        model.problem().ifPresent(problem -> state.put("reload", "refused: " + problem));
        return state;
    }

    private Reply metrics(Call call) {
        Metrics.Text text = metrics.text(call.header("Accept").orElse(""));
        return Reply.of(text.contentType(), text.bytes());
    }
}
