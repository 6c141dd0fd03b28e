package io.github.resnet4j.datasets.download;

import static io.github.resnet4j.datasets.download.TestArchives.all;
import static io.github.resnet4j.datasets.download.TestArchives.file;
import static io.github.resnet4j.datasets.download.TestArchives.gzip;
import static io.github.resnet4j.datasets.download.TestArchives.special;
import static io.github.resnet4j.datasets.download.TestArchives.tar;
import static io.github.resnet4j.datasets.download.TestArchives.tarGz;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TarGzTest {
    private static final byte[] SMALL = "small".getBytes(StandardCharsets.UTF_8);
    private static final TarGz.Limits LIMITS = new TarGz.Limits(300_000, 20);

    @TempDir
    Path outside;

    private Path folder;
    private Path archive;
    private Path into;

    @BeforeEach
    void layOut() throws IOException {
        folder = Files.createDirectories(outside.resolve("deep/down"));
        archive = folder.resolve("a.tar.gz");
        into = folder.resolve("into");
    }

    @Test
    void extractsFilesAndFolders() throws IOException {
        byte[] big = new byte[200_000];
        new Random(1).nextBytes(big);
        String longName = "n".repeat(150);
        extract(tarGz(all(
                file("./set/", new byte[0]),
                file("set/big.bin", big),
                file("set/labels/empty", new byte[0]),
                file("set/" + longName, SMALL),
                file("set/labels/é", SMALL))));
        assertThat(into.resolve("set/big.bin")).hasBinaryContent(big);
        assertThat(into.resolve("set/labels/empty")).isEmptyFile();
        assertThat(into.resolve("set/labels/é")).hasBinaryContent(SMALL);
        assertThat(into.resolve("set/" + longName)).hasBinaryContent(SMALL);
        assertThat(names(folder)).containsExactlyInAnyOrder("a.tar.gz", "into");
    }

    @Test
    void acceptsPaxHeaders() throws IOException {
        extract(tarGz(tar -> {
            TarArchiveEntry entry = new TarArchiveEntry("set/a");
            entry.setSize(SMALL.length);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            entry.addPaxHeader("mtime", "1234567890.5");
            tar.putArchiveEntry(entry);
            tar.write(SMALL);
            tar.closeArchiveEntry();
        }));
        assertThat(into.resolve("set/a")).hasBinaryContent(SMALL);
    }

    @Test
    void replacesAnIncompleteFolderAndLeftovers() throws IOException {
        Files.createDirectories(into.resolve("old/deeper"));
        Files.write(into.resolve("old/deeper/file"), SMALL);
        Path left = Files.createDirectories(folder.resolve("into.extracting/set"));
        Files.write(left.resolve("a"), new byte[3]);
        extract(tarGz(file("set/a", SMALL)));
        assertThat(names(into)).containsExactly("set");
        assertThat(into.resolve("set/a")).hasBinaryContent(SMALL);
    }

    @Test
    void doesNotFollowLinksWhenItReplaces() throws IOException {
        Path precious = Files.createDirectory(outside.resolve("precious"));
        Files.write(precious.resolve("file"), SMALL);
        Files.createSymbolicLink(into, precious);
        extract(tarGz(file("set/a", SMALL)));
        assertThat(precious.resolve("file")).hasBinaryContent(SMALL);
        assertThat(into.resolve("set/a")).hasBinaryContent(SMALL);
    }

    static Stream<Arguments> unsafe() throws IOException {
        return Stream.of(
                Arguments.of("parent", file("../evil", SMALL), "leads out"),
                Arguments.of("parent further down", file("set/../../evil", SMALL), "leads out"),
                Arguments.of("parent inside", file("set/../a", SMALL), "leads out"),
                Arguments.of("parent folder", special("../evil/", TarConstants.LF_DIR, ""), "leads out"),
                Arguments.of("absolute", file("/evil", SMALL), "absolute path"),
                Arguments.of("backslash", file("set\\..\\..\\evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("drive", file("C:evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("terminal escape", file("a\u001b[2Jb", SMALL), "or has a control character, \\ or :"),
                Arguments.of("name of 300 bytes", file("n".repeat(300), SMALL), "more than 255 bytes"),
                Arguments.of("path of 5000 bytes", file("abcd/".repeat(1000) + "e", SMALL), "over 4096 bytes"),
                Arguments.of("no name", file(".", SMALL), "without a name"),
                Arguments.of("symbolic link", special("set/link", TarConstants.LF_SYMLINK, "a"), "is a link"),
                Arguments.of(
                        "file below a link out",
                        all(special("x", TarConstants.LF_SYMLINK, ".."), file("x/evil", SMALL)),
                        "is a link"),
                Arguments.of("hard link", special("link", TarConstants.LF_LINK, "/etc/passwd"), "is a link"),
                Arguments.of("character device", special("dev", TarConstants.LF_CHR, ""), "is a link, a device"),
                Arguments.of("block device", special("dev", TarConstants.LF_BLK, ""), "is a link, a device"),
                Arguments.of("fifo", special("fifo", TarConstants.LF_FIFO, ""), "is a link, a device"),
                Arguments.of("contiguous", special("c", TarConstants.LF_CONTIG, ""), "another special entry"),
                Arguments.of("twice", all(file("set/a", SMALL), file("set/a", SMALL)), "is there twice"),
                Arguments.of(
                        "twice, by another way", all(file("set/a", SMALL), file("./set//a", SMALL)), "is there twice"),
                Arguments.of("twice but for case", all(file("set/a", SMALL), file("set/A", SMALL)), "is there twice"),
                Arguments.of(
                        "twice but for composition",
                        all(file("\u00e9", SMALL), file("e\u0301", SMALL)),
                        "is there twice"),
                Arguments.of("folder then file", all(file("set/a", SMALL), file("set", SMALL)), "is there twice"),
                Arguments.of(
                        "file then folder", all(file("set", SMALL), file("set/a", SMALL)), "both a file and a folder"),
                Arguments.of("too large", file("big", new byte[300_001]), "more than 300000 bytes"),
                Arguments.of(
                        "too large together",
                        all(file("a", new byte[200_000]), file("b", new byte[200_000])),
                        "more than 300000 bytes"),
                Arguments.of(
                        "too many",
                        (TestArchives.Entries) tar -> {
                            for (int i = 0; i < 21; i++) {
                                file("f" + i, SMALL).to(tar);
                            }
                        },
                        "more than 20 entries"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsafe")
    void refuses(String what, TestArchives.Entries entries, String words) throws IOException {
        refuses(tarGz(all(file("first", SMALL), entries)), words);
    }

    @Test
    void refusesABombWithoutWritingIt() throws IOException {
        byte[] bomb = tar(file("bomb", new byte[50_000_000]));
        refuses(gzip(bomb), "more than 300000 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 40_000_000})
    void refusesABombInAHeader(int nameBytes) throws IOException {
        byte[] header = new byte[512];
        TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
        entry.setSize(nameBytes);
        entry.writeEntryHeader(header);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(header);
        bytes.write(new byte[nameBytes]);
        refuses(gzip(bytes.toByteArray()), "longer than any real one");
    }

    @Test
    void refusesABombAfterTheEnd() throws IOException {
        byte[] good = tar(file("a", SMALL));
        refuses(gzip(Arrays.copyOf(good, good.length + 40_000_000)), "longer than any real one");
    }

    /** Size fields that are negative, not octal, or 2^62 in base 256. */
    @Test
    void refusesImpossibleSizes() throws IOException {
        Map<String, byte[]> sizes = Map.of(
                "negative", base256(-5),
                "huge", base256(1L << 62),
                "not octal", "zzzzzzzzzzz\0".getBytes(StandardCharsets.US_ASCII));
        for (Map.Entry<String, byte[]> size : sizes.entrySet()) {
            byte[] bytes = tar(file("a", SMALL));
            System.arraycopy(size.getValue(), 0, bytes, 124, 12);
            sign(bytes);
            refuses(gzip(bytes), "");
        }
    }

    @Test
    void refusesWhatIsNoArchive() throws IOException {
        refuses(new byte[0], "not a whole .tar.gz");
        refuses("<html>".getBytes(StandardCharsets.UTF_8), "not a whole .tar.gz");
        refuses(gzip("<html>".repeat(500).getBytes(StandardCharsets.UTF_8)), "not a whole .tar.gz");
    }

    /** Every length short of the whole, and every flipped byte, is refused or does no harm. */
    @Test
    void refusesDamage() throws IOException {
        byte[] random = new byte[1500];
        new Random(2).nextBytes(random);
        byte[] good = tarGz(all(file("set/a", random), file("set/b", SMALL)));
        for (int length = 0; length < good.length; length += 7) {
            refuses(Arrays.copyOf(good, length), "not a whole .tar.gz");
        }
        for (int at = 10; at < good.length; at += 7) {
            byte[] bad = good.clone();
            bad[at] ^= 0x55;
            refuses(bad, "");
        }
    }

    @Test
    void reportsAFolderThatCannotBeWritten() throws IOException {
        Files.write(archive, tarGz(file("a", SMALL)));
        Path plain = Files.createFile(folder.resolve("plain"));
        assertThatThrownBy(() -> TarGz.extract(archive, plain.resolve("into"), LIMITS))
                .isInstanceOf(DiskException.class);
    }

    private void extract(byte[] bytes) throws IOException {
        Files.write(archive, bytes);
        TarGz.extract(archive, into, LIMITS);
    }

    /** Refused in one line, and nothing is left or written elsewhere. */
    private void refuses(byte[] bytes, String words) throws IOException {
        Files.write(archive, bytes);
        assertThatThrownBy(() -> TarGz.extract(archive, into, LIMITS))
                .isInstanceOf(IntegrityException.class)
                .hasMessageStartingWith(archive.toString())
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("\u001b");
        assertThat(names(folder)).containsExactly("a.tar.gz");
        assertThat(names(outside)).containsExactly("deep");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static byte[] base256(long value) {
        byte[] field = new byte[12];
        Arrays.fill(field, (byte) (value < 0 ? 0xff : 0));
        for (int i = 0; i < 8; i++) {
            field[11 - i] = (byte) (value >> 8 * i);
        }
        field[0] = (byte) (value < 0 ? 0xff : 0x80);
        return field;
    }

    /** Writes the checksum of the header at the start of {@code tar}. */
    private static void sign(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, tar, 148, 8);
    }
}
