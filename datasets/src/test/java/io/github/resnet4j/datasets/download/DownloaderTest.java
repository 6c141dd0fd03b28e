package io.github.resnet4j.datasets.download;

import static io.github.resnet4j.datasets.download.FaultServer.endsAt;
import static io.github.resnet4j.datasets.download.FaultServer.resetsAt;
import static io.github.resnet4j.datasets.download.FaultServer.stallsAt;
import static io.github.resnet4j.datasets.download.FaultServer.status;
import static io.github.resnet4j.datasets.download.FaultServer.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.resnet4j.datasets.download.FaultServer.Answer;
import io.github.resnet4j.datasets.download.FaultServer.Exchange;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DownloaderTest {
    private static final int SIZE = 200_000;
    private static final int HALF = SIZE / 2;
    private static final byte[] FILE = bytes(1);

    static final DownloadOptions.Patience IMPATIENT = new DownloadOptions.Patience(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            5,
            Duration.ofMillis(1),
            Duration.ofSeconds(120));

    @TempDir
    Path folder;

    private final List<Duration> pauses = new ArrayList<>();
    private FaultServer server;
    private RemoteFile file;
    private Path target;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer(FILE);
        file = server.remoteFile(folder.resolve("scratch"));
        target = folder.resolve("set.tar.gz");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void fetchesAndLeavesNothingElse() throws IOException {
        List<Long> seen = new ArrayList<>();
        DownloadOptions watching = options().withProgress((done, total) -> {
            assertThat(total).isEqualTo(SIZE);
            assertThat(target).as("visible before it was verified").doesNotExist();
            seen.add(done);
        });
        assertThat(downloader(watching).fetch(file, target)).isEqualTo(target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(seen).isSorted().startsWith(0L).endsWith((long) SIZE);
        assertThat(names()).containsExactlyInAnyOrder("set.tar.gz", ".set.tar.gz.lock", ".set.tar.gz.verified");
        assertThat(server.exchanges().get(0).headers).containsEntry("Accept-Encoding", "identity");
    }

    @Test
    void asksNothingIfTheFileIsThere() throws IOException {
        Files.write(target, FILE);
        downloader(options()).fetch(file, target);
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void replacesAWrongFileAndKeepsItAside() throws IOException {
        Files.write(target, bytes(2));
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(folder.resolve("set.tar.gz.bad")).hasBinaryContent(bytes(2));
    }

    static Stream<Arguments> passingFaults() {
        return Stream.of(
                Arguments.of("500, 502, 503", List.of(status(500), status(502), status(503))),
                Arguments.of("429 and 408", List.of(status(429), status(408))),
                Arguments.of("five resets", Collections.nCopies(5, resetsAt(1000))),
                Arguments.of("ends early again and again", List.of(endsAt(10), endsAt(HALF), endsAt(SIZE - 1))),
                Arguments.of("nothing after the headers", List.of(endsAt(0))),
                Arguments.of("short length", List.of(whole("Content-Length: " + (SIZE - 1)))),
                Arguments.of("long length", List.of(whole("Content-Length: " + (SIZE + 1)))),
                Arguments.of("no length, more bytes", List.<Answer>of(exchange -> {
                    exchange.head(200);
                    exchange.send(0, SIZE);
                    exchange.send(0, 7);
                })),
                Arguments.of("gzip as content encoding", List.of(whole("Content-Encoding: gzip"))),
                Arguments.of("206 without a range", List.<Answer>of(exchange -> {
                    exchange.head(206, "Content-Range: bytes 5-" + (SIZE - 1) + "/" + SIZE);
                    exchange.send(5, SIZE);
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passingFaults")
    void completesAfter(String fault, List<Answer> answers) {
        answers.forEach(server::then);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(answers.size() + 1);
        assertThat(pauses).hasSize(answers.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, HALF})
    void completesAfterAStall(int at) {
        server.then(stallsAt(at));
        downloader(wary()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(pauses).isNotEmpty();
    }

    /** The JDK's client repeats a request by itself when the connection breaks before any answer. */
    @Test
    void completesAfterAResetBeforeTheHeaders() {
        server.then(Exchange::reset);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(2);
    }

    @Test
    void acceptsAnAnswerWithoutALength() {
        server.then(whole());
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(1);
    }

    static Stream<Arguments> lastingFaults() {
        return Stream.of(
                Arguments.of("404", NetworkException.class, "status 404 (no such file)", status(404)),
                Arguments.of("403", NetworkException.class, "status 403 (access refused)", status(403)),
                Arguments.of("204", NetworkException.class, "status 204", status(204)),
                Arguments.of(
                        "web page",
                        NetworkException.class,
                        "web page",
                        status(200, "Content-Type: text/html; charset=utf-8")),
                Arguments.of(
                        "redirect without an address", NetworkException.class, "without a usable address", status(302)),
                Arguments.of(
                        "redirect to a file",
                        NetworkException.class,
                        "not http or https",
                        status(302, "Location: file:///etc/passwd")),
                Arguments.of(
                        "redirect to nonsense",
                        NetworkException.class,
                        "without a usable address",
                        status(302, "Location: http://[")),
                Arguments.of(
                        "a long Retry-After",
                        NetworkException.class,
                        "asks to retry after 3600 s",
                        status(503, "Retry-After: 3600")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lastingFaults")
    void givesUpAtOnceOn(String fault, Class<?> type, String words, Answer answer) throws IOException {
        server.then(answer);
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(type)
                .hasMessageStartingWith("set.tar.gz from http://127.0.0.1:")
                .hasMessageContaining(words)
                .hasMessageContaining("--data DIR")
                .hasMessageNotContaining("\n");
        assertThat(server.exchanges()).hasSize(1);
        assertThat(names()).containsExactly(".set.tar.gz.lock");
    }

    @Test
    void givesUpAfterFiveRetries() throws IOException {
        for (int i = 0; i < 6; i++) {
            server.then(status(500));
        }
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("status 500");
        assertThat(server.exchanges()).hasSize(6);
        assertThat(names()).containsExactly(".set.tar.gz.lock");
    }

    @Test
    void reportsAPersistentlyWrongLengthAsAnotherFile() {
        for (int i = 0; i < 6; i++) {
            server.then(whole("Content-Length: 17"));
        }
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(SIZE + " bytes were expected");
    }

    @Test
    void reportsNoServer() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        RemoteFile nowhere = new RemoteFile(
                Source.of(URI.create("http://user:secret@127.0.0.1:" + free + "/set.tar.gz?token=t"), Optional.empty()),
                file.size(),
                file.hash(),
                file.otherwise());
        assertThatThrownBy(() -> downloader(options()).fetch(nowhere, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("no connection")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("token");
        assertThat(pauses).hasSize(5);
    }

    @Test
    void waitsLongerEachTime() {
        for (int i = 0; i < 5; i++) {
            server.then(status(500));
        }
        DownloadOptions.Patience slow = new DownloadOptions.Patience(
                IMPATIENT.connect(),
                IMPATIENT.stall(),
                Duration.ofHours(1),
                5,
                Duration.ofSeconds(1),
                Duration.ofMinutes(2));
        downloader(new DownloadOptions(slow, Optional.empty(), false, DownloadProgress.SILENT))
                .fetch(file, target);
        for (int i = 0; i < 5; i++) {
            assertThat(pauses.get(i).toMillis()).isBetween(500L << i, 1000L << i);
        }
    }

    @Test
    void waitsAsTheServerAsks() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(50));
        server.then(
                status(503, "Retry-After: 7"), status(429, "Retry-After: " + date), status(503, "Retry-After: soon"));
        DownloadOptions.Patience patient = new DownloadOptions.Patience(
                IMPATIENT.connect(),
                IMPATIENT.stall(),
                Duration.ofHours(1),
                5,
                Duration.ofMillis(1),
                Duration.ofMinutes(2));
        downloader(new DownloadOptions(patient, Optional.empty(), false, DownloadProgress.SILENT))
                .fetch(file, target);
        assertThat(pauses.get(0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(pauses.get(1)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(50));
        assertThat(pauses.get(2)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void givesUpWhenTheTotalTimeIsOver() {
        server.then(status(503, "Retry-After: 90"));
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("status 503");
        assertThat(pauses).isEmpty();
    }

    @Test
    void resumesWhereAnEarlierFetchEnded() throws IOException {
        DownloadOptions once = new DownloadOptions(
                new DownloadOptions.Patience(
                        IMPATIENT.connect(),
                        IMPATIENT.stall(),
                        IMPATIENT.total(),
                        0,
                        IMPATIENT.firstWait(),
                        IMPATIENT.longestWait()),
                Optional.empty(),
                false,
                DownloadProgress.SILENT);
        server.then(endsAt(HALF));
        assertThatThrownBy(() -> downloader(once).fetch(file, target)).isInstanceOf(NetworkException.class);
        assertThat(target).doesNotExist();
        assertThat(Files.size(folder.resolve("set.tar.gz.part"))).isEqualTo(HALF);

        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        Exchange second = server.exchanges().get(1);
        assertThat(second.headers)
                .containsEntry("Range", "bytes=" + HALF + "-")
                .containsEntry("If-Range", FaultServer.ETAG);
        assertThat(second.sent).isEqualTo(SIZE - HALF);
        assertThat(names()).containsExactlyInAnyOrder("set.tar.gz", ".set.tar.gz.lock", ".set.tar.gz.verified");
    }

    /** What a server may do when asked to go on from the middle; the number of requests until the file is right. */
    static Stream<Arguments> answersToARange() {
        String rest = "Content-Length: " + (SIZE - HALF);
        return Stream.of(
                Arguments.of("ignored", whole(), 1),
                Arguments.of(
                        "another start", partial(HALF - 1, "bytes " + (HALF - 1) + "-" + (SIZE - 1) + "/" + SIZE), 2),
                Arguments.of("another end", partial(HALF, "bytes " + HALF + "-" + (SIZE - 2) + "/" + SIZE, rest), 2),
                Arguments.of("another total", partial(HALF, "bytes " + HALF + "-" + (SIZE - 1) + "/9999999", rest), 2),
                Arguments.of("nonsense", partial(HALF, "items 1-2/3", rest), 2),
                Arguments.of("overflow", partial(HALF, "bytes 99999999999999999999-1/2", rest), 2),
                Arguments.of("unknown total", partial(HALF, "bytes " + HALF + "-" + (SIZE - 1) + "/*", rest), 1),
                Arguments.of("the wrong bytes", partial(0, "bytes " + HALF + "-" + (SIZE - 1) + "/" + SIZE), 2),
                Arguments.of(
                        "another version",
                        partial(HALF, "bytes " + HALF + "-" + (SIZE - 1) + "/" + SIZE, "ETag: \"v2\""),
                        2),
                Arguments.of("416", status(416), 2));
    }

    private static Answer partial(int from, String range, String... more) {
        return exchange -> {
            List<String> headers = new ArrayList<>(List.of(more));
            headers.add("Content-Range: " + range);
            exchange.head(206, headers.toArray(String[]::new));
            exchange.send(from, from + SIZE - HALF);
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersToARange")
    void isRightWhenARangeIsAnsweredBy(String what, Answer answer, int requests) throws IOException {
        leavePart(FILE, HALF, FaultServer.ETAG);
        server.then(answer);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(requests);
    }

    @Test
    void startsOverWhenTheFileChangedMeanwhile() throws IOException {
        leavePart(bytes(3), HALF, "\"v0\"");
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(1);
    }

    @Test
    void startsOverWhenTheJoinedBytesHaveAnotherHash() throws IOException {
        leavePart(bytes(3), HALF, FaultServer.ETAG);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).extracting(Exchange::from).containsExactly(HALF, 0);
    }

    @Test
    void refusesAChangedFile() throws IOException {
        server.then(FaultServer.changed(bytes(4)));
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not the published SHA-256 " + file.hash().hex())
                .hasMessageContaining("set.tar.gz.bad");
        assertThat(target).doesNotExist();
        assertThat(folder.resolve("set.tar.gz.bad")).hasBinaryContent(bytes(4));
        assertThat(server.exchanges()).hasSize(1);
    }

    @Test
    void publishesACompletePartWithoutARequest() throws IOException {
        leavePart(FILE, SIZE, FaultServer.ETAG);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE + 5})
    void startsOverFromAWrongPart(int size) throws IOException {
        Files.write(folder.resolve("set.tar.gz.part"), new byte[size]);
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
    }

    @Test
    void ignoresATagThatIsNoHeader() throws IOException {
        leavePart(FILE, HALF, "\"a\"\r\nX-Evil: 1");
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges().get(0).headers).doesNotContainKeys("If-Range", "X-Evil");
    }

    @Test
    void followsRedirects() {
        server.then(status(302, "Location: /elsewhere/a"), status(308, "Location: b"));
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges())
                .extracting(e -> e.path)
                .containsExactly("/sets/set.tar.gz", "/elsewhere/a", "/elsewhere/b");
        assertThat(pauses).isEmpty();
    }

    @Test
    void leavesARedirectLoop() {
        for (int i = 0; i < 20; i++) {
            server.then(status(301, "Location: /sets/set.tar.gz"));
        }
        assertThatThrownBy(() -> downloader(options()).fetch(file, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("more than 10 redirects");
        assertThat(server.exchanges()).hasSize(11);
    }

    @Test
    void refusesARedirectFromHttpsToHttp() throws TransferFault {
        URI from = URI.create("https://a.example/x/y");
        assertThat(HttpTransfer.redirected(from, Optional.of("../z"))).isEqualTo(URI.create("https://a.example/z"));
        assertThat(HttpTransfer.redirected(URI.create("http://a.example/x"), Optional.of("https://b.example/z")))
                .isEqualTo(URI.create("https://b.example/z"));
        assertThatThrownBy(() -> HttpTransfer.redirected(from, Optional.of("HTTP://b.example/z?k=secret")))
                .isInstanceOf(TransferFault.class)
                .hasMessageContaining("from https to http (http://b.example/z), refused");
    }

    @Test
    void takesAFileMirrorEvenOffline() throws IOException {
        Path mirror = Files.createDirectory(folder.resolve("mirror folder"));
        Files.write(mirror.resolve("set.tar.gz"), FILE);
        RemoteFile mirrored = mirrored(mirror.toUri());
        downloader(options().withOffline(true)).fetch(mirrored, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void takesAnHttpMirrorOnly() {
        RemoteFile mirrored = mirrored(server.address().resolve("/mirror"));
        server.then(status(404));
        assertThatThrownBy(() -> downloader(options()).fetch(mirrored, target)).isInstanceOf(NetworkException.class);
        assertThat(server.exchanges()).extracting(e -> e.path).containsExactly("/mirror/set.tar.gz");
    }

    @Test
    void verifiesWhatAFileMirrorHolds() throws IOException {
        Path mirror = Files.createDirectory(folder.resolve("mirror"));
        RemoteFile mirrored = mirrored(mirror.toUri());
        assertThatThrownBy(() -> downloader(options()).fetch(mirrored, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("no such file");
        Files.write(mirror.resolve("set.tar.gz"), new byte[10]);
        assertThatThrownBy(() -> downloader(options()).fetch(mirrored, target))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("10 bytes, not the published " + SIZE);
        Files.write(mirror.resolve("set.tar.gz"), bytes(5));
        assertThatThrownBy(() -> downloader(options()).fetch(mirrored, target))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("SHA-256");
        assertThat(target).doesNotExist();
        assertThat(mirror.resolve("set.tar.gz")).exists();
    }

    @Test
    void asksNobodyOffline() {
        assertThatThrownBy(() -> downloader(options().withOffline(true)).fetch(file, target))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("offline")
                .hasMessageContaining(target.toString());
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void checksTheDiskFirst() {
        Downloader onASmallDisk = new Downloader(options(), pauses::add, path -> SIZE + 10L);
        assertThatThrownBy(() -> onASmallDisk.fetch(file, target))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("needs 220000 bytes, 200010 are free");
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void reportsAFolderThatIsNone() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        assertThatThrownBy(() -> downloader(options()).fetch(file, plain.resolve("set.tar.gz")))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("plain")
                .hasMessageContaining(CacheFolder.VARIABLE);
    }

    @Test
    void downloadsOnceForEightThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Path>> fetches =
                    Collections.nCopies(8, () -> downloader(options()).fetch(file, target));
            for (Future<Path> done : threads.invokeAll(fetches)) {
                assertThat(done.get()).hasBinaryContent(FILE);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(server.exchanges()).hasSize(1);
    }

    @Test
    void stopsWhenInterrupted() throws Exception {
        server.then(stallsAt(HALF));
        Thread caller = Thread.currentThread();
        DownloadOptions interrupting = options().withProgress((done, total) -> {
            if (done == HALF) {
                caller.interrupt();
            }
        });
        Throwable failure = catchThrowable(() -> downloader(interrupting).fetch(file, target));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).isInstanceOf(NetworkException.class).hasMessageContaining("interrupted");
        assertThat(target).doesNotExist();
    }

    /** After any sequence of faults the file is absent or right, and a good server completes it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void isAbsentOrRightAfterRandomFaults(long seed) throws IOException {
        Random random = new Random(seed);
        int runs = Boolean.getBoolean("faults.full") ? 170 : 10;
        for (int run = 0; run < runs; run++) {
            Path here = folder.resolve("run" + run + ".tar.gz");
            int faults = random.nextInt(9);
            for (int i = 0; i < faults; i++) {
                server.then(randomFault(random));
            }
            Throwable failure = catchThrowable(() -> downloader(wary()).fetch(file, here));
            if (failure == null) {
                assertThat(here).hasBinaryContent(FILE);
            } else {
                assertThat(failure).isInstanceOf(DownloadException.class);
                assertThat(here).doesNotExist();
            }
            server.clearScript();
            downloader(options()).fetch(file, here);
            assertThat(here).hasBinaryContent(FILE);
        }
        System.out.println("trials: " + runs);
    }

    private static Answer randomFault(Random random) {
        int at = random.nextInt(SIZE);
        return switch (random.nextInt(12)) {
            case 0 -> status(500 + random.nextInt(5));
            case 1 -> whole("Content-Length: " + at);
            case 2 -> random.nextInt(4) == 0 ? stallsAt(at) : endsAt(at);
            case 3 -> FaultServer.changed(bytes(at));
            case 4 -> status(416);
            case 5 -> partial(at / 2, "bytes " + at + "-" + (SIZE - 1) + "/" + SIZE);
            case 6 -> whole();
            case 7 -> whole("Content-Encoding: gzip");
            case 8 ->
                exchange -> {
                    exchange.head(200);
                    exchange.send(0, at);
                };
            default -> random.nextBoolean() ? endsAt(at) : resetsAt(at);
        };
    }

    /** With faults that keep what came, no byte is sent twice but for what a broken connection swallowed. */
    @Test
    void refetchesNoMoreThanTheConnectionLost() {
        for (int i = 1; i <= 5; i++) {
            server.then(endsAt(SIZE / 6 * i));
        }
        downloader(options()).fetch(file, target);
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges().stream().mapToLong(e -> e.sent).sum()).isEqualTo(SIZE);
    }

    private Downloader downloader(DownloadOptions options) {
        return new Downloader(options, pauses::add, FreeSpace.REAL);
    }

    private static DownloadOptions options() {
        return new DownloadOptions(IMPATIENT, Optional.empty(), false, DownloadProgress.SILENT);
    }

    /** Takes a short silence for a stall, so that stalls are cheap; on a busy machine it may see some that are none. */
    private static DownloadOptions wary() {
        DownloadOptions.Patience patience = new DownloadOptions.Patience(
                IMPATIENT.connect(),
                Duration.ofMillis(300),
                IMPATIENT.total(),
                IMPATIENT.retries(),
                IMPATIENT.firstWait(),
                IMPATIENT.longestWait());
        return new DownloadOptions(patience, Optional.empty(), false, DownloadProgress.SILENT);
    }

    private RemoteFile mirrored(URI mirror) {
        return new RemoteFile(
                Source.of(file.source().official(), Optional.of(mirror)), file.size(), file.hash(), file.otherwise());
    }

    private void leavePart(byte[] content, int size, String tag) throws IOException {
        Files.write(folder.resolve("set.tar.gz.part"), Arrays.copyOf(content, size));
        Files.writeString(folder.resolve("set.tar.gz.part.tag"), tag);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
