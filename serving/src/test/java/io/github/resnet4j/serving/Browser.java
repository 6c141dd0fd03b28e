package io.github.resnet4j.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium without a window, told what to do over its debugging protocol. */
final class Browser implements AutoCloseable, WebSocket.Listener {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Addresses that pages asked for. */
    final List<String> requested = new CopyOnWriteArrayList<>();
    /** What pages complained of: exceptions, and what their policy forbids. */
    final List<String> complaints = new CopyOnWriteArrayList<>();

    private final Process process;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private final String session;

    /** Whether there is one here. */
    static boolean isInstalled() {
        try {
            Process version = new ProcessBuilder("chromium", "--version")
                    .redirectErrorStream(true)
                    .start();
            version.getInputStream().readAllBytes();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Browser(Path profile) {
        try {
            this.process = new ProcessBuilder(
                            "chromium",
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolveSibling("chromium.txt").toFile())
                    .start();
            Path port = profile.resolve("DevToolsActivePort");
            TestServer.await(() -> lines(port).size() >= 2);
            this.socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + lines(port).get(0)
                                    + lines(port).get(1)),
                            this)
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String target = send("", "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .asString();
        this.session = send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .asString();
        for (String domain : List.of("Runtime", "Log", "DOM", "Page", "Network")) {
            send(domain + ".enable", Map.of());
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean whole) {
        partial.append(data);
        if (whole) {
            JsonNode message = JSON.readTree(partial.toString());
            partial.setLength(0);
            if (message.has("id")) {
                replies.remove(message.get("id").asInt()).complete(message);
            } else {
                hear(message.get("method").asString(), message.get("params"));
            }
        }
        from.request(1);
        return null;
    }

    private void hear(String event, JsonNode what) {
        switch (event) {
            case "Network.requestWillBeSent" ->
                requested.add(what.get("request").get("url").asString());
            case "Runtime.exceptionThrown" -> complaints.add(what.toString());
            case "Log.entryAdded" -> {
                if (!what.get("entry").get("source").asString().equals("network")) {
                    complaints.add(what.toString());
                }
            }
            default -> {
                // of no interest
            }
        }
    }

    private JsonNode send(String method, Map<String, Object> parameters) {
        return send(session, method, parameters);
    }

    private JsonNode send(String to, String method, Map<String, Object> parameters) {
        int id = last.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        replies.put(id, reply);
        Map<String, Object> message = to.isEmpty()
                ? Map.of("id", id, "method", method, "params", parameters)
                : Map.of("id", id, "method", method, "params", parameters, "sessionId", to);
        socket.sendText(JSON.writeValueAsString(message), true).join();
        JsonNode answer = reply.join();
        if (!answer.has("result")) {
            throw new IllegalStateException(method + ": " + answer);
        }
        return answer.get("result");
    }

    /** A window of another width, with or without a wish for dark colours. */
    void resize(int width, boolean dark) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", width < 500));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    void open(URI address) {
        send("Page.navigate", Map.of("url", address.toString()));
    }

    /** The value of an expression in the page. */
    JsonNode evaluate(String expression) {
        return send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                .get("result")
                .path("value");
    }

    /** Chooses files in an input. */
    void choose(String selector, List<Path> files) {
        int root = send("DOM.getDocument", Map.of()).get("root").get("nodeId").asInt();
        int input = send("DOM.querySelector", Map.of("nodeId", root, "selector", selector))
                .get("nodeId")
                .asInt();
        send(
                "DOM.setFileInputFiles",
                Map.of(
                        "nodeId",
                        input,
                        "files",
                        files.stream().map(Path::toString).toList()));
    }

    @Override
    public void close() {
        socket.abort();
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        all.forEach(one -> one.onExit().join()); // they write into the profile to the last
    }
}
