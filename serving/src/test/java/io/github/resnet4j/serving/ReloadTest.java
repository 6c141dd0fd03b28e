package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while they are served. */
@Timeout(180)
final class ReloadTest {
    private static final String LOADS = "resnet4j_loads_total{model=\"tiny\",result=\"%s\",version=\"1\"}";

    @TempDir
    Path folder;

    private static void replace(Path file, Path by) throws IOException {
        Path beside = file.resolveSibling("beside");
        Files.copy(by, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aChangedFileTakesOverWithoutALostRequest() throws Exception {
        Path first = TinyModel.write(folder.resolve("first.zip"), 1);
        Path second = TinyModel.write(folder.resolve("second.zip"), 2);
        Path file = Files.copy(first, folder.resolve("tiny.zip"));
        try (TestServer server = TestServer.tiny(file)) {
            String before = server.send(server.image(1)).text();
            String hash = server.get("/metrics").text().replaceAll("(?s).*sha256=\"(\\w+)\".*", "$1");
            assertThat(hash).hasSize(64);
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<List<Integer>>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(CompletableFuture.supplyAsync(() -> {
                    List<Integer> codes = new ArrayList<>();
                    while (!over.get()) {
                        codes.add(server.send(server.image(1)).status());
                    }
                    return codes;
                }));
            }
            for (int i = 1; i <= 4; i++) {
                int loads = i + 1;
                replace(file, i % 2 == 1 ? second : first);
                TestServer.await(() -> server.metric(LOADS.formatted("loaded")) == loads);
                String now = server.send(server.image(1)).text();
                assertThat(now.equals(before)).isEqualTo(i % 2 == 0);
            }
            over.set(true);
            assertThat(clients)
                    .allSatisfy(codes -> assertThat(codes.join()).isNotEmpty().containsOnly(200));
            assertThat(server.get("/metrics").text()).contains("sha256=\"" + hash + "\"");
            assertThat(server.log).anyMatch(line -> line.contains("\"event\":\"reloaded\""));
        }
    }

    @Test
    void aFileThatCannotBeUsedLeavesTheModelAsItIs() throws IOException {
        Path good = TinyModel.write(folder.resolve("good.zip"), 1);
        Path overflowing = overflowing();
        Path file = Files.copy(good, folder.resolve("tiny.zip"));
        try (TestServer server = TestServer.tiny(file)) {
            String before = server.send(server.image(1)).text();
            Files.writeString(file, "no model");
            TestServer.await(() -> server.metric(LOADS.formatted("refused")) == 1);
            assertThat(server.send(server.image(1)).text()).isEqualTo(before);
            TestServer.Reply ready = server.get("/health/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.text()).contains("\"reload\":\"refused: tiny.zip").doesNotContain(folder.toString());
            assertThat(server.log).anyMatch(line -> line.contains("\"event\":\"reload_refused\""));
            replace(file, overflowing);
            TestServer.await(() -> server.metric(LOADS.formatted("refused")) == 2);
            assertThat(server.get("/health/ready").text()).contains("NaN or infinite");
            assertThat(server.send(server.image(1)).text()).isEqualTo(before);
            Files.delete(file);
            replace(file, good);
            TestServer.await(() -> server.metric(LOADS.formatted("loaded")) == 2);
            assertThat(server.get("/health/ready").text()).doesNotContain("refused");
            assertThat(server.send(server.image(1)).text()).isEqualTo(before);
        }
    }

    /** Bar S-13: what the network fails at is refused alone, and the network is loaded again. */
    @Test
    void aNetworkThatFailsIsLoadedAgain() {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        try (TestServer server = TestServer.tiny(file)) {
            String before = server.send(server.image(1)).text();
            assertThatThrownBy(() -> server.ask("tiny", new float[3]).join()).isInstanceOf(CompletionException.class);
            TestServer.await(() -> server.metric(LOADS.formatted("loaded")) == 2);
            assertThat(server.send(server.image(1)).text()).isEqualTo(before);
        }
    }

    @Test
    void isNotReadyBeforeItsModelsAre() throws IOException {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        try (TestServer server = TestServer.bound(TestServer.OPTIONS, TinyModel.entry("tiny", 1, file))) {
            server.get("/health/ready").isError(503);
            server.get("/v2/health/ready").isError(503);
            assertThat(server.get("/health/live").status()).isEqualTo(200);
            assertThat(server.get("/v2/models/tiny/ready").status()).isEqualTo(503);
            server.get("/v2/models/tiny").isError(503);
            TestServer.Reply refused = server.send(server.image(1)).isError(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            server.server.load();
            assertThat(server.get("/health/ready").status()).isEqualTo(200);
            assertThat(server.send(server.image(1)).status()).isEqualTo(200);
        }
        Path text = Files.writeString(folder.resolve("text.zip"), "no model");
        try (TestServer server = TestServer.bound(TestServer.OPTIONS, TinyModel.entry("tiny", 1, text))) {
            assertThatThrownBy(() -> server.server.load()).isInstanceOf(BadWeightsException.class);
            server.get("/health/ready").isError(503);
        }
        Path overflowing = overflowing();
        try (TestServer server = TestServer.bound(TestServer.OPTIONS, TinyModel.entry("tiny", 1, overflowing))) {
            assertThatThrownBy(() -> server.server.load())
                    .isInstanceOf(ModelRefusedException.class)
                    .hasMessageContaining("overflowing.zip: its answers");
        }
    }

    private Path overflowing() {
        return TinyModel.write(folder.resolve("overflowing.zip"), 1, graph -> {
            graph.getLayer("fc").getParam("W").assign(Float.MAX_VALUE); // finite, but no sum of it is
            return graph;
        });
    }
}
