package io.github.resnet4j.zoo.internal.keras;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KerasFileTest {
    private static final Path REAL = Path.of("../../shared/data/weights/mlperf_tiny_resnet8.h5");

    /** A line of the lists that make_keras.py writes. */
    private record Expected(String file, String name, String type, String shape, String hash) {
        static Expected of(String line) {
            String[] fields = line.split(",", -1);
            return new Expected(fields[0], fields[1], fields[2], fields[3], fields[4]);
        }
    }

    static byte[] golden(String name) {
        try (InputStream in = KerasFileTest.class.getResourceAsStream("/golden/keras/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StateDict open(byte[] bytes) {
        return KerasFile.open(FileBytes.of(Path.of("weights.h5"), bytes));
    }

    private static List<Expected> list(String name) {
        return new String(golden(name), StandardCharsets.UTF_8)
                .lines()
                .map(Expected::of)
                .toList();
    }

    static Stream<String> goldenFiles() {
        return list("expected.csv").stream().map(Expected::file).distinct();
    }

    private static List<Expected> read(String file, StateDict found) {
        List<Expected> read = new ArrayList<>();
        found.tensors().forEach((name, tensor) -> {
            String shape = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining("x"));
            read.add(new Expected(file, name, tensor.type().name(), shape, hash(tensor)));
        });
        return read;
    }

    private static String hash(Tensor tensor) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            tensor.write(bytes);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void readsWhatH5pyWrote(String file) {
        StateDict found = open(golden(file));
        assertThat(found.format()).isEqualTo(WeightFormat.KERAS_H5);
        assertThat(read(file, found))
                .containsExactlyElementsOf(list("expected.csv").stream()
                        .filter(expected -> expected.file.equals(file))
                        .toList());
    }

    @Test
    void readsARealFile() {
        Assumptions.assumeTrue(Files.exists(REAL), "there is no " + REAL);
        FileBytes file = FileBytes.open(REAL);
        assertThat(KerasFile.matches(file)).isTrue();
        StateDict found = KerasFile.open(file);
        assertThat(read("mlperf_tiny_resnet8.h5", found)).isEqualTo(list("mlperf_tiny_resnet8.csv"));
        assertThat(found.metadata()).isEqualTo(Map.of("keras_version", "2.4.0", "backend", "tensorflow"));
        assertThat(found.notes())
                .containsExactly(
                        "did not read the description of the model (model_config)",
                        "left out the optimizer's state (optimizer_weights)");
    }

    @Test
    void saysWhatItLeftOutAndGuessed() {
        assertThat(open(golden("keras3_numbers.weights.h5")).notes())
                .containsExactly(
                        "ordered the layers by kind and number, as the file does not record their order",
                        "kept the numbers of weights whose names the file does not record");
        assertThat(open(golden("keras3.weights.h5")).notes())
                .as("names tell more than an order")
                .containsExactly("left out the optimizer's state (optimizer)");
        assertThat(open(golden("keras2.h5")).notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "conv1,        conv1/kernel:0,                 conv1/kernel",
        "conv1,        conv1/kernel,                   conv1/kernel",
        "conv1,        conv1/conv1/kernel:0,           conv1/kernel",
        "conv1,        model/conv1/kernel:0,           conv1/kernel",
        "conv1,        conv1_1/kernel:0,               conv1/kernel",
        "conv1,        conv1_1x1/kernel:0,             conv1/conv1_1x1/kernel",
        "conv1,        kernel:0,                       conv1/kernel",
        "conv1,        conv1_W:0,                      conv1/kernel",
        "conv1,        conv1_b,                        conv1/bias",
        "bn,           bn_gamma,                       bn/gamma",
        "bn,           bn_running_mean:0,              bn/moving_mean",
        "bn,           bn_running_std:0,               bn/moving_variance",
        "resnet50,     conv1_conv/kernel:0,            resnet50/conv1_conv/kernel",
        "resnet50,     resnet50/conv1_conv/kernel:0,   resnet50/conv1_conv/kernel",
        "a.b(,         a.b(/kernel:0,                  a.b(/kernel",
        "sep,          sep/depthwise_kernel:0,         sep/depthwise_kernel",
        "model/conv,   model/conv/kernel:0,            model/conv/kernel"
    })
    void namesAWeightByItsLayerAndRole(String layer, String weight, String name) {
        assertThat(ListedLayers.names(layer, List.of(weight))).containsExactly(name);
    }

    /** The values of the hash's author. */
    @ParameterizedTest
    @CsvSource({"'', deadbeef", "'Four score and seven years ago', 17770551"})
    void hashesAsItsAuthorDoes(String text, String hash) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(Integer.toHexString(Lookup3.hash(bytes))).isEqualTo(hash);
    }

    @Test
    void readsFilesBehindAUsersBlockUpTo1MiB() {
        for (int block : new int[] {0, 512, 1024, 2048, 1 << 20}) {
            byte[] good = golden("keras2.h5");
            byte[] bytes = new byte[block + good.length];
            System.arraycopy(good, 0, bytes, block, good.length); // as h5jam puts it there: the file says 0
            assertThat(open(bytes).tensors()).as("%d", block).hasSize(14);
            bytes[block + 25] = (byte) (block >> 8);
            bytes[block + 26] = (byte) (block >> 16);
            if (block > 0) { // as h5py makes it: the file says its address, and counts from the begin
                int end = block + good.length;
                for (int b = 0; b < 4; b++) {
                    bytes[block + 40 + b] = (byte) (end >> 8 * b);
                }
                assertThat(open(bytes).tensors()).as("%d", block).hasSize(14);
            }
        }
    }

    @Test
    void readsWhatTheWriterOfBadFilesWritesWell() {
        for (boolean newest : new boolean[] {false, true}) {
            H5Writer writer = new H5Writer(newest);
            Map<String, Long> layers = new TreeMap<>();
            for (int i = 0; i < 20; i++) {
                long kernel = writer.object(
                        List.of(writer.shape(2, 3), writer.floats(4, false), writer.onePiece(H5Writer.counting(6))));
                layers.put(
                        "c" + i,
                        writer.group(Map.of("kernel", kernel), writer.references("weight_names", List.of("kernel"))));
            }
            List<String> names = layers.keySet().stream().toList();
            StateDict found = open(writer.file(writer.group(layers, writer.texts("layer_names", names))));
            assertThat(found.tensors().keySet())
                    .containsExactlyElementsOf(
                            names.stream().map(name -> name + "/kernel").toList());
            found.tensors().values().forEach(tensor -> assertThat(tensor.floats())
                    .containsExactly(0, 1, 2, 3, 4, 5));
        }
    }
}
