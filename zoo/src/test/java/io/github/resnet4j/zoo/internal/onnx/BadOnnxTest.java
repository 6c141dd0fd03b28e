package io.github.resnet4j.zoo.internal.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that nobody exports. */
class BadOnnxTest {
    @TempDir
    Path folder;

    private static Arguments row(String name, Fault fault, Proto proto) {
        return Arguments.of(name, fault, proto.bytes());
    }

    private static Arguments weights(String name, Fault fault, Proto weights) {
        return Arguments.of(name, fault, Proto.convolution(weights));
    }

    private static Arguments nodes(String name, Fault fault, Proto... nodes) {
        return row(name, fault, Proto.model(Proto.graph(nodes).message(5, Proto.floats("w", 2, 2))));
    }

    private static Proto chain(int length, String op) {
        Proto graph = Proto.graph();
        String last = "w";
        for (int i = 0; i < length; i++) {
            graph.message(1, Proto.node(op, "v" + i, last));
            graph.message(1, Proto.node("Conv", "y" + i, "x", "v" + i));
            last = "v" + i;
        }
        return graph;
    }

    static Stream<Arguments> wire() {
        Proto start = new Proto().number(1, 8);
        return Stream.of(
                row(
                        "a field of number 0",
                        Fault.PROTOBUF,
                        new Proto().number(1, 8).raw((byte) 2, (byte) 0)),
                row("a group", Fault.PROTOBUF, new Proto().number(1, 8).raw((byte) 0x3B)),
                row("an unknown type", Fault.PROTOBUF, new Proto().number(1, 8).raw((byte) 0x3F)),
                row("a number that never ends", Fault.PROTOBUF, new Proto().raw(ones(64))),
                row(
                        "a number of 65 bits",
                        Fault.PROTOBUF,
                        new Proto().raw((byte) 8).raw(ones(9)).raw((byte) 2)),
                row("a number that the file's end cuts", Fault.TRUNCATED, new Proto().raw((byte) 8, (byte) 0x80)),
                row(
                        "a field number of 35 bits",
                        Fault.PROTOBUF,
                        new Proto().varint(1L << 38).varint(0)),
                row(
                        "a graph of a gigabyte",
                        Fault.TRUNCATED,
                        new Proto().number(1, 8).claim(7, 1 << 30)),
                row(
                        "a graph of 2^63 bytes",
                        Fault.TRUNCATED,
                        new Proto().number(1, 8).claim(7, Long.MIN_VALUE)),
                row(
                        "a graph of 2^64 - 1 bytes",
                        Fault.TRUNCATED,
                        new Proto().number(1, 8).claim(7, -1)),
                row(
                        "a node that is longer than its graph",
                        Fault.PROTOBUF,
                        Proto.model(new Proto().claim(1, 1 << 20)).text(6, "end")),
                row(
                        "a fixed number that its message cuts",
                        Fault.PROTOBUF,
                        Proto.model(new Proto().raw((byte) 0x0D, (byte) 1)).text(6, "end")),
                row(
                        "a graph that is a number",
                        Fault.PROTOBUF,
                        new Proto().number(1, 8).number(7, 1)),
                row("no graph", Fault.NOT_STATE_DICT, start),
                row("an empty graph", Fault.NOT_STATE_DICT, Proto.model(new Proto())),
                row("two graphs", Fault.AMBIGUOUS, Proto.model(new Proto()).message(7, new Proto())),
                row(
                        "a producer that is no UTF-8",
                        Fault.UTF8,
                        new Proto().number(1, 8).piece(2, new byte[] {-1})),
                row(
                        "a producer of a megabyte",
                        Fault.NAME,
                        new Proto().number(1, 8).text(2, "x".repeat(1 << 20))),
                row("ten million fields", Fault.LIMIT_OPS, Proto.model(new Proto().raw(fields(10_000_000)))),
                row("a key twice", Fault.DUP_KEY, props(start, 2, index -> "k", index -> "v")),
                row("too much metadata", Fault.LIMIT_TENSORS, props(new Proto(), 5000, i -> "k" + i, i -> "")),
                row("too long metadata", Fault.LIMIT, props(new Proto(), 17, i -> "k" + i, i -> "x".repeat(1 << 20))));
    }

