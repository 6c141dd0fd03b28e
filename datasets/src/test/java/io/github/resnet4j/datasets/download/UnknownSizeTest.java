package io.github.resnet4j.datasets.download;

import static io.github.resnet4j.datasets.download.FaultServer.endsAt;
import static io.github.resnet4j.datasets.download.FaultServer.resetsAt;
import static io.github.resnet4j.datasets.download.FaultServer.status;
import static io.github.resnet4j.datasets.download.FaultServer.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.download.FaultServer.Answer;
import io.github.resnet4j.datasets.download.FaultServer.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of which neither the size nor the whole hash is published, such as most of PyTorch's weights. */
final class UnknownSizeTest {
    private static final int SIZE = 200_000;
    private static final int HALF = SIZE / 2;
    private static final int BOUND = SIZE * 2;
    private static final byte[] FILE = bytes(1);

    @TempDir
    Path folder;

    private final List<Duration> pauses = new ArrayList<>();
    private FaultServer server;
    private RemoteFile file;
    private Path target;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer(FILE);
        file = server.vagueFile(folder.resolve("scratch"), BOUND);
        target = folder.resolve("resnet.pth");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void tellsTheSizeThatTheServerSays() throws IOException {
        Set<Long> totals = new LinkedHashSet<>();
        fetch(options().withProgress((done, total) -> totals.add(total)));
        assertThat(target).hasBinaryContent(FILE);
        assertThat(totals).containsExactly((long) SIZE);
        assertThat(names()).containsExactlyInAnyOrder("resnet.pth", ".resnet.pth.lock", ".resnet.pth.verified");
    }

    @Test
    void tellsThatTheSizeIsUnknownWhereNobodySaysIt() {
        Set<Long> totals = new LinkedHashSet<>();
        server.then(whole());
        fetch(options().withProgress((done, total) -> totals.add(total)));
        assertThat(target).hasBinaryContent(FILE);
        assertThat(totals).containsExactly(DownloadProgress.UNKNOWN);
    }

