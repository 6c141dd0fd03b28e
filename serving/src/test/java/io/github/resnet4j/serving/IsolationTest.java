package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bars S-1 and S-10: every client gets the answer to its own image, and the figures count every request. */
@Timeout(7200)
final class IsolationTest {
    private static final int CLIENTS = 32;
    private static final int IMAGES = 64;
    private static final int REQUESTS = Bars.count(30, 10_000);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    static Path folder;

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "16, 0, 1e-5", "16, 3, 1e-5"})
    void everyClientGetsItsOwnAnswer(int batch, int delay, double tolerance) {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            images.add(TinyModel.image(i));
        }
        List<float[]> expected = expected(file, images);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (TestServer server = TestServer.unlogged(
                TestServer.OPTIONS.withBatching(new ServerOptions.Batching(
                        batch, Duration.ofMillis(delay), 2 * CLIENTS, Duration.ofMinutes(5))),
                TinyModel.entry("tiny", 1, file))) {
            List<CompletableFuture<Integer>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(client);
                clients.add(
                        CompletableFuture.supplyAsync(() -> ask(server, random, images, expected, tolerance), threads));
            }
            int right = clients.stream().mapToInt(CompletableFuture::join).sum();
            assertThat(right).isEqualTo(CLIENTS * REQUESTS);
            assertThat(server.metric("resnet4j_requests_total{code=\"200\",endpoint=\"/v2/models/{name}/infer\"}"))
                    .isEqualTo(CLIENTS * REQUESTS);
            assertThat(server.metric("resnet4j_batch_size_sum{model=\"tiny\",version=\"1\"}"))
                    .isEqualTo(CLIENTS * REQUESTS);
            assertThat(server.metric("resnet4j_request_seconds_count{endpoint=\"/v2/models/{name}/infer\"}"))
                    .isEqualTo(CLIENTS * REQUESTS);
            System.out.println("trials: " + right);
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<float[]> expected(Path file, List<byte[]> images) {
        try (Predictor predictor = Predictor.open(file, 1, Engine.AUTO)) {
            List<float[]> expected = images.stream()
                    .map(image -> predictor.prepare(ImageDecoder.decode(image, Path.of("image"))))
                    .map(prepared -> predictor
                            .rows(List.of(prepared), predictor::probabilities)
                            .get(0))
                    .toList();
            assertThat(expected.stream().map(Arrays::toString))
                    .as("a model that says the same of every image would prove nothing")
                    .doesNotHaveDuplicates();
            return expected;
        }
    }

    /** How many answers are right. */
    private static int ask(
            TestServer server, Random random, List<byte[]> images, List<float[]> expected, double tolerance) {
        int right = 0;
        try (KeptConnection connection = new KeptConnection(server)) {
            for (int i = 0; i < REQUESTS; i++) {
                int which = random.nextInt(IMAGES);
                KeptConnection.Reply reply = connection.infer(images.get(which));
                assertThat(reply.status()).isEqualTo(200);
                JsonNode data =
                        JSON.readTree(reply.body()).get("outputs").get(0).get("data");
                right += isClose(data, expected.get(which), tolerance) ? 1 : 0;
            }
        }
        return right;
    }

    private static boolean isClose(JsonNode data, float[] expected, double tolerance) {
        for (int c = 0; c < expected.length; c++) {
            if (!(Math.abs((float) data.get(c).asDouble() - expected[c]) <= tolerance)) {
                return false;
            }
        }
        return data.size() == expected.length;
    }
}
