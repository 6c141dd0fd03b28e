package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

/** Bar S-9: a server that stops answers all that it has taken, and takes nothing more. */
@Timeout(120)
final class StopTest {
    @TempDir
    static Path folder;

    private static Path file;

    @BeforeAll
    static void write() {
        file = TinyModel.write(folder.resolve("tiny.zip"), 1);
    }

    @Test
    void answersWhatIsUnderWay() throws Exception {
        TestServer server = TestServer.of(
                TestServer.OPTIONS.withBatching(
                        new ServerOptions.Batching(4, Duration.ZERO, 60, Duration.ofMinutes(1))),
                TinyModel.entry("tiny", 1, file));
        List<CompletableFuture<TestServer.Reply>> waiting = new ArrayList<>();
        CompletableFuture<Void> closing;
        try (Socket kept = server.connect()) {
            try (TestServer.Held held = server.hold("tiny")) {
                for (int i = 0; i < 50; i++) {
                    waiting.add(server.later(server.image(i)));
                }
                TestServer.await(() -> server.metric("resnet4j_queue_depth{model=\"tiny\",version=\"1\"}") >= 51);
                closing = CompletableFuture.runAsync(server::close);
                TestServer.await(() -> server.log.stream().anyMatch(line -> line.contains("\"event\":\"stopping\"")));
                // On a connection that was open before: not ready any more, but alive, and no new work.
                assertThat(ask(kept, "GET /health/ready")).startsWith("HTTP/1.1 503 ");
                TestServer.await(() -> refuses(server));
                assertThat(closing).isNotDone();
            }
            assertThat(waiting).allSatisfy(reply -> {
                assertThat(reply.join().status()).isEqualTo(200);
                assertThat(reply.join().headers().firstValue("Connection")).hasValue("close");
            });
        }
        closing.join();
        server.close();
        assertThat(server.log.get(server.log.size() - 1)).contains("\"event\":\"stopped\"");
    }

    private static String ask(Socket client, String request) throws IOException {
        client.getOutputStream()
                .write((request + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static boolean refuses(TestServer server) {
        try (Socket another = server.connect()) {
            return another.isClosed();
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aPortInUseIsSaidAtOnce() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> PredictionServer.bind(
                            List.of(TinyModel.entry("tiny", 1, file)),
                            ServerOptions.DEFAULT.at("127.0.0.1", taken.getLocalPort()),
                            line -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }
}
