package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.serving.ServerOptions.Batching;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bars S-5, S-7, S-8 and S-9 at full length, with figures on the standard output: {@code -Dserving.full=true}, and {@code
 * -Dserving.seconds=N} for the length of the overload, 600 by default. What it asserts are answers, never times.
 */
@EnabledIfSystemProperty(named = "serving.full", matches = "true")
final class LoadBarsTest {
    private static final int SECONDS = Integer.getInteger("serving.seconds", 600);
    private static final int FEW = 8;
    private static final int MANY = 160;

    @TempDir
    static Path folder;

    private static Path file;

    @BeforeAll
    static void write() {
        file = TinyModel.write(folder.resolve("tiny.zip"), 1);
    }

    private static TestServer server(Duration deadline) {
        return TestServer.of(
                TestServer.OPTIONS.withBatching(new Batching(16, Duration.ZERO, 100, deadline)),
                TinyModel.entry("tiny", 1, file));
    }

    /** Latencies in milliseconds by status. */
    private static final class Figures {
        private final Map<Integer, List<Double>> byStatus = new TreeMap<>();
        private double seconds;

        static Figures of(TestServer server, int clients, int seconds) {
            Figures all = new Figures();
            ExecutorService threads = Executors.newFixedThreadPool(clients);
            long start = System.nanoTime();
            long end = start + seconds * 1_000_000_000L;
            List<CompletableFuture<Figures>> each = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                byte[] image = TinyModel.image(i);
                each.add(CompletableFuture.supplyAsync(() -> client(server, image, end), threads));
            }
            each.forEach(one -> one.join().byStatus.forEach((status, times) -> all.byStatus
                    .computeIfAbsent(status, key -> new ArrayList<>())
                    .addAll(times)));
            all.seconds = (System.nanoTime() - start) / 1e9;
            threads.shutdown();
            return all;
        }

        private static Figures client(TestServer server, byte[] image, long end) {
            Figures own = new Figures();
            try (KeptConnection connection = new KeptConnection(server)) {
                while (System.nanoTime() < end) {
                    long asked = System.nanoTime();
                    int status = connection.infer(image).status();
                    own.byStatus
                            .computeIfAbsent(status, key -> new ArrayList<>())
                            .add((System.nanoTime() - asked) / 1e6);
                }
            }
            return own;
        }

        double rate(int status) {
            return byStatus.getOrDefault(status, List.of()).size() / seconds;
        }

        double percentile(int status, double share) {
            double[] sorted = byStatus.getOrDefault(status, List.of(Double.NaN)).stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
        }

        void print(String what) {
            byStatus.keySet()
                    .forEach(status -> System.out.printf(
                            Locale.ROOT,
                            "%s: %d: %.0f/s, p50 %.1f ms, p99 %.1f ms%n",
                            what,
                            status,
                            rate(status),
                            percentile(status, 0.5),
                            percentile(status, 0.99)));
        }
    }

    private static double residentMebibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    /** S-5 and S-8. */
    @Test
    void overload() throws Exception {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            Figures.of(server, FEW, Math.max(1, SECONDS / 30)); // warm
            Figures peak = Figures.of(server, MANY / 2, Math.max(1, SECONDS / 20));
            peak.print("capacity, " + MANY / 2 + " clients");
            double before = residentMebibytes();
            CompletableFuture<double[]> health = CompletableFuture.supplyAsync(() -> health(server));
            Figures over = Figures.of(server, MANY, SECONDS);
            over.print("overload, " + MANY + " clients");
            System.out.printf(Locale.ROOT, "live during overload: p99 %.1f ms%n", health.join()[0]);
            System.out.printf(
                    Locale.ROOT,
                    "goodput %.0f %% of capacity; resident %.0f -> %.0f MiB%n",
                    100 * over.rate(200) / peak.rate(200),
                    before,
                    residentMebibytes());
            Figures after = Figures.of(server, FEW, Math.max(1, SECONDS / 60));
            after.print("afterwards, " + FEW + " clients");
            assertThat(over.byStatus.keySet()).isSubsetOf(200, 429);
            assertThat(after.byStatus.keySet()).containsOnly(200);
        }
    }

    private static double[] health(TestServer server) {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (System.nanoTime() < end) {
            long asked = System.nanoTime();
            assertThat(server.get("/health/live").status()).isEqualTo(200);
            times.add((System.nanoTime() - asked) / 1e6);
        }
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new double[] {sorted[(int) (0.99 * (sorted.length - 1))]};
    }

    /** S-7. */
    @Test
    void slowloris() throws IOException {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            int seconds = Math.max(1, Math.min(8, SECONDS / 60)); // within the time for a head
            Figures.of(server, FEW, seconds);
            Figures.of(server, FEW, seconds).print("normal");
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Socket client = server.connect();
                client.getOutputStream().write("GET /v2 HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                slow.add(client);
            }
            Figures with = Figures.of(server, FEW, seconds);
            with.print("with 1,000 slow connections");
            assertThat(with.byStatus.keySet()).containsOnly(200);
            for (Socket client : slow) {
                client.close();
            }
        }
    }

    /** S-9: of what was sent before the server began to stop, nothing is lost. */
    @Test
    void stopsUnderLoad() {
        int[] answered = new int[20];
        for (int trial = 0; trial < answered.length; trial++) {
            TestServer server = server(Duration.ofMinutes(1));
            List<CompletableFuture<TestServer.Reply>> sent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sent.add(server.later(server.image(i)));
            }
            TestServer.await(() -> server.underWay() >= 1);
            server.close();
            answered[trial] = (int) sent.stream()
                    .filter(reply -> !reply.isCompletedExceptionally())
                    .filter(reply ->
                            reply.join().status() == 200 || reply.join().status() == 503)
                    .count();
        }
        System.out.println("answered of 50: " + Arrays.toString(answered));
        assertThat(answered).containsOnly(50);
    }
}
