package io.github.resnet4j.datasets.download;

import static io.github.resnet4j.datasets.download.TestArchives.all;
import static io.github.resnet4j.datasets.download.TestArchives.file;
import static io.github.resnet4j.datasets.download.TestArchives.gzip;
import static io.github.resnet4j.datasets.download.TestArchives.special;
import static io.github.resnet4j.datasets.download.TestArchives.tar;
import static io.github.resnet4j.datasets.download.TestArchives.tarGz;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
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
import java.util.zip.GZIPInputStream;
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
                Arguments.of("A01 parent", file("../evil", SMALL), "leads out"),
                Arguments.of("A01 parent further down", file("set/../../evil", SMALL), "leads out"),
                Arguments.of("A01 parent inside", file("set/../a", SMALL), "leads out"),
                Arguments.of("A01 parent folder", special("../evil/", TarConstants.LF_DIR, ""), "leads out"),
                Arguments.of("A01 absolute", file("/evil", SMALL), "absolute path"),
                Arguments.of("A01 backslash", file("set\\..\\..\\evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("A01 drive", file("C:evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("A01 terminal escape", file("a\u001b[2Jb", SMALL), "or has a control character, \\ or :"),
                Arguments.of("A01 name of 300 bytes", file("n".repeat(300), SMALL), "more than 255 bytes"),
                Arguments.of(
                        "A01 path of 5000 bytes", file("abcd/".repeat(1000) + "e", SMALL), "longer than 4096 bytes"),
                Arguments.of("A01 no name", file(".", SMALL), "without a name"),
                Arguments.of("A01 DJL's ..\\..\\x", file("..\\..\\evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("A01 C:\\x", file("C:\\evil", SMALL), "or has a control character, \\ or :"),
                Arguments.of("A01 two slashes", file("//evil", SMALL), "absolute path"),
                Arguments.of(
                        "A05 folder beside, of a longer name", file("../into.extracting-evil/x", SMALL), "leads out"),
                Arguments.of("A05 the folder itself, from outside", file("../into.extracting/x", SMALL), "leads out"),
                Arguments.of("A02 symbolic link out", special("x", TarConstants.LF_SYMLINK, "/etc"), "is a link"),
                Arguments.of(
                        "A02 symbolic link within the folder",
                        special("set/link", TarConstants.LF_SYMLINK, "a"),
                        "is a link"),
                Arguments.of(
                        "A02 file below a link out",
                        all(special("x", TarConstants.LF_SYMLINK, ".."), file("x/evil", SMALL)),
                        "is a link"),
                Arguments.of("A02 hard link", special("link", TarConstants.LF_LINK, "/etc/passwd"), "is a link"),
                Arguments.of("A03 character device", special("dev", TarConstants.LF_CHR, ""), "is a link, a device"),
                Arguments.of("A03 block device", special("dev", TarConstants.LF_BLK, ""), "is a link, a device"),
                Arguments.of("A03 fifo", special("fifo", TarConstants.LF_FIFO, ""), "is a link, a device"),
                Arguments.of("A03 contiguous", special("c", TarConstants.LF_CONTIG, ""), "another special entry"),
                Arguments.of("A03 sparse", special("s", TarConstants.LF_GNUTYPE_SPARSE, ""), "another special entry"),
                Arguments.of(
                        "A03 sparse by PAX records",
                        pax("GNU.sparse.size=99", "GNU.sparse.numblocks=1", "GNU.sparse.map=0,5"),
                        "another special entry"),
                Arguments.of("A03 multiple volumes", special("m", TarConstants.LF_MULTIVOLUME, ""), "special entry"),
                Arguments.of("A04 PAX path out", pax("path=../evil"), "leads out"),
                Arguments.of("A04 PAX path with a line", pax("path=a\nb"), "control character"),
                Arguments.of(
                        "A04 PAX size beyond the limit", pax("size=4611686018427387904"), "more than 300000 bytes"),
                Arguments.of("A04 PAX size beyond the archive", pax("size=200000"), "not a complete .tar.gz"),
                Arguments.of("A04 PAX size -1", pax("size=-1"), "not a complete .tar.gz"),
                Arguments.of("A04 PAX size of letters", pax("size=many"), "not a complete .tar.gz"),
                Arguments.of("A04 PAX record without end", header('x', "99 path=evil\n"), "not a complete .tar.gz"),
                Arguments.of("A04 PAX record of -1 bytes", header('x', "-1 path=evil\n"), "not a complete .tar.gz"),
                Arguments.of(
                        "A04 PAX header of 100 KB",
                        header('x', "100000 path=" + "p".repeat(99_987) + "\n"),
                        "longer than any real one"),
                Arguments.of("A08 CON", file("set/CON", SMALL), "not a valid file name on Windows"),
                Arguments.of("A08 aux.jpg", file("set/aux.jpg", SMALL), "not a valid file name on Windows"),
                Arguments.of("A08 com1 in a path", file("com1/a", SMALL), "not a valid file name on Windows"),
                Arguments.of("A08 trailing dot", file("set/a.", SMALL), "not a valid file name on Windows"),
                Arguments.of("A08 trailing space", file("set /a", SMALL), "not a valid file name on Windows"),
                Arguments.of("A08 twice", all(file("set/a", SMALL), file("set/a", SMALL)), "occurs twice"),
                Arguments.of(
                        "A08 twice, by another way",
                        all(file("set/a", SMALL), file("./set//a", SMALL)),
                        "occurs twice"),
                Arguments.of("A08 twice but for case", all(file("set/a", SMALL), file("set/A", SMALL)), "occurs twice"),
                Arguments.of(
                        "A08 twice but for composition",
                        all(file("\u00e9", SMALL), file("e\u0301", SMALL)),
                        "occurs twice"),
                Arguments.of("A08 folder then file", all(file("set/a", SMALL), file("set", SMALL)), "occurs twice"),
                Arguments.of(
                        "A08 file then folder",
                        all(file("set", SMALL), file("set/a", SMALL)),
                        "both a file and a folder"),
                Arguments.of("A06 too large", file("big", new byte[300_001]), "more than 300000 bytes"),
                Arguments.of(
                        "A06 too large together",
                        all(file("a", new byte[200_000]), file("b", new byte[200_000])),
                        "more than 300000 bytes"),
                Arguments.of(
                        "A06 too many",
                        (TestArchives.Entries) tar -> {
                            for (int i = 0; i < 21; i++) {
                                file("f" + i, SMALL).to(tar);
                            }
                        },
                        "more than 20 entries"));
    }

    /** A file {@code plain} whose PAX header has these records. */
    private static TestArchives.Entries pax(String... records) {
        StringBuilder text = new StringBuilder();
        for (String record : records) {
            int others = record.length() + 2; // the space and the line's end; the length counts its own digits too
            text.append(others < 9 ? others + 1 : others + 2)
                    .append(' ')
                    .append(record)
                    .append('\n');
        }
        return all(header('x', text.toString()), file("plain", SMALL));
    }

    /** A header that is said to be of {@code kind}, and its contents. */
    private static TestArchives.Entries header(char kind, String contents) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry("header", (byte) kind);
            byte[] bytes = contents.getBytes(StandardCharsets.UTF_8);
            entry.setSize(bytes.length);
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        };
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("corrupt")
    void refusesWhatIsNotWhole(String what, byte[] bytes, String words) throws IOException {
        refuses(bytes, words);
    }

    static Stream<Arguments> corrupt() throws IOException {
        byte[] good = tarGz(file("set/a", SMALL));
        byte[] wrongChecksum = good.clone();
        wrongChecksum[good.length - 8] ^= 1;
        byte[] wrongSize = good.clone();
        wrongSize[good.length - 1] ^= 1;
        byte[] flags = good.clone();
        flags[3] = (byte) 0x80;
        byte[] name = good.clone();
        name[3] = 8;
        byte[] tar = tar(file("set/a", SMALL));
        return Stream.of(
                Arguments.of("A07 cut in the trailer", Arrays.copyOf(good, good.length - 1), "not a complete .tar.gz"),
                Arguments.of("A07 checksum", wrongChecksum, "its checksum is wrong"),
                Arguments.of("A07 size", wrongSize, "its checksum is wrong"),
                Arguments.of("A07 unknown flags", flags, "unknown flags"),
                Arguments.of("A07 a name without end", name, "not a complete .tar.gz"),
                Arguments.of(
                        "A07 a name of 5000 bytes",
                        concat(Arrays.copyOf(name, 10), "n".repeat(5000).getBytes(StandardCharsets.UTF_8)),
                        "a name of more than"),
                Arguments.of("A07 two archives", concat(good, good), "data follows its end"),
                Arguments.of(
                        "A07 one archive in two members",
                        concat(gzip(Arrays.copyOf(tar, 700)), gzip(Arrays.copyOfRange(tar, 700, tar.length))),
                        "not a complete .tar.gz"),
                Arguments.of("A07 a byte behind the end", Arrays.copyOf(good, good.length + 1), "data follows its end"),
                Arguments.of(
                        "A07 a page behind the end",
                        Arrays.copyOf(good, good.length + 200_000),
                        "data follows its end"));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** A header with a name, a comment, an extra field and a checksum of its own, as RFC 1952 allows. */
    @Test
    void acceptsEveryPartOfAHeader() throws IOException {
        byte[] good = tarGz(file("set/a", SMALL));
        byte[] header = {31, (byte) 139, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 'e', 'x', 'n', 0, 'c', 0, 9, 9};
        extract(concat(header, Arrays.copyOfRange(good, 10, good.length)));
        assertThat(into.resolve("set/a")).hasBinaryContent(SMALL);
    }

    /** A04: commons-compress takes the slash off, as GNU tar does, before the name can be seen. */
    @Test
    void putsAbsolutePathsOfPaxHeadersBelowTheFolder() throws IOException {
        extract(tarGz(pax("path=/set/a")));
        assertThat(into.resolve("set/a")).hasBinaryContent(SMALL);
    }

    /** A06: an archive in an archive is a file like any other. */
    @Test
    void leavesNestedArchivesAlone() throws IOException {
        byte[] inner = tarGz(file("../evil", SMALL));
        extract(tarGz(file("set/inner.tar.gz", inner)));
        assertThat(into.resolve("set/inner.tar.gz")).hasBinaryContent(inner);
        assertThat(names(into.resolve("set"))).containsExactly("inner.tar.gz");
    }

    @Test
    void refusesWhatIsNoArchive() throws IOException {
        refuses(new byte[0], "not a complete .tar.gz");
        refuses("<html>".getBytes(StandardCharsets.UTF_8), "not a complete .tar.gz");
        refuses(gzip("<html>".repeat(500).getBytes(StandardCharsets.UTF_8)), "not a complete .tar.gz");
    }

    /** Every length short of the whole, and every flipped byte, is refused or does no harm. */
    @Test
    void refusesDamage() throws IOException {
        byte[] random = new byte[1500];
        new Random(2).nextBytes(random);
        byte[] good = tarGz(all(file("set/a", random), file("set/b", SMALL)));
        for (int length = 0; length < good.length; length += 7) {
            refuses(Arrays.copyOf(good, length), "not a complete .tar.gz");
        }
        for (int at = 10; at < good.length; at += 7) {
            byte[] bad = good.clone();
            bad[at] ^= 0x55;
            if (sameBytes(bad, good)) {
                continue;
            }
            refuses(bad, "");
        }
    }

    /** Damage may unpack to the same bytes: within a run of zeros, it is the same how far back a repetition looks. */
    private static boolean sameBytes(byte[] damaged, byte[] good) throws IOException {
        byte[] unpacked;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(damaged))) {
            unpacked = in.readAllBytes();
        } catch (IOException e) {
            return false;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(good))) {
            return Arrays.equals(unpacked, in.readAllBytes());
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
