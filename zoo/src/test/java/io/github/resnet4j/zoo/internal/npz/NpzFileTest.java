package io.github.resnet4j.zoo.internal.npz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Fuzzer;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives written by NumPy (make_npz.py), and ones that it would never write. */
class NpzFileTest {
    private static final String HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    @TempDir
    Path folder;

    private static byte[] golden(String name) {
        try (InputStream in = NpzFileTest.class.getResourceAsStream("/golden/npz/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StateDict open(byte[] bytes) {
        return NpzFile.READER.open(FileBytes.of(Path.of("a.npz"), bytes), WeightSet.TRAINED);
    }

    /** Opens it and reads all numbers. */
    private static StateDict readAll(byte[] bytes) {
        StateDict dict = open(bytes);
        dict.tensors().values().forEach(Tensor::floats);
        return dict;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "packed.npz"})
    void readsWhatNumPyWrites(String name) {
        StateDict dict = open(golden(name));
        Map<String, List<Long>> shapes = Map.ofEntries(
                Map.entry("conv1.weight", List.of(4L, 3L, 2L, 2L)),
                Map.entry("root/kernel", List.of(3L, 5L)),
                Map.entry("doubles", List.of(7L)),
                Map.entry("halves", List.of(2L, 3L)),
                Map.entry("big", List.of(2L, 3L, 4L)),
                Map.entry("columns", List.of(3L, 4L, 5L)),
                Map.entry("big_columns", List.of(3L, 4L)),
                Map.entry("longs", List.of(3L)),
                Map.entry("bytes", List.of(3L)),
                Map.entry("epoch", List.<Long>of()),
                Map.entry("empty", List.of(0L, 3L)));
        assertThat(dict.format()).isEqualTo(WeightFormat.NPZ);
        assertThat(dict.notes()).isEmpty();
        assertThat(dict.tensors()).containsOnlyKeys(shapes.keySet());
        dict.tensors().forEach((tensor, values) -> {
            assertThat(values.shape()).as(tensor).isEqualTo(shapes.get(tensor));
            float[] expected = new float[(int) values.count()];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = i + 1;
            }
            assertThat(values.floats()).as(tensor).containsExactly(expected);
            assertThat(values.floats()).as("again").containsExactly(expected);
        });
    }

    /** By its contents, whatever it is called. */
    @ParameterizedTest
    @ValueSource(strings = {"a.npz", "a.pth"})
    void isFoundByItsContents(String name) throws IOException {
        Path file = Files.write(folder.resolve(name), golden("stored.npz"));
        assertThat(WeightFile.open(file).format()).isEqualTo(WeightFormat.NPZ);
        assertThat(WeightFile.isNamedLikeWeights("b.npz")).isTrue();
    }

    @Test
    void leavesOutWhatIsNoArrayOfNumbers() {
        StateDict dict = open(golden("others.npz"));
        assertThat(dict.tensors()).containsOnlyKeys("weight");
        assertThat(dict.notes())
                .containsExactly("left out 2 entries that are not an array of numbers: name (<U6), config (|O)");
    }

    @Test
    void refusesArraysWithoutNames() {
        assertThat(Hostile.rejected(Fault.NOT_STATE_DICT, 1000, () -> open(golden("unnamed.npz"))))
                .hasMessageContaining("numpy.savez(FILE, **{name: array})");
    }

    private static byte[] npy(String header, int values) {
        ByteBuffer file = ByteBuffer.allocate(10 + header.length() + 4 * values).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        return file.array();
    }

    private static byte[] archive(byte[] npy) {
        ZipParts zip = new ZipParts();
        zip.add("a.npy", npy).plain();
        return zip.bytes();
    }

    /** Other programs write the dictionary in their own style. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                HEADER,
                "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}",
                "  { 'descr' : '=f4' , 'fortran_order' : False , 'shape' : ( 2L , 3L ) }  \n"
            })
    void readsAnyWayToWriteTheHeader(String header) {
        assertThat(readAll(archive(npy(header, 6))).tensors().get("a").shape()).containsExactly(2L, 3L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SIZE  | {'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }
            SIZE  | {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }
            SIZE  | {'descr': '<f4', 'fortran_order': False, 'shape': (100000000, 3), }
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': (3000000000, 3000000000), }
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3), }
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': [2, 3], }
            FIELD | {'descr': '<f4', 'fortran_order': False, }
            FIELD | {'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }
            FIELD | {'descr': '<f4', 'fortran_order': 'False', 'shape': (2, 3), }
            FIELD | {'descr': True, 'fortran_order': False, 'shape': (2, 3), }
            FIELD | {'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 3), }
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}
            FIELD | {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } + exit()
            FIELD | exit()
            """)
    void refusesHeadersThatDoNotDescribeTheArray(Fault fault, String header) {
        byte[] bytes = archive(npy(header, 6));
        Hostile.rejected(fault, bytes.length, () -> readAll(bytes));
    }

    @Test
    void refusesADeepArrayAndAnUnknownVersion() {
        String shape = "1, ".repeat(33);
        byte[] deep = archive(npy(HEADER.replace("2, 3", shape), 1));
        Hostile.rejected(Fault.FIELD, deep.length, () -> readAll(deep));
        byte[] future = npy(HEADER, 6);
        future[6] = 4;
        Hostile.rejected(Fault.FIELD, 200, () -> readAll(archive(future)));
    }

    @Test
    void refusesAnythingElseInTheArchive() {
        ZipParts zip = new ZipParts();
        zip.add("a.npy", npy(HEADER, 6)).plain();
        zip.add("a.txt", new byte[3]).plain();
        BadWeightsException refusal = Hostile.rejected(Fault.AMBIGUOUS, 300, () -> open(zip.bytes()));
        assertThat(refusal).hasMessageContaining("a.txt");
    }

    @Test
    void noticesDamagedNumbers() {
        byte[] npy = npy(HEADER, 6);
        byte[] stored = archive(npy);
        stored[30 + "a.npy".length() + npy.length - 1] ^= 1; // behind the local header
        Hostile.rejected(Fault.ZIP_CRC, stored.length, () -> readAll(stored));
    }

    /** A few bytes that claim to be a gigabyte of zeros. */
    @Test
    void isNoDecompressionBomb() {
        ZipParts zip = new ZipParts();
        ZipParts.Part part = zip.deflated("a.npy", npy(HEADER.replace("2, 3", "1, 250000000"), 6));
        part.size = npy(HEADER.replace("2, 3", "1, 250000000"), 0).length + 1_000_000_000L;
        byte[] bytes = zip.bytes();
        Hostile.rejected(Fault.ZIP_RATIO, bytes.length, () -> readAll(bytes));
    }

    @Test
    @Tag("fuzz")
    void survivesAnything() {
        byte[] stored = golden("stored.npz");
        byte[] packed = golden("packed.npz");
        Fuzzer.run("npz", 20_000, 1_000_000, random -> input(random, stored, packed), NpzFileTest::readAll);
    }

    /** Damaged archives, and sound archives with a damaged array. */
    private static byte[] input(SplittableRandom random, byte[] stored, byte[] packed) {
        if (random.nextBoolean()) {
            return Fuzzer.mutated(random.nextBoolean() ? stored : packed, random);
        }
        byte[] npy = Fuzzer.mutated(npy(HEADER, 6), random);
        ZipParts zip = new ZipParts();
        if (random.nextBoolean()) {
            zip.add("a.npy", npy).plain();
        } else {
            zip.deflated("a.npy", npy).plain();
        }
        return zip.bytes();
    }
}
