package io.github.resnet4j.zoo.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Python;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;

class NpyFolderTest {
    @TempDir
    Path temporary;

    @Test
    void writesTheBytesThatTheFormatSays() throws IOException {
        Path folder = temporary.resolve("npy");
        NpyFolder.write(folder, weights(Map.of("a/b", Tensor.of(List.of(1L, 2L), new float[] {1, 2}))));
        byte[] bytes = Files.readAllBytes(folder.resolve("a%2Fb.npy"));
        assertThat(bytes).hasSize(128 + 8).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
                .matches("\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(1, 2,\\), } *\n");
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(132))
                .isEqualTo(2);
        assertThat(folder.resolve("index.json")).hasContent("""
                        {
                          "a/b" : {
                            "file" : "a%2Fb.npy",
                            "dtype" : "F32",
                            "shape" : [ 1, 2 ]
                          }
                        }
                        """);
        assertOnly(folder);
    }

    @Test
    void numpyReadsAllTypesAndShapes() throws IOException, InterruptedException {
        Python.assume("numpy");
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> hashes = new LinkedHashMap<>();
        List<List<Long>> shapes = List.of(
                List.of(),
                List.of(0L),
                List.of(5L),
                List.of(2L, 0L, 3L),
                List.of(2L, 3L, 4L),
                Collections.nCopies(32, 1L));
        for (DType type : DType.values()) {
            for (List<Long> shape : shapes) {
                String name = type + "/" + shape.size() + shapes.indexOf(shape);
                long count = shape.stream().reduce(1L, (a, b) -> a * b);
                byte[] bytes = new byte[(int) count * type.bytes()];
                random.nextBytes(bytes);
                tensors.put(
                        name,
                        Tensor.of(
                                type,
                                shape,
                                (from, into) -> into.put(bytes, (int) from * type.bytes(), into.remaining())));
                hashes.put(name, Python.sha256(asNumpyHasThem(type, bytes)));
            }
        }
        Path folder = temporary.resolve("npy");
        NpyFolder.write(folder, weights(tensors));

        JsonNode read = Python.json("read_npy_folder.py", folder);
        assertThat(read).hasSize(tensors.size());
        Map<DType, String> types = Map.of(
                DType.F64, "float64",
                DType.F32, "float32",
                DType.F16, "float16",
                DType.BF16, "float32",
                DType.I64, "int64",
                DType.I32, "int32",
                DType.I16, "int16",
                DType.I8, "int8",
                DType.U8, "uint8",
                DType.BOOL, "bool");
        tensors.forEach((name, tensor) -> {
            JsonNode found = read.get(name);
            assertThat(found.get("dtype").textValue()).as(name).isEqualTo(types.get(tensor.type()));
            assertThat(found.get("shape").toString())
                    .as(name)
                    .isEqualTo(tensor.shape().toString().replace(" ", ""));
            assertThat(found.get("c_order").booleanValue()).as(name).isTrue();
            assertThat(found.get("sha256").textValue()).as(name).isEqualTo(hashes.get(name));
        });
    }

    private static byte[] asNumpyHasThem(DType type, byte[] bytes) {
        ByteBuffer converted = ByteBuffer.allocate(2 * bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer original = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (original.hasRemaining()) {
            switch (type) {
                case BF16 -> converted.putInt(original.getShort() << 16);
                case BOOL -> converted.put((byte) (original.get() == 0 ? 0 : 1));
                default -> converted.put(original.get());
            }
        }
        byte[] result = new byte[converted.position()];
        converted.get(0, result);
        return result;
    }

    @Test
    void takesTheFolderThatIsNewOrEmpty() throws IOException {
        StateDict weights = weights(Map.of("a", Tensor.of(List.of(), new float[1])));
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        NpyFolder.write(empty, weights);
        assertThat(empty.resolve("a.npy")).exists();
        assertThatThrownBy(() -> NpyFolder.write(empty, weights))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(empty + ": is not empty; name a new folder");
        Path file = empty.resolve("a.npy");
        assertThatThrownBy(() -> NpyFolder.write(file, weights))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(file + ": is a file; name a new folder");
        assertThatThrownBy(() -> NpyFolder.write(temporary.resolve("missing/npy"), weights))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("missing/npy: cannot be written: the folder ")
                .hasMessageEndingWith("missing does not exist; create it first");
        assertOnly(empty);
    }

    @Test
    void leavesNothingBehindWhenItFails() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("good", Tensor.of(List.of(), new float[1]));
        tensors.put("cut", Tensor.of(DType.F32, List.of(1L), (from, into) -> {
            throw new BadWeightsException(
                    Path.of("f"),
                    WeightFormat.TORCH_ZIP,
                    Fault.CHANGED,
                    Location.WHOLE,
                    "was truncated while it was being read");
        }));
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        assertThatThrownBy(() -> NpyFolder.write(empty, weights(tensors))).isInstanceOf(BadWeightsException.class);
        assertOnly(empty);
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void refusesWhatNumpyWould() {
        Tensor deep = Tensor.of(Collections.nCopies(33, 1L), new float[1]);
        assertThatThrownBy(() -> NpyFolder.write(temporary.resolve("npy"), weights(Map.of("a", deep))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor \"a\" has 33 dimensions, NumPy allows at most 32");
        Tensor scalar = Tensor.of(List.of(), new float[1]);
        assertThatThrownBy(() -> NpyFolder.write(temporary.resolve("npy"), weights(Map.of("", scalar))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(temporary).isEmptyDirectory();
    }

    private void assertOnly(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(temporary)) {
            assertThat(content).containsExactly(folder);
        }
    }

    private static StateDict weights(Map<String, Tensor> tensors) {
        return new StateDict(Path.of("test"), WeightFormat.SAFETENSORS, tensors, Map.of(), List.of());
    }
}
