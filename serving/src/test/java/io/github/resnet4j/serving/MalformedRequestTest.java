package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bars S-2, S-7 and S-13: whatever is sent, it is refused in the same form, and the next request is answered. */
@Timeout(120)
final class MalformedRequestTest {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    @TempDir
    static Path folder;

    private static Path file;
    private static TestServer server;
    private static String golden;

    @BeforeAll
    static void start() {
        file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        server = TestServer.tiny(file);
        golden = server.send(server.image(7)).text();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<MalformedRequests.Case> cases() {
        return MalformedRequests.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedAndTheNextIsAnswered(MalformedRequests.Case one) {
        requireRefusal(server.raw(one.ends(), one.parts()), one.codes());
        TestServer.Reply next = server.send(server.image(7));
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.text()).isEqualTo(golden);
    }

    private static void requireRefusal(String replies, List<Integer> codes) {
        Matcher status = STATUS.matcher(replies);
        if (!status.lookingAt()) {
            assertThat(replies).as("a reply").isEmpty();
            assertThat(codes).as("may be closed without a reply").contains(0);
            return;
        }
        assertThat(codes).as(replies).contains(Integer.parseInt(status.group(1)));
        String head = replies.substring(0, replies.indexOf("\r\n\r\n"));
        assertThat(head).containsIgnoringCase("Content-Type: application/json");
        int length = Integer.parseInt(head.replaceAll("(?is).*Content-Length: (\\d+).*", "$1"));
        String body = replies.substring(head.length() + 4);
        TestServer.requireError(
                new String(Arrays.copyOf(body.getBytes(StandardCharsets.UTF_8), length), StandardCharsets.UTF_8));
    }

    @Test
    void slowClientsAreEnded() throws IOException {
        ServerOptions.Limits limits = new ServerOptions.Limits(
                1 << 20, 1_000_000, 500, Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(900));
        try (TestServer slow = TestServer.of(TestServer.OPTIONS.withLimits(limits), TinyModel.entry("tiny", 1, file))) {
            List<Socket> idle = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Socket client = slow.connect();
                client.getOutputStream().write("GET /v2 HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                idle.add(client);
            }
            assertThat(slow.send(slow.image(7)).text()).isEqualTo(golden);
            requireRefusal(until(slow, "GET /v2 HTTP/1.1\r\nHost: localhost\r\nX: ", "a"), List.of(408));
            requireRefusal(
                    until(slow, "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", "a"),
                    List.of(408));
            for (Socket client : idle) {
                String reply = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                requireRefusal(reply, List.of(408));
                client.close();
            }
            assertThat(slow.metric("resnet4j_requests_total{code=\"408\",endpoint=\"other\"}"))
                    .isEqualTo(201);
            assertThat(slow.send(slow.image(7)).text()).isEqualTo(golden);
        }
    }

    /** Sends {@code drop} after {@code start} again and again until the server ends it; gives what it said. */
    private static String until(TestServer slow, String start, String drop) throws IOException {
        try (Socket client = slow.connect()) {
            client.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
            Thread drops = new Thread(() -> {
                try {
                    while (true) {
                        client.getOutputStream().write(drop.getBytes(StandardCharsets.US_ASCII));
                        Thread.sleep(20);
                    }
                } catch (IOException | InterruptedException e) {
                    // ended
                }
            });
            drops.start();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                client.getInputStream().transferTo(out);
            } catch (IOException e) {
                // a reset behind the reply
            }
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    /** A large body is refused by its length alone, and one without a length when it has become too long. */
    @Test
    void largeBodiesAreNotRead() throws IOException {
        try (Socket client = server.connect()) {
            client.getOutputStream()
                    .write(
                            "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String reply = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(reply).startsWith("HTTP/1.1 413 ").doesNotContain("100 Continue");
        }
    }
}
