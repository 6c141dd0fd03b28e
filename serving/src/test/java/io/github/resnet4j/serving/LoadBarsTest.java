package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.serving.ServerOptions.Batching;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bars S-4, S-5, S-7 to S-11 and S-13 with figures on the standard output: {@code -Dserving.full=true}, and
 * {@code -Dserving.seconds=N} for the length of the overload and of each of the soak's quarters, 600 by default. What it
 * asserts are answers, never times.
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

    /** Prints a figure; the harness of the module faults gathers these lines. */
    private static void figure(String format, Object... values) {
        System.out.printf(Locale.ROOT, "figure: " + format + "%n", values);
    }

    /** Says that a figure misses its bar: the harness calls the row short. */
    private static void require(boolean met, String asked) {
        if (!met) {
            System.out.println("short of: " + asked);
        }
    }

    private static TestServer server(Duration deadline) {
        return TestServer.unlogged(
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
                    .forEach(status -> figure(
                            "%s: %d: %.0f/s, p50 %.1f ms, p99 %.1f ms",
                            what, status, rate(status), percentile(status, 0.5), percentile(status, 0.99)));
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
            figure("live during overload: p99 %.1f ms", health.join()[0]);
            figure(
                    "goodput %.0f %% of capacity; resident %.0f -> %.0f MiB",
                    100 * over.rate(200) / peak.rate(200), before, residentMebibytes());
            Figures after = Figures.of(server, FEW, Math.max(1, SECONDS / 60));
            after.print("afterwards, " + FEW + " clients");
            require(over.rate(200) >= 0.9 * peak.rate(200), "goodput of 90 %");
            require(over.percentile(429, 0.99) <= 50, "p99 of refusals of 50 ms");
            require(health.join()[0] <= 5, "p99 of live of 5 ms");
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
            Figures normal = Figures.of(server, FEW, seconds);
            normal.print("normal");
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Socket client = server.connect();
                client.getOutputStream().write("GET /v2 HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                slow.add(client);
            }
            Figures with = Figures.of(server, FEW, seconds);
            with.print("with 1,000 slow connections");
            require(with.percentile(200, 0.99) <= 2 * normal.percentile(200, 0.99), "p99 at most doubled");
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
            // A fast server may have answered all before anybody looks.
            TestServer.await(() -> server.underWay() >= 1 || sent.stream().allMatch(CompletableFuture::isDone));
            server.close();
            answered[trial] = (int) sent.stream()
                    .filter(reply -> !reply.isCompletedExceptionally())
                    .filter(reply ->
                            reply.join().status() == 200 || reply.join().status() == 503)
                    .count();
        }
        figure("answered of 50: %s", Arrays.toString(answered));
        assertThat(answered).containsOnly(50);
    }

    /** S-4: what clients that send without an end take of the heap. */
    @Test
    void uploads() throws Exception {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            send(server, true);
            for (boolean declared : new boolean[] {true, false}) {
                long before = liveHeap();
                AtomicBoolean over = new AtomicBoolean();
                CompletableFuture<Long> most = CompletableFuture.supplyAsync(() -> {
                    long largest = 0;
                    while (!over.get()) {
                        largest = Math.max(largest, liveHeap());
                    }
                    return largest;
                });
                ExecutorService threads = Executors.newFixedThreadPool(100);
                List<CompletableFuture<String>> replies = IntStream.range(0, 100)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> send(server, declared), threads))
                        .toList();
                List<String> statuses =
                        replies.stream().map(CompletableFuture::join).toList();
                over.set(true);
                threads.shutdown();
                double grown = (most.join() - before) / 1048576.0;
                require(grown <= 38, "38 MiB of heap");
                figure(
                        "100 uploads of 1 GiB, %s length: live heap grew by %.0f MiB at most; answers %s",
                        declared ? "declared" : "no",
                        grown,
                        statuses.stream().collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting())));
                assertThat(statuses).isSubsetOf("413", "429", "gone");
                assertThat(server.send(server.image(1)).status()).isEqualTo(200);
            }
        }
    }

    /** The status, or {@code gone} if the server ended the connection before it could be read. */
    private static String send(TestServer server, boolean declared) {
        byte[] part = new byte[1 << 16];
        byte[] head = (Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket client = server.connect()) {
            OutputStream out = client.getOutputStream();
            out.write(("POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                            + (declared ? "Content-Length: 1073741824" : "Transfer-Encoding: chunked") + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            try {
                for (int i = 0;
                        i < (1 << 30) / part.length && client.getInputStream().available() == 0;
                        i++) {
                    if (!declared) {
                        out.write(head);
                    }
                    out.write(part);
                    if (!declared) {
                        out.write(new byte[] {'\r', '\n'});
                    }
                }
            } catch (IOException e) {
                // refused meanwhile: the reply may be there
            }
            byte[] status = client.getInputStream().readNBytes(12);
            return status.length == 12 ? new String(status, 9, 3, StandardCharsets.US_ASCII) : "gone";
        } catch (IOException e) {
            return "gone";
        }
    }

    /** What the last collection left. */
    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    /** S-10: figures after every address that clients may make up. */
    @Test
    void scrapes() {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            for (int i = 0; i < 10_000; i++) {
                server.get("/v2/models/" + i + "/infer");
            }
            List<Double> times = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                long asked = System.nanoTime();
                assertThat(server.get("/metrics").status()).isEqualTo(200);
                times.add((System.nanoTime() - asked) / 1e6);
            }
            String text = server.get("/metrics").text();
            Matcher label = Pattern.compile("(\\w+)=\"([^\"]*)\"").matcher(text);
            Map<String, Set<String>> values = new TreeMap<>();
            while (label.find()) {
                values.computeIfAbsent(label.group(1), key -> new TreeSet<>()).add(label.group(2));
            }
            double slow = times.stream().sorted().skip(494).findFirst().orElseThrow();
            require(slow <= 20, "20 ms for a scrape");
            figure(
                    "scrape of %d lines: p99 %.1f ms; most values of a label: %d",
                    text.lines().count(),
                    slow,
                    values.values().stream().mapToInt(Set::size).max().orElseThrow());
            assertThat(values.values()).allMatch(each -> each.size() <= 50);
        }
    }

    /** S-11: hours in minutes. */
    @Test
    void soak() throws IOException {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            Figures.of(server, FEW, Math.max(1, SECONDS / 10)); // warm
            for (int quarter = 1; quarter <= 4; quarter++) {
                Figures figures = Figures.of(server, FEW, SECONDS);
                figures.print("quarter " + quarter);
                System.out.println("trials: " + SECONDS / 60);
                System.gc();
                try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                    figure("resident %.0f MiB, %d open files", residentMebibytes(), open.count());
                }
                assertThat(figures.byStatus.keySet()).containsOnly(200);
            }
        }
    }

    /** S-13: native memory runs out in the middle of the work, and comes back. */
    @Test
    void noNativeMemory() {
        try (TestServer server = server(Duration.ofSeconds(5))) {
            String before = server.send(server.image(1)).text();
            List<BytePointer> taken = new ArrayList<>();
            try {
                while (true) {
                    taken.add(new BytePointer(1 << 20));
                }
            } catch (OutOfMemoryError e) {
                figure("took %d MiB of native memory", taken.size());
            }
            Map<Integer, Long> statuses = IntStream.range(0, 20)
                    .mapToObj(i -> server.send(server.image(i)).status())
                    .collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
            figure("answers meanwhile: %s", statuses);
            assertThat(statuses.keySet()).isSubsetOf(200, 503);
            taken.forEach(BytePointer::close);
            long free = System.nanoTime();
            TestServer.await(() -> server.send(server.image(1)).text().equals(before));
            double seconds = (System.nanoTime() - free) / 1e9;
            require(seconds <= 5, "answers after 5 s");
            figure("answers again after %.2f s", seconds);
        }
    }
}
