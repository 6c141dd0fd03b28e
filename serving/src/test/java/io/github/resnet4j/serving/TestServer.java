package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.serving.internal.model.Answer;
import io.github.resnet4j.serving.internal.model.Client;
import io.github.resnet4j.serving.internal.model.ServedModel;
import io.github.resnet4j.serving.internal.model.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server with tiny models on a free port, and a client of it. */
final class TestServer implements AutoCloseable {
    static final ServerOptions OPTIONS = ServerOptions.DEFAULT.at("127.0.0.1", 0);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Far beyond anything here; only what hangs is ended by it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final List<String> log = new CopyOnWriteArrayList<>();
    final PredictionServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestServer(ServerOptions options, List<ModelEntry> models, boolean logged) {
        try {
            this.server = PredictionServer.bind(models, options, logged ? log::add : line -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TestServer bound(ServerOptions options, ModelEntry... models) {
        return new TestServer(options, List.of(models), true);
    }

    /** For more requests than a log in memory can hold: {@link #log} stays empty. */
    static TestServer unlogged(ServerOptions options, ModelEntry... models) {
        return loaded(new TestServer(options, List.of(models), false));
    }

    /** With models loaded; files are looked at every 20 ms. */
    static TestServer of(ServerOptions options, ModelEntry... models) {
        return loaded(bound(options, models));
    }

    private static TestServer loaded(TestServer made) {
        made.server.load(Duration.ofMillis(20));
        return made;
    }

    /** One model called {@code tiny}. */
    static TestServer tiny(Path file) {
        return of(OPTIONS, TinyModel.entry("tiny", 1, file));
    }

    /** A reply, whole. */
    record Reply(int status, HttpHeaders headers, byte[] body) {
        JsonNode json() {
            return JSON.readTree(body);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Asserts the status, and an error in one short line without secrets. */
        Reply isError(int expected) {
            assertThat(status).as(text()).isEqualTo(expected);
            requireError(text());
            return this;
        }
    }

    /** Every error is JSON of at most 1 KiB, without a stack trace or a path. */
    static void requireError(String body) {
        assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(1024);
        assertThat(JSON.readTree(body).get("error").asString()).isNotBlank();
        assertThat(body)
                .doesNotContain(
                        "\tat ", "Exception", "org.eclipse", "io.github", "java.", System.getProperty("user.dir"));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.address().resolve(path)).timeout(PATIENCE);
    }

    Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> reply = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(reply.statusCode(), reply.headers(), reply.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<Reply> later(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(reply -> new Reply(reply.statusCode(), reply.headers(), reply.body()));
    }

    Reply get(String path) {
        return send(request(path));
    }

    HttpRequest.Builder posting(String path, String type, byte[] body) {
        return request(path).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    Reply post(String path, String type, byte[] body) {
        return send(posting(path, type, body));
    }

    Reply post(String path, String json) {
        return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** An image as it is. */
    HttpRequest.Builder image(int number) {
        return posting("/predictions/tiny", "image/png", TinyModel.image(number));
    }

    /**
     * What is answered to bytes on a connection of their own, until the server ends it.
     *
     * @param ends whether the client then says that it sends no more; otherwise it waits
     */
    String raw(boolean ends, byte[]... parts) {
        try (Socket socket = connect()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                for (byte[] part : parts) {
                    socket.getOutputStream().write(part);
                }
                socket.getOutputStream().flush();
                if (ends) {
                    socket.shutdownOutput();
                }
            } catch (IOException e) {
                // The server has heard enough; what it said can still be read.
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(out);
            } catch (IOException e) {
                // A reset behind the reply: the server did not read everything.
            }
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Socket connect() throws IOException {
        URI address = server.address();
        return new Socket(InetAddress.getByName(address.getHost()), address.getPort());
    }

    /** The value of a line of {@code /metrics}; 0 if there is none. */
    double metric(String line) {
        return get("/metrics")
                .text()
                .lines()
                .filter(each -> each.startsWith(line + " "))
                .mapToDouble(each -> Double.parseDouble(each.substring(line.length() + 1)))
                .sum();
    }

    /** Requests that are not answered yet, as {@code /metrics} counts them: that for the figures is one. */
    int underWay() {
        return (int) metric("resnet4j_requests_in_flight") - 1;
    }

    /** Asks a model's network directly. */
    CompletableFuture<Answer> ask(String name, float[] image) {
        return put(name, image, new Client() {
            @Override
            public boolean isGone() {
                return false;
            }

            @Override
            public boolean begin() {
                return true;
            }
        });
    }

    private CompletableFuture<Answer> put(String name, float[] image, Client client) {
        ServedModel model = server.models().find(name, OptionalInt.empty()).orElseThrow();
        try (ServedModel.Lease lease = model.lease(1).orElseThrow()) {
            return lease.places().put(new Work(image, false, client));
        }
    }

    /** The threads of a model, held until they are let go: the one that begins a batch lets no other begin. */
    final class Held implements AutoCloseable {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        final CompletableFuture<Answer> answer;

        private Held(String name) {
            Client blocking = new Client() {
                @Override
                public boolean isGone() {
                    return false;
                }

                @Override
                public boolean begin() {
                    reached.countDown();
                    await(free);
                    return true;
                }
            };
            answer = put(name, new float[3 * TinyModel.SIDE * TinyModel.SIDE], blocking);
            await(reached);
        }

        @Override
        public void close() {
            free.countDown();
            answer.join();
        }
    }

    Held hold(String name) {
        return new Held(name);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for what must come; only a test's own time limit ends it. */
    static void await(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
