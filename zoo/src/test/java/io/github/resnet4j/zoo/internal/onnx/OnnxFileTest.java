package io.github.resnet4j.zoo.internal.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.StateDict.Operation.Kind;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and numbers in models by PyTorch and onnx.helper (make_onnx.py). */
class OnnxFileTest {
    static final Path GOLDEN = Path.of("src/test/resources/golden/onnx");

    @TempDir
    Path folder;

    static StateDict open(byte[] bytes) {
        return OnnxFile.READER.open(FileBytes.of(Path.of("a.onnx"), bytes), WeightSet.TRAINED);
    }

    /** Opens it and reads all numbers. */
    static StateDict readAll(byte[] bytes) {
        StateDict dict = open(bytes);
        dict.tensors().values().forEach(Tensor::floats);
        return dict;
    }

    /** A 1-based place in a list of this many rows and columns, read column by column. */
    private static float[] exchanged(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % columns * rows + i / columns + 1;
        }
        return values;
    }

    @Test
    void readsLayersAsAnyExporterWritesThem() {
        StateDict dict = WeightFile.open(GOLDEN.resolve("layers.onnx"));

        Map<String, List<Long>> shapes = Map.ofEntries(
                Map.entry("conv.weight", List.of(2L, 3L, 1L, 1L)),
                Map.entry("conv.bias", List.of(2L)),
                Map.entry("act.weight", List.of(2L)),
                Map.entry("fc1.weight", List.of(3L, 2L)),
                Map.entry("fc1.bias", List.of(3L)),
                Map.entry("fc2.weight", List.of(4L, 3L)),
                Map.entry("fc3.weight", List.of(2L, 4L)),
                Map.entry("fc3.bias", List.of(2L)),
                Map.entry("fc4.weight", List.of(2L, 2L)),
                Map.entry("fc4.bias", List.of(2L)),
                Map.entry("scale", List.of(3L)));
        List<String> matrices = List.of("fc1.weight", "fc3.weight"); // in × out in the file
        assertThat(dict.format()).isEqualTo(WeightFormat.ONNX);
        assertThat(dict.notes()).containsExactly("left out 1 constant that no layer has as weights: epoch");
        assertThat(dict.metadata())
                .containsEntry("producer", "make_onnx")
                .containsEntry("resnet4j.mean", "0.5,0.5,0.5")
                .containsEntry("licence", "none");
        assertThat(dict.tensors()).containsOnlyKeys(shapes.keySet());
        dict.tensors().forEach((name, tensor) -> {
            List<Long> shape = shapes.get(name);
            int first = Math.toIntExact(shape.get(0));
            int rest = Math.toIntExact(tensor.count()) / first;
            float[] expected = matrices.contains(name) ? exchanged(first, rest) : exchanged(1, first * rest);
            assertThat(tensor.shape()).as(name).isEqualTo(shape);
            assertThat(tensor.floats()).as(name).containsExactly(expected);
            assertThat(tensor.floats()).as("again").containsExactly(expected);
        });
        assertThat(dict.graph().stream().map(StateDict.Operation::kind).filter(kind -> kind != Kind.OTHER))
                .containsExactly(Kind.CONVOLUTION, Kind.DENSE, Kind.DENSE, Kind.DENSE, Kind.DENSE);
    }

    @Test
    void namesTensorsAfterTheModulesOfTheNodes() throws IOException {
        List<String> named = Files.readAllLines(GOLDEN.resolve("state.txt")).stream()
                .map(line -> line.split(" ")[0])
                .filter(name -> name.contains("conv") || name.contains("downsample.0"))
                .toList();

        StateDict dict = WeightFile.open(GOLDEN.resolve("folded.onnx"));

        assertThat(dict.notes())
                .containsExactly("named 24 tensors, whose names the exporter lost, after the nodes that use them");
        assertThat(dict.tensors()).hasSize(2 * named.size() + 2).containsKeys(named.toArray(String[]::new));
        assertThat(dict.tensors()).containsKeys("conv1.bias", "layer2.0.downsample.0.bias", "fc.weight", "fc.bias");
    }

    @ParameterizedTest
    @CsvSource({
        "/conv1/Conv, conv1",
        "/layer1/layer1.0/conv1/Conv, layer1.0.conv1",
        "/layer2/layer2.0/downsample/downsample.1/BatchNormalization, layer2.0.downsample.1",
        "/features/denseblock1/denselayer10/norm1/BatchNormalization, features.denseblock1.denselayer10.norm1",
        "/features/features.1/features.1.0/Conv_2, features.1.0",
        "/layer1/layer10/Conv, layer1.layer10",
        "/Conv, ''",
        "/, ''",
        "//, ''",
        "Conv_0, ''",
        "'', ''",
        "model/conv1/Conv2D, ''",
    })
    void knowsTheModuleOfANode(String node, String module) {
        assertThat(ModuleName.of(node)).isEqualTo(module);
    }

    @Test
    void readsNumbersBesideTheModel() {
        Map<String, Tensor> whole =
                WeightFile.open(GOLDEN.resolve("named.onnx")).tensors();

        StateDict dict = WeightFile.open(GOLDEN.resolve("beside.onnx"));

        assertThat(dict.tensors().keySet()).containsExactlyElementsOf(whole.keySet());
        dict.tensors().forEach((name, tensor) -> assertThat(tensor.floats())
                .as(name)
                .containsExactly(whole.get(name).floats()));
    }

    /** By its contents, whatever it is called; and by its name if the contents do not tell. */
    @Test
    void isFoundByItsContents() throws IOException {
        byte[] golden = Files.readAllBytes(GOLDEN.resolve("folded.onnx"));
        for (String name : List.of("a", "a.pth", "a.onnx")) {
            assertThat(WeightFile.open(Files.write(folder.resolve(name), golden))
                            .format())
                    .isEqualTo(WeightFormat.ONNX);
        }
        byte[] graphFirst = new Proto()
                .message(7, Proto.graph(Proto.node("Conv", "y", "x", "w")).message(5, Proto.floats("w", 1, 1, 1, 1)))
                .number(1, 8)
                .bytes();
        assertThat(WeightFile.open(Files.write(folder.resolve("b.onnx"), graphFirst))
                        .tensors())
                .containsOnlyKeys("w");
        assertThat(WeightFile.isNamedLikeWeights("b.onnx")).isTrue();
    }

    /** A tool that merged equal tensors: the name of one is that of all. */
    @Test
    void namesMergedTensorsAfterTheirModules() {
        Proto graph = Proto.graph(
                        Proto.node("Conv", "a", "x", "w", "conv1.bias").text(3, "/conv1/Conv"),
                        Proto.node("Conv", "b", "a", "w", "conv1.bias").text(3, "/conv2/Conv"))
                .message(5, Proto.floats("w", 2, 2, 1, 1))
                .message(5, Proto.floats("conv1.bias", 2));

        assertThat(readAll(Proto.model(graph).bytes()).tensors())
                .containsOnlyKeys("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias");
    }

    /** Uneven pooling by matrices, the normalisation of pixels: numbers, but no weights. */
    @Test
    void leavesOutWhatOtherOperationsCompute() {
        Proto graph = Proto.graph(
                        Proto.node("Sub", "a", "x", "mean"),
                        Proto.node("Conv", "b", "a", "conv1.weight"),
                        Proto.node("MatMul", "c", "pool.rows", "b"),
                        Proto.node("MatMul", "d", "c", "pool.columns"),
                        Proto.node("MatMul", "e", "d", "fc.weight"),
                        Proto.node("Sub", "f", "conv2.weight", "e"))
                .message(5, Proto.floats("mean", 3))
                .message(5, Proto.floats("conv1.weight", 2, 2, 1, 1))
                .message(5, Proto.floats("pool.rows", 2, 3))
                .message(5, Proto.floats("pool.columns", 3, 2))
                .message(5, Proto.floats("fc.weight", 2, 4))
                .message(5, Proto.floats("conv2.weight", 2));

        StateDict dict = readAll(Proto.model(graph).bytes());

        assertThat(dict.tensors()).containsOnlyKeys("conv1.weight", "fc.weight", "conv2.weight");
        assertThat(dict.tensors().get("fc.weight").shape()).containsExactly(4L, 2L);
        assertThat(dict.notes())
                .containsExactly("left out 3 constants that no layer has as weights: mean, pool.rows, pool.columns");
    }

    @Test
    void readsScalarsEmptyTensorsAndPackedSizes() {
        Proto packed = new Proto()
                .piece(1, new byte[] {2, 1})
                .number(2, 1)
                .text(8, "w")
                .piece(9, Proto.counting(2));
        Proto empty = Proto.tensor("e", 1, 0, 3);
        Proto graph = Proto.graph(Proto.node("Conv", "y", "x", "w"))
                .message(5, packed)
                .message(5, empty);

        Map<String, Tensor> tensors = readAll(Proto.model(graph).bytes()).tensors();

        assertThat(tensors.get("w").shape()).containsExactly(2L, 1L);
        assertThat(tensors.get("e").count()).isZero();
    }
}
