package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.engine.onnx.OnnxExport;
import io.github.resnet4j.engine.onnx.OnnxOptions;
import io.github.resnet4j.engine.onnx.OnnxSession;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What ONNX Runtime makes of an exported file is what DL4J makes of the graph. */
class OnnxExportTest {
    private static final OnnxOptions ANY_BATCH = OnnxOptions.DEFAULT.withAnyBatch();
    private static final OnnxOptions.Output PROBABILITIES = new OnnxOptions.Output.Probabilities(1);

    @TempDir
    private Path folder;

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    static Stream<ParityCase> networks() {
        return Stream.concat(ParityCase.reduced().stream(), ParityCase.zoo().stream());
    }

    static Stream<ParityCase> someNetworks() {
        return Stream.of(
                ParityCase.full("resnet20-cifar", 2, 32),
                ParityCase.full("resnet8-mlperf", 2, 32),
                ParityCase.full("resnext50-32x4d", 1, 64),
                ParityCase.full("resnet50-keras", 1, 64),
                ParityCase.reduced("bottleneck_d_deep_3x21x14"),
                parity("densenet-bc-40-12_3x7x10"),
                parity("cbam-resnet18_1x17x15"),
                parity("alexnet_1x23x31"),
                parity("googlenet_3x17x15"),
                parity("highway-mlp-10_1x9x7"));
    }

