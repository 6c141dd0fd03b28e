package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bar S-12: who is let in. */
@Timeout(120)
final class AccessTest {
    private static final String TOKEN = "0123456789abcdef-secret";

    @TempDir
    Path folder;

    @Test
    void onlyClientsWithTheTokenAreAnswered() {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        try (TestServer server =
                TestServer.of(TestServer.OPTIONS.withToken(Optional.of(TOKEN)), TinyModel.entry("tiny", 1, file))) {
            for (String path : List.of("/v2", "/v2/models", "/v2/models/tiny", "/metrics")) {
                TestServer.Reply refused = server.get(path).isError(401);
                assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
                for (String wrong :
                        List.of("Bearer " + TOKEN + "x", "Bearer ", "Basic " + TOKEN, TOKEN, "Bearer x y")) {
                    server.send(server.request(path).header("Authorization", wrong))
                            .isError(401);
                }
                assertThat(server.send(server.request(path).header("Authorization", "Bearer " + TOKEN))
                                .status())
                        .isEqualTo(200);
            }
            server.send(server.image(1)).isError(401);
            assertThat(server.send(server.image(1).header("Authorization", "bearer " + TOKEN))
                            .status())
                    .isEqualTo(200);
            for (String open : List.of("/", "/page.js", "/openapi.json", "/health/live", "/v2/health/ready")) {
                assertThat(server.get(open).status()).as(open).isEqualTo(200);
            }
            assertThat(server.log).noneMatch(line -> line.contains("secret"));
        }
    }

    /** A page whose name was made to lead here, and one that posts a form here. */
    @Test
    void pagesOfOtherSitesAreNotAnswered() {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        try (TestServer server = TestServer.of(TestServer.OPTIONS, TinyModel.entry("tiny", 1, file))) {
            for (String own : List.of("localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080", "192.168.0.7")) {
                assertThat(status(server, "GET /v2 HTTP/1.1", "Host: " + own))
                        .as(own)
                        .contains(" 200 ");
            }
            for (String other :
                    List.of("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example")) {
                assertThat(status(server, "GET /v2 HTTP/1.1", "Host: " + other))
                        .as(other)
                        .contains(" 403 ");
            }
            server.send(server.image(1).header("Sec-Fetch-Site", "cross-site")).isError(403);
            assertThat(server.send(server.image(1).header("Sec-Fetch-Site", "same-origin"))
                            .status())
                    .isEqualTo(200);
            assertThat(server.send(server.request("/").header("Sec-Fetch-Site", "cross-site"))
                            .status())
                    .as("a link to the page")
                    .isEqualTo(200);
            assertThat(server.log)
                    .anyMatch(line -> line.contains("\"model\":\"tiny:1\",\"images\":1"))
                    .anyMatch(line -> line.contains("\"reason\":\"other_site\""));
        }
        try (TestServer server =
                TestServer.of(TestServer.OPTIONS.withToken(Optional.of(TOKEN)), TinyModel.entry("tiny", 1, file))) {
            assertThat(status(server, "GET /v2 HTTP/1.1", "Host: any.example", "Authorization: Bearer " + TOKEN))
                    .as("behind a proxy, for clients with the token")
                    .contains(" 200 ");
        }
    }

    /** The first line of the reply. */
    private static String status(TestServer server, String... lines) {
        try (Socket socket = server.connect()) {
            String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void othersThanThisMachineNeedAToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerOptions.DEFAULT.at("0.0.0.0", 0))
                .withMessageContaining("token");
        assertThatIllegalArgumentException().isThrownBy(() -> ServerOptions.DEFAULT.at("::", 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerOptions.DEFAULT.withToken(Optional.of("short")))
                .withMessageContaining("16");
        assertThat(ServerOptions.DEFAULT
                        .withToken(Optional.of(TOKEN))
                        .at("0.0.0.0", 0)
                        .host())
                .isEqualTo("0.0.0.0");
        assertThat(ServerOptions.DEFAULT.at("::1", 0).host()).isEqualTo("::1");
        assertThat(ServerOptions.DEFAULT.host()).isEqualTo("127.0.0.1");
    }

    @Test
    void namesAreFitForAddresses() {
        for (String name : List.of("", ".", "../x", "a/b", "a b", "-x", "ä", "x".repeat(101))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TinyModel.entry(name, 1, Path.of("x")))
                    .withMessageContaining("NAME=FILE");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> TinyModel.entry("a", 0, Path.of("x")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PredictionServer.bind(
                        List.of(TinyModel.entry("a", 1, Path.of("x")), TinyModel.entry("a", 1, Path.of("y"))),
                        TestServer.OPTIONS,
                        line -> {}))
                .withMessageContaining("a:1");
    }
}