    /** Faults after which a good answer completes the file, and the number of requests. */
    static Stream<Arguments> passingFaults() {
        Answer endless = exchange -> {
            exchange.head(200);
            for (int i = 0; i < 500; i++) {
                exchange.send(0, SIZE);
            }
        };
        Answer cutWithoutALength = exchange -> {
            exchange.head(200);
            exchange.send(0, HALF);
        };
        return Stream.of(
                Arguments.of("status 503", List.of(status(503))),
                Arguments.of("resets", Collections.nCopies(5, resetsAt(1000))),
                Arguments.of("ends early again and again", List.of(endsAt(10), endsAt(HALF), endsAt(SIZE - 1))),
                Arguments.of("ends early and said no length", List.of(cutWithoutALength, cutWithoutALength)),
                Arguments.of("more than it can be", List.of(endless)),
                Arguments.of("a length that it cannot have", List.of(whole("Content-Length: " + (BOUND + 1)))),
                Arguments.of("a length of nothing", List.of(whole("Content-Length: 0"))),
                Arguments.of("a length that is no number", List.<Answer>of(exchange -> {
                    exchange.head(200, "Content-Length: 99999999999999999999");
                    exchange.send(0, SIZE);
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passingFaults")
    void completesAfter(String fault, List<Answer> answers) {
        answers.forEach(server::then);
        fetch(options());
        assertThat(target).hasBinaryContent(FILE);
        assertThat(pauses).hasSize(answers.size());
        assertThat(server.exchanges()).as("cut off").allMatch(exchange -> exchange.sent < 250L * SIZE);
    }

    @Test
    void refusesAFileWithAnotherHash() {
        byte[] other = bytes(2);
        server.then(FaultServer.changed(other));
        assertThatThrownBy(() -> fetch(options()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not the published " + file.hash())
                .hasMessageContaining("resnet.pth.bad")
                .hasMessageContaining("pass --weights FILE");
        assertThat(target).doesNotExist();
        assertThat(folder.resolve("resnet.pth.bad")).hasBinaryContent(other);
        assertThat(server.exchanges()).hasSize(1);
    }

    @Test
    void refusesAFileThatIsAlwaysCut() {
        for (int i = 0; i < 6; i++) {
            server.then(exchange -> {
                exchange.head(200);
                exchange.send(0, HALF);
            });
        }
        assertThatThrownBy(() -> fetch(options())).isInstanceOf(IntegrityException.class);
        assertThat(target).doesNotExist();
        assertThat(server.exchanges()).hasSize(6);
    }

    @Test
    void refusesAFileThatIsAlwaysTooLarge() {
        for (int i = 0; i < 6; i++) {
            server.then(whole("Content-Length: " + (BOUND + 1)));
        }
        assertThatThrownBy(() -> fetch(options()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("at most " + BOUND + " bytes were expected");
        assertThat(target).doesNotExist();
    }

    /** What a server may do when asked to go on from the middle; the number of requests until the file is right. */
    static Stream<Arguments> answersToARange() {
        return Stream.of(
                Arguments.of("the rest", (Answer) FaultServer::good, 1),
                Arguments.of("the whole", whole(), 1),
                Arguments.of("the rest of nobody knows what", partial(SIZE - 1, "*"), 1),
                Arguments.of("the rest of something longer", partial(SIZE - 1, Integer.toString(SIZE + 1)), 2),
                Arguments.of("too much", partial(BOUND, Integer.toString(BOUND + 1)), 2),
                Arguments.of("416", status(416), 2));
    }

    private static Answer partial(int last, String total) {
        return exchange -> {
            exchange.head(206, "Content-Range: bytes " + HALF + "-" + last + "/" + total);
            exchange.send(HALF, SIZE);
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersToARange")
    void isRightWhenARangeIsAnsweredBy(String what, Answer answer, int requests) throws IOException {
        leavePart(HALF);
        server.then(answer);
        fetch(options());
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).hasSize(requests);
        assertThat(server.exchanges().get(0).from()).isEqualTo(HALF);
    }

    /** Of a process that was killed after the last byte. */
    @Test
    void publishesACompletePartWithoutARequest() throws IOException {
        leavePart(SIZE);
        fetch(options());
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void startsOverFromAPartThatIsTooLong() throws IOException {
        Files.write(folder.resolve("resnet.pth.part"), new byte[BOUND + 1]);
        fetch(options());
        assertThat(target).hasBinaryContent(FILE);
    }

    @Test
    void checksTheDiskWhenTheServerSaysTheSize() {
        Downloader onASmallDisk = new Downloader(options(), pauses::add, path -> SIZE + 10L);
        assertThatThrownBy(() -> onASmallDisk.fetch(file, target))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("needs 220000 bytes, 200010 are free");
        assertThat(target).doesNotExist();
    }

    @Test
    void goesToAnotherServerWithWhatIsMissing() throws IOException {
        try (FaultServer entrance = new FaultServer(new byte[0])) {
            entrance.then(status(302, "Location: " + server.address()), status(307, "Location: " + server.address()));
            server.then(endsAt(HALF));
            RemoteFile redirected = new RemoteFile(
                    Source.of(entrance.address(), Optional.empty()), file.size(), file.hash(), file.otherwise());
            new Downloader(options(), pauses::add, FreeSpace.REAL).fetch(redirected, target);
            assertThat(target).hasBinaryContent(FILE);
            assertThat(server.exchanges()).extracting(Exchange::from).containsExactly(0, HALF);
        }
    }

    @Test
    void looksOnItsShelfOfAMirrorFirst() throws IOException {
        Path mirror = Files.createDirectories(folder.resolve("mirror/resnet9.tag"));
        Files.write(mirror.resolve("set.tar.gz"), FILE);
        Files.write(mirror.resolveSibling("set.tar.gz"), bytes(3)); // of the same name, and another
        fetch(mirrored(mirror.getParent()), options().withOffline(true));
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges()).isEmpty();
    }

    @Test
    void takesAMirrorWithoutShelves() throws IOException {
        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        Files.write(mirror.resolve("set.tar.gz"), FILE);
        fetch(mirrored(mirror), options().withOffline(true));
        assertThat(target).hasBinaryContent(FILE);
    }

    @Test
    void asksAnHttpMirrorTwice() {
        server.then(status(404));
        Source source = new Source(
                file.source().official(), Optional.of(server.address().resolve("/m")), Optional.of("resnet9.tag"));
        RemoteFile mirrored = new RemoteFile(source, file.size(), file.hash(), file.otherwise());
        fetch(mirrored, options());
        assertThat(target).hasBinaryContent(FILE);
        assertThat(server.exchanges())
                .extracting(exchange -> exchange.path)
                .containsExactly("/m/resnet9.tag/set.tar.gz", "/m/set.tar.gz");
        assertThat(pauses).isEmpty();
    }

    @Test
    void verifiesWhatAMirrorHolds() throws IOException {
        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        assertThatThrownBy(() -> fetch(mirrored(mirror), options()))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("mirror/resnet9.tag/set.tar.gz or file:")
                .hasMessageContaining("no such file");
        Files.write(mirror.resolve("set.tar.gz"), new byte[BOUND + 1]);
        assertThatThrownBy(() -> fetch(mirrored(mirror), options()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining((BOUND + 1) + " bytes, not at most " + BOUND);
        Files.write(mirror.resolve("set.tar.gz"), bytes(4));
        assertThatThrownBy(() -> fetch(mirrored(mirror), options())).isInstanceOf(IntegrityException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void saysWhatToDoOffline() {
        assertThatThrownBy(() -> fetch(options().withOffline(true)))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("offline")
                .hasMessageContaining("put the file at " + target)
                .hasMessageEndingWith("pass --weights FILE");
        assertThat(server.exchanges()).isEmpty();
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void fetch(DownloadOptions options) {
        fetch(file, options);
    }

    private void fetch(RemoteFile wanted, DownloadOptions options) {
        assertThat(new Downloader(options, pauses::add, FreeSpace.REAL).fetch(wanted, target))
                .isEqualTo(target);
    }

    private RemoteFile mirrored(Path mirror) {
        Source source = new Source(file.source().official(), Optional.of(mirror.toUri()), Optional.of("resnet9.tag"));
        return new RemoteFile(source, file.size(), file.hash(), file.otherwise());
    }

    private static DownloadOptions options() {
        return new DownloadOptions(DownloaderTest.IMPATIENT, Optional.empty(), false, DownloadProgress.SILENT);
    }

    private void leavePart(int size) throws IOException {
        Files.write(folder.resolve("resnet.pth.part"), Arrays.copyOf(FILE, size));
        Files.writeString(folder.resolve("resnet.pth.part.tag"), FaultServer.ETAG);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
