package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Published files, from the bytes to the first logits; see {@code data/SOURCES.md}. Skipped where they are absent. */
class RealFilesTest {
    private static final Path DATA = Path.of("../../shared/data");
    private static final int RECORD = 3073;
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] STD = {0.229f, 0.224f, 0.225f};

    private static Path data(String name) {
        Path file = DATA.resolve(name);
        Assumptions.assumeTrue(Files.exists(file), file + " is not there");
        return file;
    }

    private static INDArray images(int count, boolean normalised) throws IOException {
        byte[] records = Files.readAllBytes(data("cifar10/lossless_test_batch.bin"));
        float[] values = new float[count * (RECORD - 1)];
        for (int i = 0; i < values.length; i++) {
            int pixel = records[i / (RECORD - 1) * RECORD + 1 + i % (RECORD - 1)] & 0xFF;
            int channel = i / 1024 % 3;
            values[i] = normalised ? (pixel / 255f - MEAN[channel]) / STD[channel] : pixel;
        }
        return Nd4j.create(values, new long[] {count, 3, 32, 32}, 'c');
    }

    private static void assertLogits(ComputationGraph graph, INDArray images, Path reference) throws IOException {
        INDArray logits = graph.feedForward(images, false).get("fc").dup('c');
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(reference))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] actual = logits.data().asFloat();
        assertThat(actual).hasSize(Math.toIntExact(images.size(0)) * 10);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i])
                    .as("logit %d", i)
                    .isCloseTo(expected.get(i), within(1e-4f + 1e-3f * Math.abs(expected.get(i))));
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet20-12fca82f, resnet20-cifar, 97", "resnet56-4bfd9763, resnet56-cifar, 277"})
    void pyTorchsCifarNetworks(String file, String name, int tensors) throws IOException {
        StateDict dict = WeightFile.open(data("weights/" + file + ".th"));
        Network network = Zoo.find(name).network();

        GraphWeights.Loaded loaded =
                GraphWeights.load(dict, network, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);

        assertThat(loaded.report().complete()).isTrue();
        assertThat(loaded.report().entries(Status.LOADED)).hasSize(tensors);
        assertThat(loaded.report().convention()).isEqualTo("PyTorch CIFAR");
        assertThat(loaded.report().notes()).anyMatch(note -> note.contains("state_dict"));
        assertThat(Fit.infer(dict, NameMapping.NONE, false, Map.of()).fit().architecture())
                .isEqualTo(Zoo.find(name));
        assertLogits(loaded.graph(), images(8, true), data("weights/" + file + ".lossless1017.logits.f32le"));
    }

    @ParameterizedTest
    @CsvSource({"resnet20-12fca82f, resnet32-cifar, resnet20-cifar", "resnet56-4bfd9763, resnet20-cifar, resnet56-cifar"
    })
    void theWrongNetworkIsToldTheRightOne(String file, String wrong, String right) {
        StateDict dict = WeightFile.open(data("weights/" + file + ".th"));

        BadWeightsException bad = Hostile.rejected(
                Fault.MISMATCH,
                0,
                () -> GraphWeights.load(
                        dict, Zoo.find(wrong).network(), NetworkGraph.Options.seeded(1), LoadOptions.STRICT));

        assertThat(bad).hasMessageContaining("; it is " + right + " with 10 classes (all ");
    }

    @ParameterizedTest
    @CsvSource("mlperf_tiny_resnet8.h5, resnet8-mlperf")
    void kerasLayersWithoutNames(String file, String name) throws IOException {
        StateDict dict = WeightFile.open(data("weights/" + file));
        Network network = Zoo.find(name).network();

        GraphWeights.Loaded loaded =
                GraphWeights.load(dict, network, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);

        assertThat(loaded.report().complete()).isTrue();
        assertThat(loaded.report().summary()).isEqualTo("38 loaded, 10 converted");
        assertThat(loaded.report().convention()).isEqualTo("Keras, matched by order and shape");
        assertThat(loaded.report().notes()).anyMatch(note -> note.contains("matched by order and shape"));
        assertThat(Fit.infer(dict, NameMapping.NONE, false, Map.of()).fit().architecture())
                .isEqualTo(Zoo.find(name));
        assertLogits(
                loaded.graph(),
                images(32, false),
                Path.of("src/test/resources/golden/resnet8-mlperf.lossless32.logits.f32le"));
    }

    /**
     * The authors' files of Spec-ResNet: what their code does not use is left out and named, and the golden input gets PyTorch's
     * score.
     */
    @Test
    void specResNets() throws IOException {
        StateDict dict = WeightFile.open(data("families/asvspoof2019/spec_logical.pth"));
        Network network = Zoo.find("spec-resnet-stft").network();

        GraphWeights.Loaded loaded =
                GraphWeights.load(dict, network, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);

        LoadReport report = loaded.report();
        assertThat(report.summary()).isEqualTo("70 loaded, 112 ignored");
        assertThat(report.text()).contains("left out 105 tensors that the authors' code saves and does not use");
        assertThat(report.entries(Status.IGNORED))
                .filteredOn(entry -> entry.detail().contains("throws away"))
                .extracting(LoadReport.Entry::source)
                .contains("block3.pre_bn.weight", "block2.pre_bn.running_var")
                .hasSize(50);
        assertThat(report.entries(Status.IGNORED))
                .filteredOn(entry -> entry.detail().contains("never runs"))
                .extracting(LoadReport.Entry::source)
                .contains("block2.conv1.weight", "block10.bn1.num_batches_tracked")
                .hasSize(55);
        assertThat(saved(dict)).isEqualTo(315_490);

        float[] input = new float[1025 * 126];
        ByteBuffer.wrap(Files.readAllBytes(data("families/asvspoof2019/ASR_spk1_snt1.logspec_1025x126.f32le")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(input);
        INDArray logits = loaded.graph()
                .feedForward(Nd4j.create(input, new long[] {1, 1, 1025, 126}, 'c'), false)
                .get("fc2");
        assertThat(logits.getDouble(0, 1) - logits.getDouble(0, 0)).isCloseTo(-2.12729, within(1e-3));
    }

    /** Trained values of a file, as PyTorch counts parameters. */
    private static long saved(StateDict dict) {
        return dict.tensors().entrySet().stream()
                .filter(tensor -> !tensor.getKey().matches(".*(running_mean|running_var|num_batches_tracked)"))
                .mapToLong(tensor -> tensor.getValue().shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"spec_logical, spec-resnet-stft", "spec_physical2, spec-resnet-stft", "mfcc_logical, spec-resnet-mfcc"})
    void specResNetsAreRecognised(String file, String row) {
        StateDict dict = WeightFile.open(data("families/asvspoof2019/" + file + ".pth"));
        Fit.Inferred inferred = Fit.infer(dict, NameMapping.NONE, false, Map.of());

        assertThat(inferred.fit().architecture()).isEqualTo(Zoo.find(row));
        assertThat(inferred.fit().complete()).isTrue();
        if (row.equals("spec-resnet-stft")) {
            assertThat(inferred.notes())
                    .containsExactly(
                            "read as spec-resnet-stft; spec-resnet-cqcc has the same tensors",
                            "read as blocks=pool; the tensors fit blocks=stride as well, choose it with --option");
        }
    }

    /** Its first dense layer reads 512 values, which no input of the authors' published code gives. */
    @Test
    void theAuthorsCqccNetworkFitsNone() {
        StateDict dict = WeightFile.open(data("families/asvspoof2019/cqcc.pth"));
        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 0, () -> Fit.infer(dict, NameMapping.NONE, false, Map.of()));
        assertThat(bad).hasMessageContaining("fits no network in the zoo; closest: spec-resnet-mfcc with 2 classes");
    }
}
