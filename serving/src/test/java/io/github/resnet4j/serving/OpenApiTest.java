package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.serving.internal.api.Api;
import io.github.resnet4j.serving.internal.http.Route;
import io.github.resnet4j.serving.internal.metrics.Metrics;
import io.github.resnet4j.serving.internal.model.Models;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /openapi.json} describes what there is, all of it and nothing else. */
final class OpenApiTest {
    private static final Set<String> FILES = Set.of("/page.css", "/page.js");

    private static JsonNode description() throws IOException {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return JsonMapper.builder().build().readTree(in);
        }
    }

    @Test
    void describesEveryRoute() throws IOException {
        Map<String, Set<String>> routes = new TreeMap<>();
        try (Models none =
                new Models(List.of(TinyModel.entry("tiny", 1, Path.of("absent.zip"))), TestServer.OPTIONS, null)) {
            for (Route route : Api.routes(none, TestServer.OPTIONS, new Metrics(), Runnable::run, () -> false)) {
                Set<String> methods = routes.computeIfAbsent(route.template(), path -> new TreeSet<>());
                route.methods().stream()
                        .filter(method -> !method.equals("HEAD"))
                        .forEach(method -> methods.add(method.toLowerCase(Locale.ROOT)));
            }
        }
        routes.keySet().removeAll(FILES);
        Map<String, Set<String>> described = new TreeMap<>();
        description()
                .get("paths")
                .properties()
                .forEach(path -> described.put(
                        path.getKey(), new TreeSet<>(path.getValue().propertyNames())));
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void itsReferencesLead() throws IOException {
        JsonNode description = description();
        List<JsonNode> references = description.findValues("$ref");
        assertThat(references).isNotEmpty().allSatisfy(reference -> assertThat(
                        description.at(reference.asString().substring(1)).isMissingNode())
                .as(reference.asString())
                .isFalse());
    }
}
