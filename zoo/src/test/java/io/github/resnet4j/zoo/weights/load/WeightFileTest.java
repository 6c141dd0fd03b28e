package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.names.Dicts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFileTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir
    Path folder;

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] tar() {
        byte[] tar = new byte[1024];
        System.arraycopy(latin1("storages"), 0, tar, 0, 8);
        System.arraycopy(latin1("ustar"), 0, tar, 257, 5);
        return tar;
    }

    private static byte[] zip(String... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write(1);
            }
        }
        return bytes.toByteArray();
    }

    static Stream<Arguments> foreign() throws IOException {
        String rest = "\0\0\0\0\0\0\0\0rest";
        return Stream.of(
                Arguments.of("a web page", latin1("<!DOCTYPE html><html>404"), Fault.HTML, "download it again"),
                Arguments.of(
                        "a web page behind blanks", latin1("\r\n  <HTML lang=\"en\">"), Fault.HTML, "is a web page"),
                Arguments.of("a web page with a mark", latin1("\u00EF\u00BB\u00BF<html>"), Fault.HTML, "is a web page"),
                Arguments.of("an XML error", latin1("<?xml version=\"1.0\"?><Error>"), Fault.HTML, "is a web page"),
                Arguments.of(
                        "a git-lfs pointer",
                        latin1("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 46\n"),
                        Fault.LFS_POINTER,
                        "run `git lfs pull`"),
                Arguments.of(
                        "gzip", latin1("\u001F\u008B\b\0" + rest), Fault.BAD_MAGIC, "is a gzip archive; unpack it"),
                Arguments.of("bzip2", latin1("BZh9" + rest), Fault.BAD_MAGIC, "is a bzip2 archive"),
                Arguments.of("xz", latin1("\u00FD7zXZ\0" + rest), Fault.BAD_MAGIC, "is a xz archive"),
                Arguments.of("zstd", latin1("(\u00B5/\u00FD" + rest), Fault.BAD_MAGIC, "is a zstd archive"),
                Arguments.of("7z", latin1("7z\u00BC\u00AF'\u001C" + rest), Fault.BAD_MAGIC, "is a 7z archive"),
                Arguments.of("RAR", latin1("Rar!\u001A\u0007\1\0" + rest), Fault.BAD_MAGIC, "is a RAR archive"),
                Arguments.of("tar", tar(), Fault.LEGACY_TAR, "is a tar archive"),
                Arguments.of("TensorFlow Lite", latin1("\u001C\0\0\0TFL3" + rest), Fault.FORMAT, "TensorFlow Lite"),
                Arguments.of(
                        "a cut ONNX model",
                        latin1("\b\u0007\u0012\u0007pytorch\u001A\u00051.9"),
                        Fault.TRUNCATED,
                        "is cut short"),
                Arguments.of(
                        "a cut ONNX model, no producer", latin1("\b\b:\u00F4\u0003\n&"), Fault.TRUNCATED, "cut short"),
                Arguments.of("SavedModel", latin1("\b\1\u0012\u00E0\u0085\1"), Fault.FORMAT, "SavedModel"),
                Arguments.of("GGUF", latin1("GGUF\3\0\0\0" + rest), Fault.FORMAT, "GGUF"),
                Arguments.of("NumPy", latin1("\u0093NUMPY\1\0v\0{'descr'"), Fault.FORMAT, "is a single NumPy array"),
                Arguments.of(
                        "MXNet", latin1("\u0012\1\0\0\0\0\0\0" + rest), Fault.FORMAT, "is an MXNet parameter file"),
                Arguments.of("text", latin1("Hello, weights\n"), Fault.FORMAT, "is text, not weights"),
                Arguments.of(
                        "YAML in UTF-8", "model: größe\n".getBytes(StandardCharsets.UTF_8), Fault.FORMAT, "is text"),
                Arguments.of("JSON", latin1(" {\"weights\": {}}"), Fault.FORMAT, "is JSON"),
                Arguments.of("a JSON list", latin1("[1, 2]"), Fault.FORMAT, "is JSON"),
                Arguments.of(
                        "noise", latin1("\1\2\3\4" + rest), Fault.BAD_MAGIC, "is not a weight file in a known format"),
                Arguments.of(
                        "a Keras 3 model",
                        zip("metadata.json", "config.json", "model.weights.h5"),
                        Fault.FORMAT,
                        "name the model.weights.h5 in it"),
                Arguments.of(
                        "a SavedModel in a zip",
                        zip("m/saved_model.pb", "m/variables/variables.index"),
                        Fault.FORMAT,
                        "SavedModel"),
                Arguments.of("a DL4J model", zip("configuration.json", "coefficients.bin"), Fault.FORMAT, "DL4J"),
                Arguments.of("any other zip", zip("a.txt"), Fault.NO_PICKLE, "not one written by torch.save"),
                Arguments.of("an empty zip", zip(), Fault.NO_PICKLE, "not one written by torch.save"),
                Arguments.of("a cut zip", latin1("PK\3\4" + rest), Fault.TRUNCATED, "cut short"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foreign")
    void whatIsNoWeightFileIsCalledByItsName(String name, byte[] bytes, Fault fault, String message)
            throws IOException {
        for (String file : List.of("weights", "weights.pth", "model.safetensors", "x.h5", "model.zip", "x.json")) {
            boolean guessed = fault == Fault.BAD_MAGIC && message.contains("known format") && !file.equals("weights");
            if (guessed) {
                continue; // the name says what it was meant to be, below
            }
            Path path = Files.write(folder.resolve(file), bytes);

            BadWeightsException bad = Hostile.rejected(fault, bytes.length, () -> WeightFile.open(path));

            assertThat(bad).hasMessageStartingWith(path + ": ").hasMessageContaining(message);
        }
    }

    /** What the content does not tell, the name does. */
    @ParameterizedTest
    @CsvSource({
        "x.safetensors, HEADER_LARGE",
        "x.PTH, BAD_MAGIC",
        "x.bin, BAD_MAGIC",
        "x.h5, BAD_MAGIC",
        "x.hdf5, BAD_MAGIC",
        "x.weights, BAD_MAGIC",
        "x.onnx, PROTOBUF",
        ".pt, BAD_MAGIC",
        "x, BAD_MAGIC",
    })
    void aDamagedFileIsWhatItsNameSays(String file, Fault fault) {
        byte[] bytes = latin1("\1\2\3\4\5\6\7\10\11\12");

        Hostile.rejected(
                fault, bytes.length, () -> WeightFile.open(FileBytes.of(Path.of(file), bytes), WeightSet.TRAINED));
    }

    @Test
    void filesThatAreNotThereAreNamed() throws IOException {
        assertThatThrownBy(() -> WeightFile.open(folder.resolve("none.pth"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> WeightFile.open(folder)).hasMessageContaining("is a folder");
        Path empty = Files.createFile(folder.resolve("empty"));
        Hostile.rejected(Fault.EMPTY, 0, () -> WeightFile.open(empty));
    }

    @ParameterizedTest
    @CsvSource({
        "torch/training.pth, TORCH_ZIP",
        "torch/training.th, TORCH_LEGACY",
        "keras/keras2.h5, KERAS_H5",
        "keras/keras3.weights.h5, KERAS_H5",
        "keras/userblock.h5, KERAS_H5",
        "npz/stored.npz, NPZ",
        "onnx/folded.onnx, ONNX",
    })
    void theContentDecidesNotTheName(String golden, WeightFormat format) throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDEN.resolve(golden));

        for (String name : List.of("x", "x.pth", "x.safetensors", "x.h5", "x.zip")) {
            StateDict dict = WeightFile.open(FileBytes.of(Path.of(name), bytes), WeightSet.TRAINED);
            assertThat(dict.format()).as(name).isEqualTo(format);
            assertThat(dict.tensors()).isNotEmpty();
        }
    }

    @Test
    void torchScriptIsCalledByItsName() {
        Hostile.rejected(Fault.TORCHSCRIPT, 1 << 16, () -> WeightFile.open(GOLDEN.resolve("torch/script.pth")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "model.pth", "model"})
    void safetensorsAreReadUnderAnyName(String name) throws IOException {
        StateDict dict = Dicts.random(Zoo.find("resnet20-cifar").network(), 1);
        Safetensors.write(folder.resolve(name), dict);

        StateDict read = WeightFile.open(folder.resolve(name));

        assertThat(read.format()).isEqualTo(WeightFormat.SAFETENSORS);
        assertThat(read.tensors().keySet())
                .containsExactlyElementsOf(dict.tensors().keySet());
    }

    /** A header of 274 bytes begins like MXNet's parameters, one of 35615 like gzip. */
    @ParameterizedTest
    @ValueSource(ints = {274, 35_615, 1_179_912})
    void theLengthOfAHeaderIsNoMark(int header) throws IOException {
        String json = "{\"__metadata__\":{\"pad\":\"" + "x".repeat(header - 27) + "\"}}";
        byte[] bytes = ByteBuffer.allocate(8 + json.length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length())
                .put(latin1(json))
                .array();

        assertThat(json.length()).isEqualTo(header);
        assertThat(WeightFile.open(FileBytes.of(Path.of("x"), bytes), WeightSet.TRAINED)
                        .format())
                .isEqualTo(WeightFormat.SAFETENSORS);
    }

    /** From PyTorch's order to a graph, an archive, safetensors and back: not one bit changes. */
    @Test
    void ourArchiveGivesTheSameTensors() throws IOException {
        Network network = Zoo.find("resnet20-cifar").network();
        StateDict dict = Dicts.random(network, 2);
        NetworkGraph.Options options = NetworkGraph.Options.seeded(1);
        ComputationGraph graph =
                GraphWeights.load(dict, network, options, LoadOptions.STRICT).graph();
        ModelCard card = ModelCard.of(
                Zoo.find("resnet20-cifar"),
                network.input(),
                List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
                new Preprocessing(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        "bilinear",
                        List.of(0.5, 0.5, 0.5),
                        List.of(0.2, 0.2, 0.2)),
                Map.of("licence", "none"));
        Path archive = folder.resolve("weights.any");
        ModelArchive.write(archive, card, graph);

        StateDict read = WeightFile.open(archive);
        Safetensors.write(folder.resolve("model.safetensors"), read);
        StateDict again = WeightFile.open(folder.resolve("model.safetensors"));

        assertThat(WeightFile.isArchive(archive)).isTrue();
        assertThat(WeightFile.isArchive(folder.resolve("model.safetensors"))).isFalse();
        assertThat(WeightFile.isArchive(GOLDEN.resolve("torch/training.pth"))).isFalse();
        assertThat(read.format()).isEqualTo(WeightFormat.ARCHIVE);
        assertThat(read.metadata()).containsEntry("licence", "none");
        for (StateDict other : List.of(read, again)) {
            assertThat(other.tensors().keySet())
                    .containsExactlyElementsOf(dict.tensors().keySet());
            dict.tensors().forEach((name, tensor) -> assertThat(
                            other.tensors().get(name).floats())
                    .as(name)
                    .isEqualTo(tensor.floats()));
        }
    }

    @Test
    void afterAllRefusalsAGoodFileIsRead() throws IOException {
        for (Arguments row : foreign().toList()) {
            byte[] bytes = (byte[]) row.get()[1];
            Hostile.rejected(bytes.length, () -> WeightFile.open(FileBytes.of(Path.of("x"), bytes), WeightSet.TRAINED));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", Tensor.of(List.of(2L), new float[] {1, 2}));
        Safetensors.write(folder.resolve("good"), Dicts.of(tensors));

        assertThat(WeightFile.open(folder.resolve("good")).tensors().get("a").floats())
                .containsExactly(1, 2);
    }
}