    private static byte[] ones(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 0xFF);
        bytes[0] = (byte) (count == 64 ? 0x88 : 0xFF);
        return bytes;
    }

    private static byte[] fields(int count) {
        byte[] bytes = new byte[2 * count];
        Arrays.fill(bytes, (byte) 0x78); // field 15, a number: 0x78
        return bytes;
    }

    private interface Text {
        String of(int index);
    }

    private static Proto props(Proto model, int count, Text key, Text value) {
        for (int i = 0; i < count; i++) {
            model.message(14, new Proto().text(1, key.of(i)).text(2, value.of(i)));
        }
        return model.message(7, new Proto());
    }

    static Stream<Arguments> tensors() {
        return Stream.of(
                weights("no numbers", Fault.SIZE, Proto.tensor("w", 1, 2, 2)),
                weights(
                        "too few numbers",
                        Fault.SIZE,
                        Proto.tensor("w", 1, 2, 2).piece(9, new byte[15])),
                weights(
                        "too many numbers",
                        Fault.SIZE,
                        Proto.tensor("w", 1, 2, 2).piece(9, new byte[17])),
                weights(
                        "numbers for another type",
                        Fault.SIZE,
                        Proto.tensor("w", 11, 2).piece(9, new byte[8])),
                weights(
                        "floats as doubles",
                        Fault.DTYPE,
                        Proto.tensor("w", 11, 2).piece(4, new byte[16])),
                weights("numbers twice", Fault.UNSUPPORTED, Proto.floats("w", 2).piece(4, new byte[8])),
                weights("a negative size", Fault.OVERFLOW, Proto.floats("w", 2).number(1, -1)),
                weights("huge sizes", Fault.OVERFLOW, Proto.tensor("w", 1, 1L << 40, 1L << 40)),
                weights("2^62 numbers", Fault.OVERFLOW, Proto.tensor("w", 1, 1L << 62)),
                weights("sizes that wrap to 4", Fault.OVERFLOW, Proto.tensor("w", 1, 0x4000_0000_0000_0001L, 4)),
                weights("a billion numbers", Fault.SIZE, Proto.tensor("w", 1, 1_000_000_000)),
                weights(
                        "a billion halves",
                        Fault.SIZE,
                        Proto.tensor("w", 10, 1_000_000_000).piece(5, new byte[8])),
                weights(
                        "halves of 17 bits",
                        Fault.SIZE,
                        Proto.tensor("w", 10, 1).piece(5, new byte[] {-1, -1, 4})),
                weights(
                        "halves without end",
                        Fault.SIZE,
                        Proto.tensor("w", 10, 1).piece(5, new byte[] {-1})),
                weights("fewer halves", Fault.SIZE, Proto.tensor("w", 10, 1).piece(5, new byte[] {1, 1})),
                weights(
                        "floats by their bits",
                        Fault.SIZE,
                        Proto.tensor("w", 1, 1).piece(5, new byte[] {1})),
                weights("nine dimensions", Fault.RANK, Proto.tensor("w", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)),
                weights("a million dimensions", Fault.RANK, Proto.tensor("w", 1).piece(1, new byte[1_000_000])),
                weights("bytes as weights", Fault.DTYPE, Proto.tensor("w", 3, 2).piece(9, new byte[2])),
                weights("texts as weights", Fault.DTYPE, Proto.tensor("w", 8, 2)),
                weights("an unknown type", Fault.DTYPE, Proto.tensor("w", 99, 2)),
                row(
                        "a name twice",
                        Fault.DUP_NAME,
                        Proto.model(new Proto().message(5, Proto.floats("w", 1)).message(5, Proto.floats("w", 1)))),
                row("no name", Fault.NAME, Proto.model(new Proto().message(5, Proto.floats("", 1)))),
                row(
                        "a name with control characters",
                        Fault.NAME,
                        Proto.model(new Proto().message(5, Proto.floats("w\u001B[2J", 1)))),
                row(
                        "a name of 600 bytes",
                        Fault.NAME,
                        Proto.model(new Proto().message(5, Proto.floats("w".repeat(600), 1)))));
    }

    static Stream<Arguments> graphs() {
        Proto many = Proto.graph();
        for (int i = 0; i <= Limits.NODES; i++) {
            many.message(1, new Proto());
        }
        Proto set = Proto.node("Conv", "y", "x", "w");
        for (int i = 0; i < 400_000; i++) {
            set.message(5, new Proto().text(1, "a" + i).number(3, i));
        }
        Proto wide = new Proto();
        for (int i = 0; i <= Limits.EDGES; i++) {
            wide.text(1, "");
        }
        Proto crowd = Proto.graph();
        for (int i = 0; i <= Limits.TENSORS; i++) {
            crowd.message(5, Proto.tensor("t" + i, 1, 0));
        }
        return Stream.of(
                nodes("a node that reads its output", Fault.CYCLE, Proto.node("Conv", "y", "y", "w")),
                nodes("an identity of itself", Fault.CYCLE, Proto.node("Identity", "y", "y")),
                nodes(
                        "a loop of two",
                        Fault.CYCLE,
                        Proto.node("Conv", "a", "b", "w"),
                        Proto.node("Conv", "b", "a", "w")),
                nodes(
                        "nodes in a wrong order",
                        Fault.CYCLE,
                        Proto.node("Relu", "b", "a"),
                        Proto.node("Relu", "a", "x")),
                nodes(
                        "two values of a name",
                        Fault.DUP_NAME,
                        Proto.node("Relu", "a", "x"),
                        Proto.node("Relu", "a", "x")),
                nodes("a value called like weights", Fault.DUP_NAME, Proto.node("Relu", "w", "x")),
                nodes("quantised", Fault.UNSUPPORTED, Proto.node("QLinearConv", "y", "x", "w")),
                nodes("weights made of integers", Fault.UNSUPPORTED, Proto.node("DequantizeLinear", "y", "w")),
                nodes(
                        "a scaled dense layer",
                        Fault.UNSUPPORTED,
                        Proto.node("Gemm", "y", "x", "w")
                                .message(5, new Proto().text(1, "alpha").single(2, 2))),
                nodes(
                        "a transposed input",
                        Fault.UNSUPPORTED,
                        Proto.node("Gemm", "y", "x", "w")
                                .message(5, new Proto().text(1, "transA").number(3, 1))),
                row("too many nodes", Fault.LIMIT_TENSORS, Proto.model(many)),
                row("too many attributes", Fault.LIMIT_OPS, Proto.model(Proto.graph(set))),
                row("too many inputs", Fault.LIMIT_TENSORS, Proto.model(Proto.graph(wide))),
                row("too many tensors", Fault.LIMIT_TENSORS, Proto.model(crowd)),
                row(
                        "no constants at all",
                        Fault.NOT_STATE_DICT,
                        Proto.model(Proto.graph(Proto.node("Conv", "y", "x", "w")))),
                row(
                        "a thousand names for a megabyte",
                        Fault.AMPLIFY,
                        Proto.model(chain(1000, "Identity").message(5, Proto.floats("w", 512, 512)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"wire", "tensors", "graphs"})
    void isRefused(String name, Fault fault, byte[] bytes) {
        BadWeightsException refusal = Hostile.rejected(fault, bytes.length, () -> OnnxFileTest.readAll(bytes));

        assertThat(refusal).hasMessageStartingWith("a.onnx: ").hasMessageContaining("(ONNX");
    }

    @Test
    void afterAllRefusalsAGoodFileIsRead() {
        Stream.of(wire(), tensors(), graphs()).flatMap(rows -> rows).forEach(row -> assertThatThrownBy(
                        () -> OnnxFileTest.readAll((byte[]) row.get()[2]))
                .isInstanceOf(BadWeightsException.class));

        assertThat(OnnxFileTest.readAll(Proto.convolution(Proto.floats("w", 2)))
                        .tensors()
                        .get("w")
                        .floats())
                .containsExactly(1, 2);
    }

    private StateOf beside(String... entries) throws IOException {
        byte[] bytes = Proto.convolution(Proto.external(Proto.tensor("w", 1, 2), entries));
        return new StateOf(Files.write(folder.resolve("model.onnx"), bytes), bytes.length);
    }

    private record StateOf(Path file, int size) {
        BadWeightsException refused(Fault fault) {
            return Hostile.rejected(fault, size, () -> WeightFile.open(file).tensors().values().stream()
                    .map(Tensor::floats)
                    .toList());
        }

        float[] numbers() {
            return WeightFile.open(file).tensors().get("w").floats();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "a/../../secret",
                "..",
                "/etc/hostname",
                "C:secret",
                "a\\..\\secret",
                "",
                "a//b",
                "./",
                "/",
                "a\0b",
                "in/..",
                "file:secret"
            })
    void numbersOutsideTheFolderAreNotRead(String location) throws IOException {
        Files.write(folder.resolve("secret"), Proto.counting(2));
        Path inner = Files.createDirectory(folder.resolve("inner"));
        byte[] bytes = Proto.convolution(Proto.external(Proto.tensor("w", 1, 2), "location", location));
        Path file = Files.write(inner.resolve("model.onnx"), bytes);

        new StateOf(file, bytes.length).refused(Fault.EXTERNAL);
    }

    @Test
    void endlessPathsAreNoPaths() throws IOException {
        assertThat(beside("location", "a/".repeat(2000) + "a").refused(Fault.EXTERNAL))
                .hasMessageContaining("not a path of files");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void linksOutOfTheFolderAreNotFollowed() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.write(folder.resolve("secret"), Proto.counting(2));
        Files.createSymbolicLink(inner.resolve("link"), folder.resolve("secret"));
        Files.createSymbolicLink(inner.resolve("up"), folder);
        for (String location : List.of("link", "up/secret")) {
            byte[] bytes = Proto.convolution(Proto.external(Proto.tensor("w", 1, 2), "location", location));
            Path file = Files.write(inner.resolve("model.onnx"), bytes);

            BadWeightsException refusal = new StateOf(file, bytes.length).refused(Fault.EXTERNAL);

            assertThat(refusal).hasMessageContaining("a link that leads out of the model's folder");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OFFSETS, offset, -1",
        "OFFSETS, offset, 0x10",
        "OFFSETS, offset, 99999999999999999999",
        "OFFSETS, length, eight",
        "SIZE, length, 4",
        "SIZE, length, 16",
        "BOUNDS, offset, 9",
        "BOUNDS, offset, 17",
        "BOUNDS, offset, 999999999999999999",
    })
    void placesInOtherFilesAreChecked(Fault fault, String key, String value) throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[16]);

        beside("location", "w.bin", key, value).refused(fault);
    }

    @Test
    void numbersBesideTheModelAreRead() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data/deep"));
        Files.write(data.resolve("w.bin"), Proto.counting(3));
        assertThat(beside("location", "data/deep/w.bin", "offset", "4", "length", "8", "checksum", "?")
                        .numbers())
                .containsExactly(2, 3);
        assertThat(beside("location", "none.bin").refused(Fault.EXTERNAL))
                .hasMessageContaining("copy both into one folder");
        assertThat(beside("location", "data").refused(Fault.UNREADABLE)).hasMessageContaining("is a folder");
        beside().refused(Fault.EXTERNAL);
    }

    @Test
    void manyFilesBesideTheModelAreNotOpened() throws IOException {
        Proto graph = Proto.graph(Proto.node("Conv", "y", "x", "w0"));
        for (int i = 0; i < 600; i++) {
            Files.write(folder.resolve("f" + i), Proto.counting(1));
            graph.message(5, Proto.external(Proto.tensor("w" + i, 1, 1), "location", "f" + i));
        }
        byte[] bytes = Proto.model(graph).bytes();
        Path file = Files.write(folder.resolve("model.onnx"), bytes);

        new StateOf(file, bytes.length).refused(Fault.LIMIT_TENSORS);
    }

    @Test
    void aFileThatIsCutWhileItIsReadIsNoticed() throws IOException {
        byte[] bytes = Proto.convolution(Proto.floats("w", 100));
        Path file = Files.write(folder.resolve("model.onnx"), bytes);
        Map<String, Tensor> tensors = WeightFile.open(file).tensors();
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));

        Hostile.rejected(Fault.CHANGED, bytes.length, () -> tensors.get("w").floats());
    }

    /** No length but the whole gives something: the graph is cut, or was not begun. */
    @ParameterizedTest
    @ValueSource(strings = {"folded.onnx", "named.onnx", "halves.onnx", "layers.onnx"})
    void everyCutIsRefused(String name) throws IOException {
        byte[] good = Files.readAllBytes(OnnxFileTest.GOLDEN.resolve(name));
        List<Integer> accepted = new ArrayList<>();
        for (int length = 1; length < good.length; length++) {
            try {
                OnnxFileTest.readAll(Arrays.copyOf(good, length));
                accepted.add(length);
            } catch (BadWeightsException e) {
                assertThat(e.fault()).isIn(Fault.TRUNCATED, Fault.NOT_STATE_DICT);
            }
        }
        // What comes after the graph (versions of operators, metadata) is not needed.
        assertThat(accepted).allMatch(length -> length > good.length - 80);
    }

    @ParameterizedTest
    @ValueSource(strings = {"folded.onnx", "halves.onnx", "layers.onnx"})
    void everyFlippedBitIsRefusedOrHarmless(String name) throws IOException {
        byte[] good = Files.readAllBytes(OnnxFileTest.GOLDEN.resolve(name));
        for (int bit = 0; bit < 8 * good.length; bit++) {
            byte[] bytes = good.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                OnnxFileTest.readAll(bytes);
            } catch (BadWeightsException e) {
                assertThat(e.getMessage()).startsWith("a.onnx: ");
            }
        }
    }
}
