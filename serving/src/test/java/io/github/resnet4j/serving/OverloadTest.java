package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More than a model can do. Its thread is held, so that nothing depends on how fast this machine is. */
@Timeout(120)
final class OverloadTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    private static Path file;

    @BeforeAll
    static void write() {
        file = TinyModel.write(folder.resolve("tiny.zip"), 1);
    }

    private static TestServer server(int batch, int queue, Duration deadline) {
        return TestServer.of(
                TestServer.OPTIONS.withBatching(new ServerOptions.Batching(batch, Duration.ZERO, queue, deadline)),
                TinyModel.entry("tiny", 1, file));
    }

    @Test
    void refusesWhatHasNoPlaceAndAnswersTheRest() {
        try (TestServer server = server(4, 3, LONG)) {
            List<CompletableFuture<TestServer.Reply>> waiting = new ArrayList<>();
            try (TestServer.Held held = server.hold("tiny")) {
                for (int i = 0; i < 3; i++) {
                    waiting.add(server.later(server.image(i)));
                }
                TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") >= 4);
                TestServer.Reply refused = server.send(server.image(9)).isError(429);
                assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
                // Neither health nor figures wait for a model.
                assertThat(server.get("/health/live").status()).isEqualTo(200);
                assertThat(server.get("/health/ready").status()).isEqualTo(200);
                assertThat(server.metric("resnet4j_refused_total{reason=\"queue_full\"}"))
                        .isEqualTo(1);
                assertThat(waiting).noneMatch(CompletableFuture::isDone);
            }
            assertThat(waiting)
                    .allSatisfy(reply -> assertThat(reply.join().status()).isEqualTo(200));
            assertThat(server.send(server.image(9)).status()).isEqualTo(200);
        }
    }

    @Test
    void imagesThatWaitRunTogether() {
        try (TestServer server = server(8, 20, LONG)) {
            List<CompletableFuture<TestServer.Reply>> waiting = new ArrayList<>();
            try (TestServer.Held held = server.hold("tiny")) {
                for (int i = 0; i < 8; i++) {
                    waiting.add(server.later(server.image(i)));
                }
                TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") >= 9);
            }
            waiting.forEach(CompletableFuture::join);
            // The held one was in a batch that was being put together, and took in what came.
            assertThat(server.metric("resnet4j_batch_size_sum{model=\"tiny\",version=\"1\"}"))
                    .isEqualTo(9);
            assertThat(server.metric("resnet4j_batch_size_count{model=\"tiny\",version=\"1\"}"))
                    .isEqualTo(2);
        }
    }

    @Test
    void computesNothingBehindItsDeadline() {
        try (TestServer server = server(1, 8, Duration.ofMillis(50))) {
            try (TestServer.Held held = server.hold("tiny")) {
                server.send(server.image(1)).isError(504);
                server.send(server.image(2)).isError(504);
            }
            TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") == 0);
            assertThat(server.metric("resnet4j_batch_size_sum{model=\"tiny\",version=\"1\"}"))
                    .as("images computed: that of the holder")
                    .isEqualTo(1);
            assertThat(server.metric("resnet4j_refused_total{reason=\"deadline\"}"))
                    .isEqualTo(2);
        }
    }

    @Test
    void computesNothingForClientsThatLeft() throws IOException {
        try (TestServer server = server(1, 40, LONG)) {
            List<Socket> clients = new ArrayList<>();
            CompletableFuture<TestServer.Reply> patient;
            try (TestServer.Held held = server.hold("tiny")) {
                byte[] image = TinyModel.image(1);
                for (int i = 0; i < 20; i++) {
                    Socket client = server.connect();
                    client.getOutputStream()
                            .write(("POST /predictions/tiny HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                                            + image.length + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    client.getOutputStream().write(image);
                    clients.add(client);
                }
                patient = server.later(server.image(2));
                TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") >= 22);
                for (Socket client : clients) {
                    client.close();
                }
            }
            assertThat(patient.join().status()).isEqualTo(200);
            TestServer.await(() -> server.metric("resnet4j_refused_total{reason=\"client_left\"}") == 20);
            assertThat(server.metric("resnet4j_batch_size_sum{model=\"tiny\",version=\"1\"}"))
                    .as("images computed: that of the holder, and of the client that stayed")
                    .isEqualTo(2);
        }
    }

    /** What is read to see whether a client is still there may be its next request. */
    @Test
    void answersRequestsThatComeBeforeTheAnswerToTheLast() throws IOException {
        try (TestServer server = server(1, 8, LONG)) {
            byte[] image = TinyModel.image(1);
            byte[] head = ("POST /predictions/tiny HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + image.length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            try (Socket client = server.connect()) {
                try (TestServer.Held held = server.hold("tiny")) {
                    client.getOutputStream().write(head);
                    client.getOutputStream().write(image);
                    TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") >= 2);
                    for (int i = 0; i < 20; i++) {
                        client.getOutputStream()
                                .write("GET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                    client.getOutputStream()
                            .write("GET /v2/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    client.getOutputStream().flush();
                }
                String replies = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(replies.split("HTTP/1.1 200 OK", -1)).hasSize(23);
                assertThat(replies).contains("className").endsWith("{\"models\":[\"tiny\"]}");
            }
        }
    }
}
