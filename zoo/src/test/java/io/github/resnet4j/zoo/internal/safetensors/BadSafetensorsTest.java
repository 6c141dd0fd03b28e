package io.github.resnet4j.zoo.internal.safetensors;

import static io.github.resnet4j.zoo.internal.safetensors.Bytes.fields;
import static io.github.resnet4j.zoo.internal.safetensors.Bytes.file;
import static io.github.resnet4j.zoo.internal.safetensors.Bytes.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that must be refused, and odd ones that must not. */
class BadSafetensorsTest {
    private static final int MEGABYTES_100 = 100_000_000;

    /** A good file: 24 bytes of data. */
    private static final byte[] GOOD = file(
            "{\"__metadata__\":{\"format\":\"pt\"}," + tensor("w", "F32", "[2,2]", 0, 16) + ","
                    + tensor("n", "I64", "[]", 16, 24) + "}",
            24);

    /** Made when it is needed: some have 100 MB. */
    record Row(String name, Fault fault, Supplier<byte[]> file) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, Fault fault, byte[] file) {
        return new Row(name, fault, () -> file);
    }

    /** A header by its text, with 16 bytes of data. */
    private static Row header(String name, Fault fault, String header) {
        return row(name, fault, file(header, 16));
    }

    /** One tensor {@code w} by its fields, with 16 bytes of data. */
    private static Row one(String name, Fault fault, String dtype, String shape, String offsets) {
        return header(name, fault, "{\"w\":" + fields(dtype, shape, offsets) + "}");
    }

    private static Row shape(String name, Fault fault, String shape) {
        return one(name, fault, "\"F32\"", shape, "[0,16]");
    }

    private static Row offsets(String name, Fault fault, String offsets) {
        return one(name, fault, "\"F32\"", "[4]", offsets);
    }

    static List<Row> bad() {
        String w = tensor("w", "F32", "[4]", 0, 16);
        String ten = IntStream.range(0, 10)
                .mapToObj(i -> tensor("w" + i, "F32", "[4]", 0, 16))
                .collect(Collectors.joining(",", "{", "}"));
        List<Row> rows = new ArrayList<>(List.of(
                // All readers say EMPTY of a file without bytes, before its format is asked for.
                row("S01 0 bytes", Fault.EMPTY, new byte[0]),
                row("S01 1 byte", Fault.HEADER_SMALL, new byte[1]),
                row("S01 7 bytes", Fault.HEADER_SMALL, new byte[7]),
                row("S01 8 bytes", Fault.HEADER_SMALL, new byte[8]),
                row("S02 header of no bytes", Fault.JSON, file(0, bytes("{}"), 0)),
                row("S02 header of one brace", Fault.JSON, file("{", 0)),
                row("S03 header of 100,000,001 bytes", Fault.HEADER_LARGE, file(100_000_001, bytes("{}"), 0)),
                row("S03 header of 2^63 bytes", Fault.HEADER_LARGE, file(Long.MIN_VALUE, bytes("{}"), 0)),
                row("S03 header of 2^64 - 1 bytes", Fault.HEADER_LARGE, file(-1, bytes("{}"), 0)),
                row("S04 header longer than the file by 1", Fault.HEADER_LENGTH, file(3, bytes("{}"), 0)),
                row("S04 header longer than the file", Fault.HEADER_LENGTH, file(100_000_000, bytes("{}"), 0)),
                row("S05 byte FF", Fault.UTF8, file(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, 0)),
                row("S05 overlong slash", Fault.UTF8, file(new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"'}, 0)),
                row("S05 overlong NUL", Fault.UTF8, file(new byte[] {'{', (byte) 0xE0, (byte) 0x80, (byte) 0x80}, 0)),
                row("S05 surrogate", Fault.UTF8, file(new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80}, 0)),
                row("S05 beyond Unicode", Fault.UTF8, file(new byte[] {'{', (byte) 0xF5, (byte) 0x80, '}'}, 0)),
                row("S05 cut character", Fault.UTF8, file(new byte[] {'{', '"', (byte) 0xE2, (byte) 0x82}, 0)),
                header("S05 byte order mark", Fault.UTF8, "\uFEFF{" + w + "}"),
                header("S06 array", Fault.JSON, "[]"),
                header("S06 string", Fault.JSON, "\"x\""),
                header("S06 null", Fault.JSON, "null"),
                header("S06 number", Fault.JSON, "12"),
                header("S06 only a brace", Fault.JSON, "{"),
                header("S06 only spaces", Fault.JSON, "    "),
                header("S06 two values", Fault.JSON, "{" + w + "}{}"),
                header("S06 cut", Fault.JSON, "{" + w.substring(0, 20)),
                header("S06 comma at the end", Fault.JSON, "{" + w + ",}"),
                header("S06 comment", Fault.JSON, "{/* */" + w + "}"),
                header("S06 single quotes", Fault.JSON, ("{" + w + "}").replace('"', '\'')),
                header("S06 NaN", Fault.JSON, "{\"w\":NaN}"),
                header("S06 leading zero", Fault.JSON, ("{" + w + "}").replace("[0,16]", "[00,16]")),
                header("S06 raw newline in a name", Fault.JSON, "{" + w.replace("\"w\"", "\"w\n\"") + "}"),
                new Row(
                        "S07 nested 100,000 deep in the metadata",
                        Fault.JSON_DEPTH,
                        () -> file("{\"__metadata__\":{\"a\":" + "{\"a\":".repeat(100_000), 0)),
                new Row(
                        "S07 nested 100,000 deep in a shape",
                        Fault.JSON_DEPTH,
                        () -> file("{\"w\":{\"shape\":" + "[".repeat(100_000) + "]".repeat(100_000), 0)),
                new Row("S07 100 MB of brackets", Fault.JSON_DEPTH, () -> file("[".repeat(MEGABYTES_100), 0)),
                // The 118 bytes of two meanings: readers that keep the first w and those that keep the last disagree.
                row(
                        "S08 tensor twice",
                        Fault.DUP_KEY,
                        file("{" + tensor("w", "U8", "[4]", 0, 4) + "," + tensor("w", "F32", "[1]", 0, 4) + "}", 4)),
                header(
                        "S08 tensor twice, once escaped",
                        Fault.DUP_KEY,
                        "{" + w + "," + w.replace("w", "\\u0077") + "}"),
                header(
                        "S09 dtype twice",
                        Fault.DUP_KEY,
                        "{" + w.replace("\"dtype\"", "\"dtype\":\"U8\",\"dtype\"") + "}"),
                header("S09 shape twice", Fault.DUP_KEY, "{" + w.replace("\"shape\"", "\"shape\":[],\"shape\"") + "}"),
                header(
                        "S09 data_offsets twice",
                        Fault.DUP_KEY,
                        "{" + w.replace("\"data_offsets\"", "\"data_offsets\":[0,16],\"data_offsets\"") + "}"),
                header("S10 metadata twice", Fault.METADATA, "{\"__metadata__\":{}," + w + ",\"__metadata__\":{}}"),
                header("S10 number in the metadata", Fault.METADATA, "{\"__metadata__\":{\"a\":1}," + w + "}"),
                header("S10 object in the metadata", Fault.METADATA, "{\"__metadata__\":{\"a\":{}}," + w + "}"),
                header("S10 null in the metadata", Fault.METADATA, "{\"__metadata__\":{\"a\":null}," + w + "}"),
                header("S10 metadata null", Fault.METADATA, "{\"__metadata__\":null," + w + "}"),
                header("S10 key of the metadata twice", Fault.DUP_KEY, "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
                header("S10 half a character in the metadata", Fault.JSON, "{\"__metadata__\":{\"a\":\"\\ud800\"}}"),
                header(
                        "S11 tensor of the metadata's name",
                        Fault.METADATA,
                        "{" + w.replace("\"w\"", "\"__metadata__\"") + "}"),
                header("S12 bytes shared by ten tensors", Fault.OVERLAP, ten),
                row(
                        "S12 second begins 1 byte early",
                        Fault.OVERLAP,
                        file("{" + tensor("a", "U8", "[8]", 0, 8) + "," + tensor("b", "U8", "[9]", 7, 16) + "}", 16)),
                row("S13 first begins at 4", Fault.HOLE, file("{" + tensor("w", "F32", "[3]", 4, 16) + "}", 16)),
                row(
                        "S13 gap of 1 byte",
                        Fault.HOLE,
                        file("{" + tensor("a", "U8", "[8]", 0, 8) + "," + tensor("b", "U8", "[7]", 9, 16) + "}", 16)),
                // 1 byte behind the last tensor or 33, as in the next row: the file says nothing of either.
                row(
                        "S13 last ends 1 byte early",
                        Fault.INCOMPLETE,
                        file("{" + tensor("w", "U8", "[15]", 0, 15) + "}", 16)),
                row("S14 trailing bytes", Fault.INCOMPLETE, joined(GOOD, bytes("extra_bogus_data_for_polyglot_file"))),
                row("S14 missing 2 bytes", Fault.INCOMPLETE, Arrays.copyOf(GOOD, GOOD.length - 2)),
                row("S14 bytes without a tensor", Fault.INCOMPLETE, file("{}", 1)),
                offsets("S15 end before begin", Fault.OFFSETS, "[16,0]"),
                offsets("S15 negative", Fault.OFFSETS, "[-16,0]"),
                offsets("S15 minus zero", Fault.OFFSETS, "[-0,16]"),
                offsets("S15 three", Fault.OFFSETS, "[0,8,16]"),
                offsets("S15 one", Fault.OFFSETS, "[0]"),
                offsets("S15 none", Fault.OFFSETS, "[]"),
                offsets("S15 no list", Fault.OFFSETS, "16"),
                offsets("S15 floats", Fault.OFFSETS, "[0.0,16.0]"),
                offsets("S15 exponent", Fault.OFFSETS, "[0,16e0]"),
                offsets("S15 strings", Fault.OFFSETS, "[\"0\",\"16\"]"),
                offsets("S15 above 2^53", Fault.OFFSETS, "[0,9007199254740993]"),
                offsets("S15 above 2^63", Fault.OFFSETS, "[0,9223372036854775808]"),
                offsets("S15 above 2^64 by 16", Fault.OFFSETS, "[0,18446744073709551632]"),
                new Row(
                        "S15 100 MB of digits",
                        Fault.JSON_LIMIT,
                        () -> file("{\"w\":{\"data_offsets\":[0," + "9".repeat(MEGABYTES_100 - 100), 0)),
                shape("S16 shape wraps to -4", Fault.OVERFLOW, "[2,18446744073709551614]"),
                shape("S16 shape wraps to -2", Fault.OVERFLOW, "[2,9223372036854775807]"),
                shape("S17 shape wraps to 4", Fault.OVERFLOW, "[4194305,4194305,211106198978564]"),
                shape("S17 bytes wrap", Fault.OVERFLOW, "[4503599627370496,2048]"),
                shape("S17 wraps before it is 0", Fault.OVERFLOW, "[9007199254740992,9007199254740992,0]"),
                shape("S18 too small", Fault.SIZE, "[3]"),
                shape("S18 too large", Fault.SIZE, "[2,3]"),
                shape("S18 none at all", Fault.SIZE, "[0]"),
                one("S18 other type", Fault.SIZE, "\"F64\"", "[4]", "[0,16]"),
                shape("S18 shape of floats", Fault.SIZE, "[4.0]"),
                shape("S18 negative", Fault.SIZE, "[-2,-2]"),
                shape("S18 no list", Fault.SIZE, "4"),
                one("S19 dtype f32", Fault.DTYPE, "\"f32\"", "[4]", "[0,16]"),
                one("S19 dtype F128", Fault.DTYPE, "\"F128\"", "[1]", "[0,16]"),
                one("S19 dtype Q4_0", Fault.DTYPE, "\"Q4_0\"", "[4]", "[0,16]"),
                one("S19 dtype empty", Fault.DTYPE, "\"\"", "[4]", "[0,16]"),
                one("S19 dtype number", Fault.DTYPE, "1", "[4]", "[0,16]"),
                one("S19 dtype null", Fault.DTYPE, "null", "[4]", "[0,16]"),
                one("S20 3 elements of 4 bits", Fault.DTYPE, "\"F4\"", "[3]", "[0,16]"),
                one("S20 complex", Fault.DTYPE, "\"C64\"", "[2]", "[0,16]"),
                one("S20 8 bits", Fault.DTYPE, "\"F8_E4M3\"", "[16]", "[0,16]"),
                new Row("S23 100,000 tensors", Fault.LIMIT_TENSORS, () -> file(many(100_000, ""), 0)),
                // The most that Java's strings could take: long names, two bytes for every byte of the file.
                new Row(
                        "S23 65,537 tensors with long names",
                        Fault.LIMIT_TENSORS,
                        () -> file(many(65_537, "x".repeat(500) + "€"), 0)),
                new Row(
                        "S23 100 MB of metadata",
                        Fault.METADATA,
                        () -> file(
                                IntStream.range(0, 100)
                                        .mapToObj(i -> "\"" + i + "\":\"" + "x".repeat(1_000_000 - 100) + "\"")
                                        .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}")),
                                0)),
                new Row(
                        "S23 100,000 entries of metadata",
                        Fault.METADATA,
                        () -> file(
                                IntStream.range(0, 100_000)
                                        .mapToObj(i -> "\"" + i + "\":\"\"")
                                        .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}")),
                                0)),
                header(
                        "S23 name of 1 MB",
                        Fault.NAME,
                        "{" + w.replace("\"w\"", "\"" + "w".repeat(1 << 20) + "\"") + "}"),
                new Row("S23 name of 100 MB", Fault.JSON_LIMIT, () -> file("{\"" + "w".repeat(MEGABYTES_100 - 2), 0)),
                header(
                        "S23 name of 513 bytes",
                        Fault.NAME,
                        "{" + w.replace("\"w\"", "\"" + "é".repeat(256) + "x\"") + "}"),
                header("S23 no name", Fault.NAME, "{" + w.replace("\"w\"", "\"\"") + "}"),
                header("S23 escape sequence in a name", Fault.NAME, "{" + w.replace("\"w\"", "\"\\u001b[2J\"") + "}"),
                header("S23 delete in a name", Fault.NAME, "{" + w.replace("\"w\"", "\"w\u007f\"") + "}"),
                header("S23 half a character in a name", Fault.NAME, "{" + w.replace("\"w\"", "\"\\udc00\"") + "}"),
                new Row(
                        "S23 a shape of 100 MB",
                        Fault.RANK,
                        () -> file("{\"w\":{\"shape\":[" + "0,".repeat(MEGABYTES_100 / 2 - 100), 0)),
                shape("S23 nine dimensions", Fault.RANK, "[1,1,1,1,1,1,1,1,4]"),
                header("S24 padded with NUL", Fault.JSON, "{" + w + "}\0\0\0"),
                header("S24 led by NUL", Fault.JSON, "\0{" + w + "}"),
                new Row("S24 100 MB of spaces", Fault.JSON, () -> file(" ".repeat(MEGABYTES_100), 0)),
                header(
                        "S25 unknown field",
                        Fault.FIELD,
                        "{" + w.replace("\"dtype\"", "\"pickle\":\"gASV\",\"dtype\"") + "}"),
                header("S25 no dtype", Fault.FIELD, "{" + w.replace("\"dtype\":\"F32\",", "") + "}"),
                header("S25 no shape", Fault.FIELD, "{" + w.replace("\"shape\":[4],", "") + "}"),
                header("S25 no data_offsets", Fault.FIELD, "{" + w.replace(",\"data_offsets\":[0,16]", "") + "}"),
                header("S25 number for a tensor", Fault.FIELD, "{\"w\":1}")));
        return rows;
    }

    private static String many(int count, String end) {
        return IntStream.range(0, count)
                .mapToObj(i -> tensor(i + end, "F32", "[0]", 0, 0))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refuses(Row row) {
        byte[] file = row.file().get();
        BadWeightsException refusal = Hostile.rejected(row.fault(), file.length, () -> Bytes.read(file));
        assertThat(refusal.file()).isEqualTo(Path.of("test.safetensors"));
        if (refusal.fault() != Fault.EMPTY) {
            assertThat(refusal.format()).isEqualTo(WeightFormat.SAFETENSORS);
        }
        assertThat(Bytes.read(GOOD).tensors()).containsOnlyKeys("w", "n");
    }

    static List<Row> odd() {
        String w = tensor("w", "F32", "[4]", 0, 16);
        String empty = tensor("e", "F32", "[2,0]", 16, 16);
        return List.of(
                header("S21 no elements", null, "{" + tensor("e", "F32", "[2,0]", 0, 0) + "," + w + "}"),
                row("S21 no elements, no data", null, file("{" + tensor("e", "F32", "[2,0]", 0, 0) + "}", 0)),
                row("S21 no tensors", null, file("{}", 0)),
                row("S21 scalar", null, file("{" + tensor("s", "F64", "[]", 0, 8) + "}", 8)),
                header("S22 no elements at the end of another", null, "{" + w + "," + empty + "}"),
                header("S22 the same, first in the header", null, "{" + empty + "," + w + "}"),
                row(
                        "S22 no elements between others",
                        null,
                        file("{" + tensor("x", "U8", "[4]", 16, 20) + "," + empty + "," + w + "}", 20)),
                header("S24 leading white space", null, " \t\r\n{" + w + "}"),
                header("S24 trailing white space", null, "{" + w + "}   \n\t\r"),
                header("S24 white space everywhere", null, ("{" + w + "}").replaceAll("[{}\\[\\],:]", " $0\n")),
                header("name of 512 bytes", null, "{" + w.replace("\"w\"", "\"" + "é".repeat(256) + "\"") + "}"),
                header("name of pairs of surrogates", null, "{" + w.replace("\"w\"", "\"\\ud83d\\ude00😀\"") + "}"),
                header("eight dimensions", null, "{" + w.replace("[4]", "[1,1,1,1,1,1,1,4]") + "}"),
                header(
                        "sizes around 0 elements",
                        null,
                        "{" + tensor("e", "U8", "[0,9007199254740992]", 0, 0) + "," + w + "}"),
                row(
                        "tensors at odd bytes",
                        null,
                        file("{" + tensor("b", "BOOL", "[1]", 0, 1) + "," + tensor("w", "F64", "[1]", 1, 9) + "}", 9)),
                new Row("65,536 tensors", null, () -> file(many(65_536, "layer.weight"), 0)),
                new Row(
                        "4 Mi characters of metadata",
                        null,
                        () -> file("{\"__metadata__\":{\"a\":\"" + "x".repeat((4 << 20) - 2) + "€\"}}", 0)));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void accepts(Row row) {
        byte[] file = row.file().get();
        StateDict weights = Bytes.read(file);
        long header = FileBytes.of(Path.of("test"), file).buffer(0, Long.BYTES).getLong();
        assertThat(Long.BYTES + header + weights.bytes()).isEqualTo(file.length);
        weights.tensors().forEach((name, tensor) -> {
            byte[] raw = Bytes.raw(tensor);
            for (int i = 1; i < raw.length; i++) {
                assertThat(raw[i]).as(name).isEqualTo((byte) (raw[i - 1] + 1));
            }
        });
    }

    @Test
    void saysWhatWhereAndWhatToDo() {
        String text = "{\"ä\":" + fields("\"F32\"", "[1]", "[0,4]") + ",\"b\":!}";
        assertThat(Hostile.rejected(Fault.JSON, 0, () -> Bytes.read(file(text, 4))))
                .hasMessage("test.safetensors: has a header that is not JSON: Unexpected character ('!' (code 33));"
                        + " copy or download it again (safetensors, byte 67)")
                .extracting("place")
                .isEqualTo(new Location.At(8 + bytes(text).length - 2));
        assertThat(Hostile.rejected(
                        Fault.SIZE, 0, () -> Bytes.read(file("{" + tensor("a.b", "F32", "[2]", 0, 4) + "}", 4))))
                .hasMessage(
                        "test.safetensors: has a tensor of F32 [2], which is 8 bytes, in a range of 4; copy or download it again"
                                + " (safetensors, a.b)");
        assertThat(Hostile.rejected(Fault.INCOMPLETE, 0, () -> Bytes.read(Arrays.copyOf(GOOD, GOOD.length - 2))))
                .hasMessage("test.safetensors: is cut short: 2 bytes are missing; download it again (safetensors, byte "
                        + (GOOD.length - 2) + ")");
        String nameless = "{\"😀\":" + fields("\"F32\"", "[]", "[0,4]") + ",\"\":1}";
        assertThat(Hostile.rejected(Fault.NAME, 0, () -> Bytes.read(file(nameless, 4)))
                        .place())
                .isEqualTo(new Location.At(8 + bytes(nameless).length - "\"\":1}".length()));
    }

    @Test
    void findsTheByteInALongHeader() {
        for (int spaces : new int[] {0, 3990, 8190, 8191, 12_345}) {
            String before = "{\"__metadata__\":{\"ä€😀\":\"" + "€😀".repeat(spaces) + "\"}, ";
            BadWeightsException refusal = Hostile.rejected(Fault.JSON, 0, () -> Bytes.read(file(before + "?", 0)));
            assertThat(refusal.place()).isEqualTo(new Location.At(8 + bytes(before).length));
        }
    }

    interface Meddling {
        void with(Path file) throws IOException;
    }

    record Change(String name, Meddling meddling) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Change> changes() {
        byte[] other = GOOD.clone();
        other[other.length - 1] ^= 1;
        return List.of(
                new Change("S26 cut to nothing", file -> cut(file, 0)),
                new Change("S26 cut in the header", file -> cut(file, 20)),
                new Change("S26 cut in a tensor", file -> cut(file, GOOD.length - 10)),
                new Change("S26 cut and filled up again", file -> {
                    cut(file, GOOD.length - 10);
                    cut(file, GOOD.length);
                }),
                new Change("S26 overwritten", file -> Files.write(file, other, StandardOpenOption.WRITE)),
                new Change("S26 written behind", file -> Files.write(file, new byte[1], StandardOpenOption.APPEND)),
                new Change("S26 replaced", file -> {
                    Path beside = Files.write(file.resolveSibling("other"), other);
                    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
                }),
                new Change("S26 removed", Files::delete));
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("changes")
    void noticesAChangeWhileItReads(Change change) throws IOException {
        Path path = Files.write(folder.resolve("model.safetensors"), GOOD);
        Files.setLastModifiedTime(path, FileTime.fromMillis(0)); // else a clock tick could hide the change
        StateDict weights = Safetensors.open(FileBytes.open(path));
        assertThat(weights.tensors().get("n").floats()).hasSize(1);
        change.meddling().with(path);
        Hostile.rejected(
                Fault.CHANGED, GOOD.length, () -> weights.tensors().get("w").floats());
        Hostile.rejected(
                Fault.CHANGED, GOOD.length, () -> Bytes.raw(weights.tensors().get("n")));
        assertThat(Bytes.read(GOOD).tensors()).containsOnlyKeys("w", "n");
    }

    private static void cut(Path path, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }
}
