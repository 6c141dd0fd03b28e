package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as a process: it starts, answers, reloads, stops; or says why not. */
@Timeout(300)
class ServeIT {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String address(Cli.Started server) {
        server.await(() -> read(server.err()).contains("serving at "));
        return read(server.err()).replaceAll("(?s).*serving at (\\S+)/.*", "$1");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(
                request.header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder image(String address, String model) throws IOException {
        Path image = Trained.images().resolve("train/star/star-0000.png");
        return HttpRequest.newBuilder(URI.create(address + "/predictions/" + model))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofFile(image));
    }

    @Test
    void servesUntilItIsStopped() throws Exception {
        Path file = Files.copy(Path.of(Trained.model()), folder.resolve("shapes.zip"));
        Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        try (Cli.Started server = Cli.in(folder)
                .start(
                        "serve",
                        "shapes.zip",
                        "--model",
                        "cifar:3=resnet20-cifar.r4j_cifar10jpeg",
                        "--port",
                        "0",
                        "--token-file",
                        token.toString(),
                        "--offline")) {
            String address = address(server);
            assertThat(send(image(address, "shapes")).body()).contains("\"className\":\"star\"");
            assertThat(send(image(address, "cifar/3")).statusCode()).isEqualTo(200);
            assertThat(client.send(image(address, "shapes").build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            Files.writeString(file, "garbage");
            server.await(() -> read(server.out()).contains("\"event\":\"reload_refused\""));
            assertThat(send(image(address, "shapes")).statusCode()).isEqualTo(200);
            server.signal("TERM");
            Cli.Outcome outcome = server.outcome();
            assertThat(outcome.code()).isEqualTo(143);
            assertThat(outcome.out().lines().toList())
                    .allSatisfy(line -> assertThat(line).startsWith("{\"time\":"))
                    .last()
                    .asString()
                    .contains("\"event\":\"stopped\"");
            assertThat(outcome.out() + outcome.err()).doesNotContain(TOKEN);
        }
    }

    @Test
    void saysWhatKeepsItFromServing() throws IOException {
        Cli cli = Cli.shared(folder);
        String model = Trained.model();
        Path garbage = Files.writeString(folder.resolve("garbage.zip"), "garbage");
        cli.run("serve").failsWith(ExitCode.USAGE, "name at least one");
        cli.run("serve", model, "--host", "0.0.0.0").failsWith(ExitCode.USAGE, "token");
        cli.run("serve", model, model).failsWith(ExitCode.USAGE, "quickstart:1");
        cli.run("serve", "a b=" + model).failsWith(ExitCode.BAD_INPUT, "a b=");
        cli.run("serve", "x:0=" + model).failsWith(ExitCode.USAGE, "from 1");
        cli.run("serve", model, "--batch", "0").failsWith(ExitCode.USAGE, "at least 1");
        cli.run("serve", model, "--port", "70000").failsWith(ExitCode.USAGE, "65535");
        cli.run("serve", garbage.toString(), "--port", "0").failsWith(ExitCode.BAD_INPUT, "garbage.zip");
        cli.run("serve", "absent.zip").failsWith(ExitCode.BAD_INPUT, "absent.zip");
        cli.env("RESNET4J_TOKEN", "short").run("serve", model).failsWith(ExitCode.USAGE, "16");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            cli.run("serve", model, "--port", String.valueOf(taken.getLocalPort()))
                    .failsWith(ExitCode.USAGE, "--port", String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void saysWhichTokenFileItCannotRead() throws IOException {
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, (byte) 0xFE, 1});
        Cli cli = Cli.in(folder);
        cli.run("serve", Trained.model(), "--token-file", "binary")
                .failsWith(ExitCode.DISK, "binary: cannot be read: not UTF-8 text");
        cli.run("serve", Trained.model(), "--token-file", ".")
                .failsWith(ExitCode.DISK, ".: cannot be read: is a folder");
    }
}