    private static ParityCase parity(String name) {
        return ParityCase.reduced().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNetworkComputesTheSameInOnnxRuntime(ParityCase parity) throws IOException {
        ComputationGraph graph = parity.graph();
        INDArray logits = graph.feedForward(parity.images(), false).get(parity.logits());
        for (boolean fold : new boolean[] {false, true}) {
            assertThat(deviation(graph, parity.image(), ANY_BATCH.withFoldNorms(fold), parity.images(), logits))
                    .as("folded norms: %s", fold)
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 17, 18, 21})
    void everyOpsetComputesTheSame(int opset) throws IOException {
        for (ParityCase parity : someNetworks().toList()) {
            ComputationGraph graph = parity.graph();
            INDArray logits = graph.feedForward(parity.images(), false).get(parity.logits());
            assertThat(deviation(graph, parity.image(), ANY_BATCH.withOpset(opset), parity.images(), logits))
                    .as(parity.name())
                    .isLessThan(1e-5);
        }
    }

    static Stream<String> rows() {
        return Zoo.list().stream().map(Architecture::name);
    }

    /** In full, at its own size; target/onnx-rows.csv says how large the deviations are. */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("rows")
    void everyRowOfTheZooComputesTheSameAtItsOwnSize(String name) throws IOException {
        Architecture row = Zoo.find(name);
        Network network = row.network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        if (network.nodes().stream().anyMatch(node -> node.op() instanceof Op.Add)) {
            shrinkBranches(graph);
        }
        INDArray image = Seeded.images(name, 1, network);
        String last = network.lastOf(Network.HEAD).name();
        INDArray logits;
        try (InferencePlan plan = InferencePlan.compile(graph, row.input(), 1)) {
            logits = plan.featureMaps(image, List.of(last)).get(last);
        }
        Path file = folder.resolve("model.onnx");
        OnnxExport.Summary summary = OnnxExport.write(graph, row.input(), OnnxOptions.DEFAULT, file);
        NetworkGraph.close(graph);
        double deviation;
        try (OnnxSession session = OnnxSession.open(file)) {
            deviation = Pass.deviation(session.output(image), logits);
        }
        Files.writeString(
                Path.of("target", "onnx-rows.csv"),
                String.format(Locale.ROOT, "%s,%d,%d,%.1e%n", name, summary.nodes(), summary.bytes(), deviation),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        assertThat(deviation).isLessThan(1e-5);
    }

    /** Without statistics of any images, the sums of a thousand branches would overflow. */
    private static void shrinkBranches(ComputationGraph graph) {
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (segment.key().equals("gamma")) {
                float[] gamma = new float[segment.length()];
                Arrays.fill(gamma, 0.3f);
                graph.params().data().asNioFloat().put(segment.offset(), gamma);
            }
        }
    }

    static Stream<RandomGraph> graphs() {
        return LongStream.range(0, 50).mapToObj(index -> RandomGraph.of(1, index));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void graphsOfTheUsersComputeTheSame(RandomGraph random) throws IOException {
        UserGraph user = random.graph();
        ComputationGraph graph = user.graph();
        INDArray images = user.images(random.batch());
        INDArray probabilities;
        try (InferencePlan plan = InferencePlan.compile(graph, user.image(), random.batch())) {
            probabilities = plan.output(images).dup();
        }
        for (boolean fold : new boolean[] {false, true}) {
            OnnxOptions options = ANY_BATCH.withOutput(PROBABILITIES).withFoldNorms(fold);
            assertThat(deviation(graph, user.image(), options, images, probabilities))
                    .as("folded norms: %s", fold)
                    .isLessThan(1e-5);
        }
    }

    /** The largest, as a part of the largest value. */
    private double deviation(
            ComputationGraph graph, Shape image, OnnxOptions options, INDArray images, INDArray expected)
            throws IOException {
        Path file = folder.resolve("model.onnx");
        OnnxExport.write(graph, image, options, file);
        try (OnnxSession session = OnnxSession.open(file)) {
            INDArray found = session.output(images);
            assertThat(found.shape()).isEqualTo(expected.shape());
            return Pass.deviation(found, expected);
        }
    }

    @Test
    void probabilitiesAreThoseOfTheLogitsDividedByTheTemperature() throws IOException {
        ParityCase parity = ParityCase.full("resnet20-cifar", 2, 32);
        ComputationGraph graph = parity.graph();
        INDArray logits = graph.feedForward(parity.images(), false).get(parity.logits());
        INDArray expected = Nd4j.nn().softmax(logits.div(2.5), 1);
        OnnxOptions options = ANY_BATCH.withOutput(new OnnxOptions.Output.Probabilities(2.5));

        assertThat(deviation(graph, parity.image(), options, parity.images(), expected))
                .isLessThan(1e-6);
    }

    @Test
    void pixelsAreNormalisedInTheModel() throws IOException {
        ParityCase parity = ParityCase.full("resnet20-cifar", 2, 32);
        ComputationGraph graph = parity.graph();
        Preprocessing normalisation = new Preprocessing(
                OptionalInt.empty(),
                OptionalInt.empty(),
                "bilinear",
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
        byte[] pixels = new byte[2 * 32 * 32 * 3];
        IntStream.range(0, pixels.length).forEach(i -> pixels[i] = (byte) (i * 37 % 251));
        INDArray planes = Nd4j.create(2, 3, 32, 32);
        for (int i = 0; i < pixels.length; i++) {
            int channel = i % 3;
            double value = (Byte.toUnsignedInt(pixels[i]) / 255.0
                            - normalisation.mean().get(channel))
                    / normalisation.std().get(channel);
            planes.putScalar(new int[] {i / 3072, channel, i / 96 % 32, i / 3 % 32}, value);
        }
        Path file = folder.resolve("model.onnx");
        OnnxExport.Summary summary = OnnxExport.write(graph, parity.image(), ANY_BATCH.withPixels(normalisation), file);

        assertThat(summary.input()).isEqualTo("image");
        try (OnnxSession session = OnnxSession.open(file)) {
            INDArray expected = graph.feedForward(planes, false).get(parity.logits());
            assertThat(Pass.deviation(session.output(pixels, 2, 32, 32, 3), expected))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void aFixedBatchIsRefusedAnyOther() throws IOException {
        ParityCase parity = ParityCase.full("resnet20-cifar", 2, 32);
        Path file = folder.resolve("model.onnx");
        OnnxExport.Summary summary = OnnxExport.write(parity.graph(), parity.image(), OnnxOptions.DEFAULT, file);

        assertThat(summary.bytes()).isEqualTo(Files.size(file));
        try (OnnxSession session = OnnxSession.open(file)) {
            assertThatThrownBy(() -> session.output(parity.images()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("model.onnx")
                    .hasMessageContaining("input");
        }
    }

    @Test
    void theFileIsTheSameEveryTimeAndSaysWhatItIs() throws IOException {
        ParityCase parity = ParityCase.full("resnet20-cifar", 2, 32);
        OnnxOptions options = ANY_BATCH.withMetadata(Map.of("architecture", "resnet20-cifar", "licence", "MIT"));
        Path one = folder.resolve("one.onnx");
        Path other = folder.resolve("other.onnx");
        ComputationGraph graph = parity.graph();
        OnnxExport.write(graph, parity.image(), options, one);
        OnnxExport.write(graph, parity.image(), options, other);

        assertThat(one).hasSameBinaryContentAs(other);
        try (OnnxSession session = OnnxSession.open(one)) {
            assertThat(session.metadata()).isEqualTo(Map.of("architecture", "resnet20-cifar", "licence", "MIT"));
        }
    }

    @Test
    void aGraphThatTheEngineDoesNotKnowIsRefusedByTheNameOfItsVertex() {
        UserGraph user = UserGraph.upTo(
                "odd",
                "odd",
                new Shape(1, 8, 8),
                builder -> builder.addLayer(
                        "odd",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .activation(Activation.CUBE)
                                .build(),
                        "in"));
        Path file = folder.resolve("model.onnx");

        assertThatThrownBy(() -> OnnxExport.write(user.graph(), user.image(), OnnxOptions.DEFAULT, file))
                .isInstanceOf(UnsupportedGraphException.class)
                .hasMessageContaining("odd");
        assertThat(file).doesNotExist();
    }

    @Test
    void onnxsOwnCheckerAcceptsTheFiles() throws IOException, InterruptedException {
        for (ParityCase parity : someNetworks().toList()) {
            ComputationGraph graph = parity.graph();
            for (int opset : new int[] {13, 17}) {
                Path file = folder.resolve(parity.name() + "." + opset + ".onnx");
                OnnxExport.write(graph, parity.image(), ANY_BATCH.withOpset(opset), file);
            }
        }
        String script = """
                import sys
                try:
                    import onnx
                except ImportError:
                    sys.exit(9)
                import glob
                for file in sorted(glob.glob(sys.argv[1] + "/*.onnx")):
                    model = onnx.load(file)
                    onnx.checker.check_model(model, full_check=True)
                    onnx.shape_inference.infer_shapes(model, strict_mode=True)
                    print(file)
                """;
        Process process;
        try {
            process = new ProcessBuilder("/usr/bin/python3", "-c", script, folder.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs python3");
            return;
        }
        String said = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        assumeTrue(code != 9, "needs python3-onnx");
        assertThat(code).as(said).isZero();
        assertThat(said.lines()).hasSize(20);
    }
}
