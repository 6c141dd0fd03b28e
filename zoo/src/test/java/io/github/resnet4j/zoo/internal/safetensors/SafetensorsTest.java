package io.github.resnet4j.zoo.internal.safetensors;

import static io.github.resnet4j.zoo.internal.safetensors.Bytes.file;
import static io.github.resnet4j.zoo.internal.safetensors.Bytes.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Python;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsTensorsInTheHeadersOrderWhereverTheyLie() {
        StateDict weights = Bytes.read(file(
                "{" + tensor("b", "F32", "[1,2]", 4, 12) + ",\"__metadata__\":{\"z\":\"1\",\"a\":\"2\"},"
                        + tensor("a", "U8", "[4]", 0, 4) + "}",
                12));
        assertThat(weights.file()).isEqualTo(Path.of("test.safetensors"));
        assertThat(weights.format()).isEqualTo(WeightFormat.SAFETENSORS);
        assertThat(weights.tensors().keySet()).containsExactly("b", "a");
        assertThat(weights.metadata().keySet()).containsExactly("z", "a");
        assertThat(weights.notes()).isEmpty();
        assertThat(weights.tensors().get("a").floats()).containsExactly(0, 1, 2, 3);
        assertThat(weights.tensors().get("b").shape()).containsExactly(1L, 2L);
        assertThat(Bytes.raw(weights.tensors().get("b"))).containsExactly(4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(weights.bytes()).isEqualTo(12);
    }

    @Test
    void writesTheBytesThatTheFormatSays() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("flag", Tensor.of(DType.BOOL, List.of(), (from, into) -> into.put((byte) 1)));
        tensors.put("ä", Tensor.of(List.of(2L), new float[] {1, 2}));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "\n");
        metadata.put("format", "pt");
        byte[] bytes = written(tensors, metadata);
        String header = "{\"__metadata__\":{\"format\":\"pt\",\"z\":\"\\n\"},"
                + "\"flag\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[8,9]},"
                + "\"ä\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        int length = header.getBytes(StandardCharsets.UTF_8).length;
        String padded = header + " ".repeat((8 - length % 8) % 8);
        byte[] expected = file(padded, 9);
        System.arraycopy(new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40, 1}, 0, expected, expected.length - 9, 9);
        assertThat(bytes).isEqualTo(expected);
    }

    @Test
    void everyTensorLiesAtAMultipleOfItsElements() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(3);
        for (DType type : DType.values()) {
            tensors.put("a" + type, RandomTensors.tensor(random, type));
            tensors.put("b" + type, RandomTensors.tensor(random, type));
        }
        byte[] bytes = written(tensors, Map.of("odd", "length"));
        long header = FileBytes.of(Path.of("test"), bytes).buffer(0, Long.BYTES).getLong();
        assertThat(header % 8).isZero();
        JsonNode json = new ObjectMapper().readTree(Arrays.copyOfRange(bytes, 8, (int) (8 + header)));
        tensors.forEach((name, tensor) -> assertThat(
                        json.get(name).get("data_offsets").get(0).asLong()
                                % tensor.type().bytes())
                .as(name)
                .isZero());
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            Map<String, Tensor> tensors = RandomTensors.map(random, 12);
            Map<String, String> metadata = RandomTensors.metadata(random);
            byte[] bytes = written(tensors, metadata);
            StateDict read = Bytes.read(bytes);
            assertThat(read.metadata()).isEqualTo(metadata);
            assertThat(read.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
            read.tensors().forEach((name, tensor) -> {
                Tensor original = tensors.get(name);
                assertThat(tensor.type()).as(name).isEqualTo(original.type());
                assertThat(tensor.shape()).as(name).isEqualTo(original.shape());
                assertThat(Bytes.raw(tensor)).as(name).isEqualTo(Bytes.raw(original));
            });
            assertThat(written(read.tensors(), read.metadata())).isEqualTo(bytes);
        }
    }

    @Test
    void everyFlippedBitIsRefusedOrChangesNoShape() {
        byte[] seed = seed();
        List<List<Long>> shapes = shapes(seed);
        int accepted = 0;
        for (int at = 0; at < seed.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = seed.clone();
                flipped[at] ^= (byte) (1 << bit);
                try {
                    assertThat(shapes(flipped)).as("bit %d of byte %d", bit, at).isEqualTo(shapes);
                    accepted++;
                } catch (BadWeightsException e) {
                    // refused
                }
            }
        }
        assertThat(accepted).as("values and letters of names").isBetween(1_000, 8 * seed.length / 2);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] seed = seed();
        for (int length = 0; length < seed.length; length++) {
            byte[] cut = Arrays.copyOf(seed, length);
            assertThatThrownBy(() -> Bytes.read(cut))
                    .as("%d bytes", length)
                    .isInstanceOfSatisfying(BadWeightsException.class, e -> assertThat(e.fault())
                            .isIn(Fault.EMPTY, Fault.HEADER_SMALL, Fault.HEADER_LENGTH, Fault.INCOMPLETE));
        }
    }

    /** All types, a scalar, no elements; 2 to 4 KiB. */
    private static byte[] seed() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(6);
        for (DType type : DType.values()) {
            tensors.put("layer1.0." + type, RandomTensors.tensor(random, type, List.of(2L, 3L, 2L)));
            tensors.put("layer1.1." + type, RandomTensors.tensor(random, type, List.of(5L)));
        }
        tensors.put("scalar", RandomTensors.tensor(random, DType.F32, List.of()));
        tensors.put("empty", RandomTensors.tensor(random, DType.F32, List.of(0L)));
        byte[] seed = written(tensors, Map.of("format", "pt"));
        assertThat(seed.length).isBetween(2 << 10, 4 << 10);
        return seed;
    }

    private static List<List<Long>> shapes(byte[] file) {
        return Bytes.read(file).tensors().values().stream().map(Tensor::shape).toList();
    }

    @Test
    void anIndependentReaderReadsTheSame() throws IOException, InterruptedException {
        Python.assume("json", "struct");
        SplittableRandom random = new SplittableRandom(9);
        Map<String, Tensor> tensors = RandomTensors.map(random, 200);
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors, Map.of("format", "pt", "ä", "\n😀"));
        JsonNode read = Python.json("read_safetensors.py", file);
        assertThat(read.get("metadata").get("format").textValue()).isEqualTo("pt");
        assertThat(read.get("metadata").get("ä").textValue()).isEqualTo("\n😀");
        assertThat(read.get("tensors")).hasSize(tensors.size());
        for (JsonNode found : read.get("tensors")) {
            Tensor tensor = tensors.get(found.get("name").textValue());
            assertThat(found.get("dtype").textValue()).isEqualTo(tensor.type().name());
            assertThat(found.get("shape").toString())
                    .isEqualTo(tensor.shape().toString().replace(" ", ""));
            assertThat(found.get("sha256").textValue()).isEqualTo(Python.sha256(Bytes.raw(tensor)));
        }
    }

    record Unwritable(String problem, Map<String, Tensor> tensors, Map<String, String> metadata) {
        @Override
        public String toString() {
            return problem;
        }
    }

    private static Unwritable named(String problem, String name) {
        return new Unwritable(problem, Map.of(name, Tensor.of(List.of(), new float[1])), Map.of());
    }

    private static Unwritable shaped(String problem, Long... shape) {
        return new Unwritable(problem, Map.of("w", Tensor.of(DType.U8, List.of(shape), (from, into) -> {})), Map.of());
    }

    private static Unwritable metadata(String problem, Map<String, String> metadata) {
        return new Unwritable(problem, Map.of(), metadata);
    }

    static Stream<Unwritable> unwritable() {
        Map<String, Tensor> many = new LinkedHashMap<>();
        Tensor empty = Tensor.of(List.of(0L), new float[0]);
        Map<String, Tensor> long4Mi = new LinkedHashMap<>();
        for (int i = 0; i <= 1 << 16; i++) {
            many.put("t" + i, empty);
            if (i < 1 << 14) {
                long4Mi.put(i + "x".repeat(256), empty);
            }
        }
        Map<String, String> entries = new LinkedHashMap<>();
        many.keySet().forEach(name -> entries.put(name, ""));
        return Stream.of(
                named("its name is empty", ""),
                named("its name has control characters", "a\nb"),
                named("its name has control characters", "a\u007f"),
                named("its name has an unpaired surrogate", "a\ud800"),
                named("its name has 513 bytes, at most 512 are allowed", "x" + "é".repeat(256)),
                named("the name is that of the metadata", "__metadata__"),
                shaped("has 9 dimensions, at most 8 are allowed", 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L),
                shaped("has a size above 2^53: [0, 9007199254740993]", 0L, (1L << 53) + 1),
                shaped("tensors of more than 2^53 bytes", 1L << 52, 3L),
                new Unwritable("65537 tensors and 0 entries of metadata", many, Map.of()),
                metadata("0 tensors and 65537 entries of metadata", entries),
                metadata("an unpaired surrogate in the metadata \"a\"", Map.of("a", "\udc00")),
                metadata("an unpaired surrogate in the metadata \"?\"", Map.of("\udc00", "a")),
                metadata("names and metadata of 4194305 characters", Map.of("a", "x".repeat(4 << 20))),
                new Unwritable("names and metadata of 42", long4Mi, Map.of()));
    }

    @ParameterizedTest
    @MethodSource("unwritable")
    void refusesToWriteWhatItWouldRefuseToRead(Unwritable row) {
        Path file = folder.resolve("model.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, row.tensors(), row.metadata()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(row.problem());
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileIsReplacedWholeOrNotAtAll() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Map<String, Tensor> one = Map.of("one", Tensor.of(List.of(1L), new float[] {1}));
        Safetensors.write(file, one, Map.of());
        byte[] before = Files.readAllBytes(file);

        // A tensor of a file that was removed meanwhile.
        Path other = folder.resolve("other.safetensors");
        Safetensors.write(other, one, Map.of());
        StateDict gone = Safetensors.open(FileBytes.open(other));
        Files.delete(other);
        assertThatThrownBy(() -> Safetensors.write(file, gone))
                .isInstanceOfSatisfying(
                        BadWeightsException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CHANGED));
        assertThat(file).hasBinaryContent(before);

        // Onto itself.
        StateDict weights = Safetensors.open(FileBytes.open(file));
        Safetensors.write(file, weights.with(Map.of("two", weights.tensors().get("one"))));
        assertThat(Safetensors.open(FileBytes.open(file)).tensors()).containsOnlyKeys("two");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void saysWhereItCannotWrite() {
        Map<String, Tensor> none = Collections.emptyMap();
        assertThatThrownBy(() -> Safetensors.write(folder, none, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessage(folder + ": is a folder; name a file in it");
        Path missing = folder.resolve("missing/model.safetensors");
        assertThatThrownBy(() -> Safetensors.write(missing, none, Map.of())).isInstanceOf(IOException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void knowsItsFilesByTheirBeginning() {
        assertThat(matches(file("{}", 0))).isTrue();
        assertThat(matches(file(" \n{\"w\":", 0))).as("broken").isTrue();
        assertThat(matches(file(100, "{\"w\"".getBytes(StandardCharsets.UTF_8), 0)))
                .as("cut")
                .isTrue();
        assertThat(matches(file(100_000_001, "{\"w\"".getBytes(StandardCharsets.UTF_8), 0)))
                .isFalse();
        assertThat(matches(file(-1, "{}".getBytes(StandardCharsets.UTF_8), 0))).isFalse();
        assertThat(matches(file(0, "{}".getBytes(StandardCharsets.UTF_8), 0))).isFalse();
        assertThat(matches(file("[]", 0))).isFalse();
        assertThat(matches(file("    ", 0))).isFalse();
        assertThat(matches(new byte[8])).isFalse();
        assertThat(matches("<!DOCTYPE html><html>{}".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(matches("PK\003\004{}{}{}{}{}{}{}".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }

    private static boolean matches(byte[] bytes) {
        return Safetensors.matches(FileBytes.of(Path.of("test"), bytes));
    }

    private static byte[] written(Map<String, Tensor> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Writer.write(bytes, tensors, metadata);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
