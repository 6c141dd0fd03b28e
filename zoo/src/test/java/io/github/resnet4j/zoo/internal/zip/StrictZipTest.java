package io.github.resnet4j.zoo.internal.zip;

import static io.github.resnet4j.zoo.internal.zip.ZipParts.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StrictZipTest {
    private static final int MOST = 1 << 24;
    private static final int RATIO = 200;

    private static FileBytes file(byte[] bytes) {
        return FileBytes.of(Path.of("x.pth"), bytes);
    }

    /** Everything in an archive, each entry checked. */
    static Map<String, byte[]> contents(byte[] archive) {
        StrictZip zip = StrictZip.open(file(archive), WeightFormat.TORCH_ZIP);
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (StrictZip.Entry entry : zip.entries()) {
            if (entry.stored()) {
                zip.verify(entry);
            }
            contents.put(entry.name(), zip.read(entry, MOST, RATIO));
        }
        return contents;
    }

    private static ZipParts torch() {
        return ZipParts.torch("archive/data.pkl", "archive/data/0", "archive/data/1", "archive/version");
    }

    /** What {@code torch.save} writes, changed. */
    private static byte[] torch(Consumer<ZipParts> change) {
        ZipParts zip = torch();
        change.accept(zip);
        return zip.bytes();
    }

    /** The same with a change to the second entry. */
    private static byte[] second(Consumer<ZipParts.Part> change) {
        return torch(zip -> change.accept(zip.parts.get(1)));
    }

    private static Arguments row(String name, Fault fault, byte[] archive) {
        return Arguments.of(name, fault, archive);
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                        beginningsAndEnds(), contradictions(), flagsAndMethods(), overlaps(), names(), many(), hiding())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> beginningsAndEnds() {
        byte[] good = torch().bytes();
        Stream<Arguments> cuts = IntStream.range(1, 16)
                .mapToObj(i ->
                        row("P03 cut at " + i + "/16", Fault.TRUNCATED, Arrays.copyOf(good, good.length * i / 16)));
        Stream<Arguments> others = Stream.of(
                row("P01 no bytes", Fault.EMPTY, new byte[0]),
                row("P02 one byte", Fault.TRUNCATED, Arrays.copyOf(good, 1)),
                row("P02 three bytes", Fault.TRUNCATED, Arrays.copyOf(good, 3)),
                row("P02 the signature alone", Fault.TRUNCATED, Arrays.copyOf(good, 4)),
                row("P02 half an end record", Fault.TRUNCATED, ascii("PK\5\6\0\0\0")),
                // Not ZIP_CORRUPT: without its end record a file looks as if the download had stopped, and mostly it
                // did.
                row("P04 end record cut off", Fault.TRUNCATED, Arrays.copyOf(good, good.length - 22)),
                row("P04 end record overwritten", Fault.TRUNCATED, with(good, good.length - 22, 0, 4)),
                row("P04 end record promises a comment", Fault.TRUNCATED, with(good, good.length - 2, 7, 2)),
                row("P04 one entry more in the end record", Fault.ZIP_CORRUPT, torch(zip -> zip.extraCount = 1)),
                row("P04 one entry fewer in the end record", Fault.ZIP_CORRUPT, torch(zip -> zip.extraCount = -1)),
                row("P04 no entries in the end record", Fault.ZIP_CORRUPT, torch(zip -> zip.extraCount = -4)),
                row("P04 without ZIP64 too", Fault.ZIP_CORRUPT, torch(zip -> {
                    zip.zip64 = false;
                    zip.extraCount = 1;
                })),
                row("P04 two disks", Fault.ZIP_CORRUPT, with(good, good.length - 18, 1, 2)),
                row("P04 two counts", Fault.ZIP_CORRUPT, with(good, good.length - 14, 3, 2)),
                row("P04 end records of different counts", Fault.ZIP_CORRUPT, with(good, good.length - 66, 3, 16)),
                row("P04 directory size beyond the file", Fault.ZIP_CORRUPT, torch(zip -> zip.extraSize = 1 << 20)),
                row("P04 directory size one byte short", Fault.POLYGLOT, torch(zip -> zip.extraSize = -1)),
                row(
                        "P05 ZIP64 end record beyond the file",
                        Fault.ZIP_CORRUPT,
                        torch(zip -> zip.extraLocator = 1L << 40)),
                row(
                        "P05 ZIP64 end record at a negative offset",
                        Fault.ZIP_CORRUPT,
                        torch(zip -> zip.extraLocator = -1L << 40)),
                row("P05 ZIP64 end record one byte off", Fault.ZIP_CORRUPT, torch(zip -> zip.extraLocator = 1)),
                row("P05 ZIP64 end record overwritten", Fault.ZIP_CORRUPT, with(good, good.length - 98, 0, 4)),
                row("P05 directory beyond the file", Fault.ZIP_CORRUPT, torch(zip -> zip.extraOffset = 1 << 20)),
                row("P05 directory at a negative offset", Fault.ZIP_CORRUPT, torch(zip -> {
                    zip.extraOffset = Long.MIN_VALUE;
                })),
                row("P05 directory overwritten", Fault.ZIP_CORRUPT, with(good, good.length - 98 - 60, 0, 4)),
                row("P05 entry behind the directory", Fault.ZIP_CORRUPT, second(part -> part.extraOffset = 1 << 20)),
                row(
                        "P05 no entry where the directory says",
                        Fault.ZIP_CORRUPT,
                        with(good, headerToEnd(torch().parts.get(0)), 0, 4)),
                row("P18 7z", Fault.BAD_MAGIC, "7z\274\257'\34".getBytes(StandardCharsets.ISO_8859_1)),
                row("P18 gzip", Fault.BAD_MAGIC, new byte[] {31, -117, 8, 0, 0, 0, 0, 0, 0, 3}));
        return Stream.concat(cuts, others);
    }

    private static Stream<Arguments> contradictions() {
        return Stream.of(
                row("P08 one name twice", Fault.ZIP_DUP, torch(zip -> rename(zip.parts.get(2), "archive/data/0"))),
                row(
                        "P09 another name at the entry",
                        Fault.ZIP_MISMATCH,
                        second(part -> part.localName = ascii("archive/data/9"))),
                row(
                        "P09 another name in the directory",
                        Fault.ZIP_MISMATCH,
                        second(part -> part.name = ascii("archive/data/9"))),
                row(
                        "P09 a longer name at the entry",
                        Fault.ZIP_MISMATCH,
                        second(part -> part.localName = ascii("archive/data/00"))),
                row("P09 no name at the entry", Fault.ZIP_MISMATCH, second(part -> part.localName = new byte[0])),
                row("P09 another size at the entry", Fault.ZIP_MISMATCH, second(part -> part.localSize = 1)),
                row(
                        "P09 another packed size at the entry",
                        Fault.ZIP_MISMATCH,
                        second(part -> part.localCompressedSize = 1)),
                row("P09 another checksum at the entry", Fault.ZIP_MISMATCH, second(part -> part.localCrc = 1)),
                row("P09 no size at the entry, nor behind it", Fault.ZIP_MISMATCH, second(part -> {
                    part.plain();
                    part.localSize = 0;
                })),
                row("P09 another method at the entry", Fault.ZIP_MISMATCH, second(part -> part.localMethod = 8)),
                row("P09 other flags at the entry", Fault.ZIP_MISMATCH, second(part -> part.localFlags = 0x0008)),
                row("P09 another checksum behind the entry", Fault.ZIP_MISMATCH, torch(zip -> {
                    ZipParts.Part part = zip.parts.get(1);
                    part.gap = descriptor(part.crc + 1, part.size);
                    part.descriptor = 0;
                })),
                row("P09 another size behind the entry", Fault.ZIP_MISMATCH, torch(zip -> {
                    ZipParts.Part part = zip.parts.get(1);
                    part.gap = descriptor(part.crc, part.size + 1);
                    part.descriptor = 0;
                })),
                row("P09 no descriptor behind the entry", Fault.ZIP_CORRUPT, second(part -> part.descriptor = 0)),
                row("P09 two sizes of a stored entry", Fault.ZIP_MISMATCH, second(part -> part.size++)),
                row("P09 ZIP64 sizes at the entry that differ", Fault.ZIP_MISMATCH, second(part -> {
                    part.localSize = -1;
                    part.localCompressedSize = -1;
                    part.localExtra = field(1, longs(5, 6));
                })),
                row("P09 ZIP64 sizes that are missing", Fault.ZIP_CORRUPT, second(part -> part.localSize = -1)),
                row("P09 ZIP64 sizes that are negative", Fault.ZIP_CORRUPT, second(part -> {
                    part.size = -1;
                    part.extra = field(1, longs(-5));
                })),
                row("P09 ZIP64 size larger than the file", Fault.ZIP_OVERLAP, second(part -> {
                    part.size = -1;
                    part.compressedSize = -1;
                    part.extra = field(1, longs(1L << 62, 1L << 62));
                })),
                row(
                        "P09 two ZIP64 fields",
                        Fault.ZIP_CORRUPT,
                        second(part -> part.extra = concat(field(1, longs(7)), field(1, longs(8))))),
                row(
                        "P09 a ZIP64 field that is not asked for",
                        Fault.ZIP_CORRUPT,
                        second(part -> part.extra = field(1, longs(7)))),
                row(
                        "P09 an extra field cut short",
                        Fault.ZIP_CORRUPT,
                        second(part -> part.extra = new byte[] {1, 2, 3})),
                row(
                        "P09 an extra field longer than all",
                        Fault.ZIP_CORRUPT,
                        second(part -> part.extra = new byte[] {1, 2, 3, 0})),
                row(
                        "P09 a second name in an extra field",
                        Fault.ZIP_NAME,
                        second(part -> part.extra = field(0x7075, new byte[9]))),
                row("P11 checksum of the first entry", Fault.ZIP_CRC, torch(zip -> zip.parts.get(0).data[3] ^= 1)),
                row(
                        "P11 checksum of the second entry",
                        Fault.ZIP_CRC,
                        second(part -> part.data[part.data.length - 1] ^= 1)),
                row(
                        "P11 checksum of a deflated entry",
                        Fault.ZIP_CRC,
                        torch(zip -> zip.deflated("x", new byte[100]).crc ^= 1)));
    }

    private static Stream<Arguments> flagsAndMethods() {
        byte[] zeros = new byte[10 << 20];
        Stream<Arguments> flags = IntStream.of(0x0001, 0x0010, 0x0020, 0x0040, 0x2000, 0x8000)
                .boxed()
                .flatMap(flag -> Stream.of(
                        row(
                                "P10 flag %04x in the directory".formatted(flag),
                                Fault.ZIP_FLAGS,
                                second(part -> part.flags |= flag)),
                        row(
                                "P10 flag %04x at the entry".formatted(flag),
                                Fault.ZIP_FLAGS,
                                second(part -> part.localFlags |= flag))));
        Stream<Arguments> methods = IntStream.of(1, 9, 12, 14, 93, 95, 99)
                .mapToObj(method -> row("D13 method " + method, Fault.ZIP_METHOD, second(part -> {
                    part.method = method;
                    part.localMethod = method;
                })));
        Stream<Arguments> deflated = Stream.of(
                row("D13 deflated 1000 : 1", Fault.ZIP_RATIO, torch(zip -> zip.deflated("x", zeros))),
                row("D13 10 GB promised of 10 KB", Fault.LIMIT, torch(zip -> {
                    ZipParts.Part part = zip.deflated("x", zeros);
                    part.size = 0xFFFF_FFF0L;
                })),
                row("D13 more than promised", Fault.ZIP_CORRUPT, torch(zip -> zip.deflated("x", zeros).size = 70_000)),
                row("D13 one byte more than promised", Fault.ZIP_CORRUPT, torch(zip -> zip.deflated("x", new byte[100])
                        .size--)),
                row("D13 one byte fewer than promised", Fault.ZIP_CORRUPT, torch(zip -> zip.deflated("x", new byte[100])
                        .size++)),
                row(
                        "D13 not deflated",
                        Fault.ZIP_CORRUPT,
                        torch(zip -> Arrays.fill(zip.deflated("x", new byte[100]).data, (byte) 7))),
                row("D13 deflated data cut short", Fault.ZIP_CORRUPT, torch(zip -> {
                    ZipParts.Part part = zip.deflated("x", new byte[100]);
                    part.data = Arrays.copyOf(part.data, part.data.length - 1);
                    part.compressedSize--;
                })),
                row("D13 deflated data goes on behind its end", Fault.ZIP_CORRUPT, torch(zip -> {
                    ZipParts.Part part = zip.deflated("x", new byte[100]);
                    part.data = Arrays.copyOf(part.data, part.data.length + 1);
                    part.compressedSize++;
                })));
        return Stream.of(flags, methods, deflated).flatMap(rows -> rows);
    }

    private static Stream<Arguments> overlaps() {
        return Stream.of(
                row("P13 two names of one entry", Fault.ZIP_OVERLAP, torch(zip -> {
                    ZipParts.Part twin = zip.add("archive/twin", zip.parts.get(3).data);
                    twin.written = false;
                    twin.extraOffset = -headerToEnd(zip.parts.get(3));
                })),
                row("P13 an entry that holds the next one", Fault.ZIP_OVERLAP, second(part -> {
                    part.size += 100;
                    part.compressedSize += 100;
                })),
                row("P13 an entry that reaches into the directory", Fault.ZIP_OVERLAP, torch(zip -> {
                    zip.parts.get(3).size += 30;
                    zip.parts.get(3).compressedSize += 30;
                })),
                row("P13 a name as long as the file", Fault.ZIP_OVERLAP, with(torch().bytes(), 26, 0xFFFF, 2)),
                row("P13 quoted headers, as in Fifield's bomb", Fault.ZIP_OVERLAP, quoted()));
    }

    /** The second entry lies, header and all, within a stored block of the first's deflated data. */
    private static byte[] quoted() {
        ZipParts inner = new ZipParts();
        inner.zip64 = false;
        ZipParts.Part kernel = inner.deflated("b", new byte[1000]).plain();
        byte[] entry = Arrays.copyOf(inner.bytes(), 31 + kernel.data.length);
        byte[] block = ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0)
                .putShort((short) 31)
                .putShort((short) ~31)
                .array();
        ZipParts zip = new ZipParts();
        ZipParts.Part outer = zip.deflated("a", new byte[1031]).plain();
        outer.data = concat(block, entry);
        outer.compressedSize = outer.data.length;
        outer.localCompressedSize = outer.data.length;
        ZipParts.Part second = zip.deflated("b", new byte[1000]).plain();
        second.written = false;
        second.extraOffset = -entry.length;
        return zip.bytes();
    }

    private static Stream<Arguments> names() {
        Stream<Arguments> paths = Stream.of(
                        "../../evil",
                        "/abs",
                        "C:\\x",
                        "C:x",
                        "a\\..\\b",
                        "a\0b",
                        "a/../b",
                        "..",
                        ".",
                        "a/./b",
                        "a//b",
                        "folder/",
                        "",
                        "a\nb",
                        "a\033[2Jb",
                        "a\u0085b",
                        "n".repeat(1025))
                .map(name -> row(
                        "P14 " + (name.length() > 20 ? "long" : name.replaceAll("\\p{Cntrl}", "?")),
                        Fault.ZIP_NAME,
                        torch(zip -> rename(zip.parts.get(1), name))));
        Stream<Arguments> encodings = Stream.of(
                row("P14 not UTF-8", Fault.ZIP_NAME, torch(zip -> rename(zip.parts.get(1), new byte[] {'a', -1}))),
                row(
                        "P14 overlong UTF-8 of ..",
                        Fault.ZIP_NAME,
                        torch(zip -> rename(zip.parts.get(1), new byte[] {-64, -82, -64, -82}))),
                row(
                        "P14 a surrogate in UTF-8",
                        Fault.ZIP_NAME,
                        torch(zip -> rename(zip.parts.get(1), new byte[] {-19, -96, -128}))),
                row("P14 beyond ASCII without the flag", Fault.ZIP_NAME, second(part -> {
                    rename(part, "é".getBytes(StandardCharsets.UTF_8));
                    part.flags = 8;
                    part.localFlags = 8;
                })));
        return Stream.concat(paths, encodings);
    }

    private static Stream<Arguments> many() {
        return Stream.of(
                row("P15 1,000,000 empty entries", Fault.LIMIT_ENTRIES, empty(1_000_000, true)),
                row("P15 the same, counted by 16 bits", Fault.LIMIT_ENTRIES, empty(1_000_000, false)),
                row("P15 65,537 entries", Fault.LIMIT_ENTRIES, empty(65_537, true)),
                row("P15 2^63 entries promised", Fault.LIMIT_ENTRIES, torch(zip -> zip.extraCount = Long.MIN_VALUE)),
                row("P15 2^62 entries promised", Fault.LIMIT_ENTRIES, torch(zip -> zip.extraCount = 1L << 62)),
                row("P15 a directory of 17 MB", Fault.LIMIT_ENTRIES, torch(zip -> {
                    for (int i = 0; i < 260; i++) {
                        zip.add("n" + i, new byte[0]).extra = field(9, new byte[65_000]);
                    }
                })));
    }

    private static byte[] empty(int count, boolean zip64) {
        int name = 8;
        ByteBuffer bytes =
                ByteBuffer.allocate(count * (30 + 46 + 2 * name) + 98).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putInt(0x04034b50).position(bytes.position() + 22);
            bytes.putShort((short) name).putShort((short) 0).put(ascii("%08x".formatted(i)));
        }
        int directory = bytes.position();
        for (int i = 0; i < count; i++) {
            bytes.putInt(0x02014b50).position(bytes.position() + 24);
            bytes.putShort((short) name).position(bytes.position() + 12);
            bytes.putInt(i * (30 + name)).put(ascii("%08x".formatted(i)));
        }
        int size = bytes.position() - directory;
        if (zip64) {
            int at = bytes.position();
            bytes.putInt(0x06064b50).putLong(44).putInt(0).putInt(0).putInt(0);
            bytes.putLong(count).putLong(count).putLong(size).putLong(directory);
            bytes.putInt(0x07064b50).putInt(0).putLong(at).putInt(1);
        }
        bytes.putInt(0x06054b50).putInt(0);
        int small = zip64 ? 0xFFFF : count;
        bytes.putShort((short) small)
                .putShort((short) small)
                .putInt(size)
                .putInt(directory)
                .putShort((short) 0);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static Stream<Arguments> hiding() {
        byte[] pickle = ascii("\200\2cos\nsystem\n.");
        byte[] orphan = Arrays.copyOf(torch().bytes(), 30 + 16 + 14);
        return Stream.of(
                row("P16 bytes in front", Fault.POLYGLOT, torch(zip -> zip.prefix = pickle)),
                row("P16 bytes in front that are counted", Fault.POLYGLOT, torch(zip -> {
                    zip.prefix = pickle;
                    zip.parts.forEach(part -> part.extraOffset = pickle.length);
                    zip.extraOffset = pickle.length;
                    zip.extraLocator = 0;
                })),
                row("P16 an entry in front that the directory lacks", Fault.POLYGLOT, torch(zip -> {
                    zip.prefix = orphan;
                    zip.parts.forEach(part -> part.extraOffset = orphan.length);
                    zip.extraOffset = orphan.length;
                })),
                row("P16 bytes behind the end", Fault.POLYGLOT, torch(zip -> zip.suffix = pickle)),
                row("P16 one byte behind the end", Fault.POLYGLOT, torch(zip -> zip.suffix = new byte[1])),
                // Not POLYGLOT: its ZIP64 records do not lie where they would without the first archive.
                row(
                        "P16 another archive behind the end",
                        Fault.ZIP_CORRUPT,
                        torch(zip -> zip.suffix = torch().bytes())),
                row("P16 a comment", Fault.POLYGLOT, torch(zip -> zip.comment = pickle)),
                row("P16 a comment of an entry", Fault.POLYGLOT, second(part -> part.comment = pickle)),
                row("P16 bytes between entries", Fault.POLYGLOT, second(part -> part.gap = pickle)),
                row("P16 bytes between entries without sizes behind", Fault.POLYGLOT, second(part -> {
                    part.plain();
                    part.gap = new byte[16];
                })),
                row("P16 bytes in place of the sizes", Fault.POLYGLOT, second(part -> {
                    part.descriptor = 0;
                    part.gap = new byte[16];
                })),
                row("P16 bytes in front of the directory", Fault.POLYGLOT, torch(zip -> zip.beforeDirectory = pickle)),
                row("P16 bytes behind the directory", Fault.POLYGLOT, torch(zip -> zip.behindDirectory = pickle)),
                row("P16 an entry and a directory without entries", Fault.POLYGLOT, torch(zip -> {
                    zip.parts.clear();
                    zip.beforeDirectory = orphan;
                })),
                row("P16 an entry that the directory lacks", Fault.POLYGLOT, second(part -> part.gap = orphan)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void rejects(String name, Fault fault, byte[] archive) {
        BadWeightsException refusal = Hostile.rejected(fault, archive.length, () -> contents(archive));

        assertThat(refusal.format()).isIn(WeightFormat.TORCH_ZIP, WeightFormat.UNKNOWN);
        assertThat(contents(torch().bytes())).hasSize(4);
    }

    static Stream<Arguments> good() throws IOException {
        byte[] text = ascii("text");
        ByteArrayOutputStream java = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(java)) {
            out.putNextEntry(new ZipEntry("folder/ü"));
            out.write(new byte[1000]);
            ZipEntry stored = new ZipEntry("stored");
            stored.setMethod(ZipEntry.STORED);
            stored.setSize(4);
            CRC32 crc = new CRC32();
            crc.update(text);
            stored.setCrc(crc.getValue());
            out.putNextEntry(stored);
            out.write(text);
        }
        ZipParts none = new ZipParts();
        none.zip64 = false;
        return Stream.of(
                Arguments.of("torch.save's", torch().bytes(), 4),
                Arguments.of("java.util.zip's", java.toByteArray(), 2),
                Arguments.of("no entries", none.bytes(), 0),
                Arguments.of("an empty entry", torch(zip -> zip.add("archive/data/2", new byte[0])), 5),
                Arguments.of("an empty deflated entry", torch(zip -> zip.deflated("archive/data/2", new byte[0])), 5),
                Arguments.of("deflated 1000 : 1 but small", torch(zip -> zip.deflated("x", new byte[1 << 16])), 5),
                Arguments.of("sizes at the entry", torch(zip -> zip.parts.forEach(ZipParts.Part::plain)), 4),
                Arguments.of("no ZIP64 end record", torch(zip -> zip.zip64 = false), 4),
                Arguments.of("32-bit sizes without a signature", second(part -> part.descriptor = 12), 4),
                Arguments.of("64-bit sizes", second(part -> part.descriptor = 24), 4),
                Arguments.of("64-bit sizes without a signature", second(part -> part.descriptor = 20), 4),
                Arguments.of("ZIP64 sizes in the directory", second(StrictZipTest::large), 4),
                Arguments.of(
                        "a place of the entry beyond 4 GB in front of it, as PyTorch writes",
                        second(part -> part.localExtra = concat(field(1, longs(1L << 33)), part.localExtra)),
                        4),
                Arguments.of(
                        "ZIP64 sizes of a small entry, as Python writes",
                        second(part -> {
                            part.plain();
                            part.localSize = -1;
                            part.localCompressedSize = -1;
                            part.localExtra = field(1, longs(part.size, part.size));
                        }),
                        4),
                Arguments.of("other extra fields", second(part -> part.extra = field(0x5455, new byte[5])), 4),
                Arguments.of("65,536 entries", empty(65_536, true), 65_536));
    }

    private static void large(ZipParts.Part part) {
        part.descriptor = 0;
        part.gap = descriptor(part.crc, part.size);
        part.extra = field(1, longs(part.size, part.size));
        part.size = -1;
        part.compressedSize = -1;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void accepts(String name, byte[] archive, int entries) {
        assertThat(StrictZip.matches(file(archive))).isTrue();
        assertThat(contents(archive)).hasSize(entries);
    }

    @Test
    void givesContentsInTheOrderOfTheFile() {
        ZipParts zip = torch();
        zip.deflated("archive/text", ascii("text"));
        Map<String, byte[]> contents = contents(zip.bytes());

        assertThat(contents.keySet())
                .containsExactly(
                        "archive/data.pkl", "archive/data/0", "archive/data/1", "archive/version", "archive/text");
        assertThat(contents.get("archive/data/1")).isEqualTo(zip.parts.get(2).data);
        assertThat(contents.get("archive/text")).isEqualTo(ascii("text"));
        StrictZip open = StrictZip.open(file(zip.bytes()), WeightFormat.TORCH_ZIP);
        StrictZip.Entry entry = open.find("archive/data/1").orElseThrow();
        assertThat(entry.offset() % 64).isZero();
        assertThat(entry.stored()).isTrue();
        assertThat(open.find("archive/data/2")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open.verify(open.find("archive/text").orElseThrow()));
    }

    @Test
    void readsNoMoreThanAllowed() {
        byte[] archive = torch().bytes();
        StrictZip zip = StrictZip.open(file(archive), WeightFormat.TORCH_ZIP);
        StrictZip.Entry entry = zip.entries().get(1);

        assertThat(zip.read(entry, 27, RATIO)).hasSize(27);
        Hostile.rejected(Fault.LIMIT, archive.length, () -> zip.read(entry, 26, RATIO));
    }

    @Test
    void knowsAZipByItsBeginning() {
        assertThat(List.of("P", "PK\3", "PK\3\4", "PK\5\6x")).allMatch(start -> StrictZip.matches(file(ascii(start))));
        assertThat(List.of("Q", "PX", "PK\3\5", "PK\1\2")).noneMatch(start -> StrictZip.matches(file(ascii(start))));
    }

    private static void rename(ZipParts.Part part, String name) {
        rename(part, name.getBytes(StandardCharsets.UTF_8));
    }

    private static void rename(ZipParts.Part part, byte[] name) {
        part.name = name;
        part.localName = name;
    }

    /** Bytes from its header to the next. */
    private static int headerToEnd(ZipParts.Part part) {
        return 30 + part.localName.length + part.localExtra.length + part.data.length + part.descriptor;
    }

    private static byte[] descriptor(long crc, long size) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x08074b50)
                .putInt((int) crc)
                .putInt((int) size)
                .putInt((int) size)
                .array();
    }

    /** {@code bytes} with a little-endian number of {@code width} bytes put at {@code at}. */
    private static byte[] with(byte[] bytes, int at, long value, int width) {
        byte[] changed = bytes.clone();
        for (int b = 0; b < width; b++) {
            changed[at + b] = b < 8 ? (byte) (value >> 8 * b) : 0;
        }
        return changed;
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(bytes::putLong);
        return bytes.array();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
