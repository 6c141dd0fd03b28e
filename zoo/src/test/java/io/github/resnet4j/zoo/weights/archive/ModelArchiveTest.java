package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelArchiveTest {
    private static final ModelCard CARD = CardJsonTest.card("resnet20-cifar", List.of("cat", "dog", "frog"));
    private static final NetworkGraph.Options OPTIONS = NetworkGraph.Options.seeded(7);
    private static ComputationGraph graph;
    private static byte[] good;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeOne(@TempDir Path folder) throws IOException {
        graph = NetworkGraph.create(CARD.network(), OPTIONS);
        // Every bit pattern class a float can have, in the first kernel.
        float[] values = {-0f, Float.MIN_VALUE, -Float.MIN_NORMAL, Float.MAX_VALUE, 1 / 3f};
        for (int i = 0; i < values.length; i++) {
            graph.params().putScalar(i, values[i]);
        }
        ModelArchive.write(folder.resolve("model.zip"), CARD, graph);
        good = Files.readAllBytes(folder.resolve("model.zip"));
    }

    private static int[] bits(ComputationGraph graph) {
        float[] values = graph.params().toFloatVector();
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.zip"), bytes);
    }

    private static ModelArchive.Loaded read(Path file) {
        return ModelArchive.read(file, OPTIONS);
    }

    private static ArchiveParts parts() {
        return ArchiveParts.of(good);
    }

    private static void assertBad(Path file, String problem) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(BadWeightsException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void readsWhatItWritesToTheLastBit() throws IOException {
        ModelArchive.Loaded loaded = read(file(good));

        assertThat(loaded.card()).isEqualTo(CARD);
        assertThat(loaded.network()).isEqualTo(CARD.network());
        assertThat(bits(loaded.graph())).isEqualTo(bits(graph));
    }

    @Test
    void writesTheSameBytesForTheSameModel() throws IOException {
        Path file = file(good);
        ModelArchive.Loaded loaded = read(file);

        ModelArchive.write(file, loaded.card(), loaded.graph());

        assertThat(Files.readAllBytes(file)).isEqualTo(good);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50", "plain20-cifar"})
    void readsOtherNetworks(String architecture) throws IOException {
        ModelCard card = CardJsonTest.card(architecture, List.of("a", "b"));
        ComputationGraph built = NetworkGraph.create(card.network(), OPTIONS);
        Path file = folder.resolve("model.zip");
        ModelArchive.write(file, card, built);

        assertThat(bits(read(file).graph())).isEqualTo(bits(built));
    }

    @Test
    void predictsTheSame() throws IOException {
        INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32);

        INDArray expected = NetworkGraph.create(CARD.network(), OPTIONS).outputSingle(images);
        ComputationGraph fresh = NetworkGraph.create(CARD.network(), OPTIONS);
        ModelArchive.write(folder.resolve("fresh.zip"), CARD, fresh);
        INDArray predicted = read(folder.resolve("fresh.zip")).graph().outputSingle(images);

        assertThat(predicted).isEqualTo(expected);
    }

    @Test
    void freezesWhileReadingAndWritesFrozenGraphs() throws IOException {
        NetworkGraph.Options frozen = OPTIONS.frozenUpTo(Optional.of("layer2"));
        ComputationGraph read = ModelArchive.read(file(good), frozen).graph();
        Path again = folder.resolve("again.zip");

        ModelArchive.write(again, CARD, read);

        assertThat(bits(read)).isEqualTo(bits(graph));
        assertThat(bits(read(again).graph())).isEqualTo(bits(graph));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.read(again, OPTIONS.frozenUpTo(Optional.of("layer9"))))
                .withMessageContaining("layer9");
    }

    @Test
    void readsIntoDoublePrecision() throws IOException {
        ComputationGraph read =
                ModelArchive.read(file(good), OPTIONS.dataType(DataType.DOUBLE)).graph();

        assertThat(read.params().dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(read.params().toFloatVector()).isEqualTo(graph.params().toFloatVector());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.write(folder.resolve("x.zip"), CARD, read))
                .withMessageContaining("single precision");
    }

    @Test
    void readsTheCardWithoutNativeCode() throws Exception {
        Path file = file(good);
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(part -> !part.contains("nd4j-native") && !part.contains("javacpp"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).isNotEqualTo(System.getProperty("java.class.path"));

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        PrintCard.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output.strip()).isEqualTo("resnet20-cifar [cat, dog, frog]");
    }

    /** A process that reads a card. */
    static final class PrintCard {
        private PrintCard() {}

        public static void main(String[] arguments) {
            ModelCard card = ModelArchive.readCard(Path.of(arguments[0]));
            System.out.println(card.architecture() + " " + card.classes());
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet20-cifar, ", "resnet20-cifar, layer1", "resnet18, layer1"})
    void opensInDl4j(String architecture, String frozenUpTo) throws IOException {
        ModelCard card = CardJsonTest.card(architecture, List.of("a", "b"));
        ComputationGraph built =
                NetworkGraph.create(card.network(), OPTIONS.frozenUpTo(Optional.ofNullable(frozenUpTo)));
        Path file = folder.resolve("model.zip");
        ModelArchive.write(file, card, built);

        ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile());

        assertThat(bits(restored)).isEqualTo(bits(built));
        INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32);
        assertThat(restored.outputSingle(images)).isEqualTo(built.outputSingle(images));
    }

    /** DL4J sorts a graph itself, and its parameters are stored in that order: freezing must not change it. */
    @Test
    void ordersParametersAlikeWhateverIsFrozen() throws IOException {
        ModelCard card = CardJsonTest.card("resnet18", List.of("a", "b"));
        ComputationGraph built = NetworkGraph.create(card.network(), OPTIONS);
        Path file = folder.resolve("model.zip");
        ModelArchive.write(file, card, built);

        ComputationGraph frozen = ModelArchive.read(file, OPTIONS.frozenUpTo(Optional.of("layer4.0")))
                .graph();

        assertThat(frozen.paramTable()).isEqualTo(built.paramTable());
    }

    @Test
    void writesCoefficientsAsNd4jDoes() throws IOException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        Nd4j.write(graph.params(), new DataOutputStream(expected));

        assertThat(parts().get("coefficients.bin")).isEqualTo(expected.toByteArray());
    }

    @Test
    void refusesToWriteABrokenOrForeignModel() throws IOException {
        Path file = file(good);
        ComputationGraph broken = graph.clone();
        broken.params().putScalar(500, Float.NaN);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.write(file, CARD, broken))
                .withMessageContaining("value 4 of layer1.0.conv1 W is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.write(
                        file, CardJsonTest.card("resnet32-cifar", List.of("cat", "dog", "frog")), graph))
                .withMessageContaining("resnet32-cifar");
        assertThat(file).hasBinaryContent(good);
        assertThat(folder).isDirectoryNotContaining("glob:**tmp*");
    }

    @Test
    void leavesNothingBehindWhenItCannotWrite() throws IOException {
        Files.createDirectories(folder.resolve("model.zip").resolve("occupied"));

        assertThatThrownBy(() -> ModelArchive.write(folder.resolve("model.zip"), CARD, graph))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ModelArchive.write(folder.resolve("missing").resolve("model.zip"), CARD, graph))
                .isInstanceOf(IOException.class);
        assertThat(folder).isDirectoryNotContaining("glob:**tmp*");
    }

    @Test
    void rejectsWhatIsNotAModel() throws IOException {
        assertBad(folder, "is a folder; name a file in it");
        assertBad(folder.resolve("absent.zip"), "there is no such file");
        assertBad(file(new byte[0]), "is empty");
        assertBad(file("\n<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8)), "is a web page");
        assertBad(file(new byte[] {1, 2, 3}), "is not a zip archive");
        assertBad(file(new byte[] {'P', 'K', 3, 4}), "is cut short");
        Path device = Path.of("/dev/zero");
        if (Files.exists(device)) {
            assertBad(device, "is not a regular file");
        }
    }

    @Test
    void rejectsWhatMayNotBeRead() throws IOException {
        Path file = file(good);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");

        assertBad(file, "may not be read by this user");
    }

    @Test
    void rejectsEveryTruncation() throws IOException {
        for (int sixteenth = 1; sixteenth < 16; sixteenth++) {
            Path file = file(Arrays.copyOf(good, good.length * sixteenth / 16));
            assertBad(file, "is cut short");
        }
    }

    @Test
    void rejectsAnotherModelsParameters() throws IOException {
        ModelCard other = CardJsonTest.card("resnet32-cifar", CARD.classes());
        ArchiveParts wrong =
                ArchiveParts.of(ArchiveParts.archive(other)).with("coefficients.bin", parts().get("coefficients.bin"));

        assertBad(file(wrong.bytes()), "not 465971 in 1863997, as resnet32-cifar with input 3x32x32 and 3 classes has");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"resnet20-cifar\" | \"resnet2O-cifar\" | unknown model \"resnet2O-cifar\"",
                "\"classes\"        | \"clases\"         | model.json: unknown key",
            })
    void rejectsBadCards(String what, String by, String problem) throws IOException {
        String card = parts().text("model.json").replace(what, by);
        Path file = file(parts().with("model.json", card).bytes());

        assertBad(file, problem);
        assertThatThrownBy(() -> ModelArchive.readCard(file))
                .isInstanceOf(BadWeightsException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aDescriptionForPeopleIsKeptAndDoesNotMatter() throws IOException {
        Path file = folder.resolve("described.zip");
        ModelArchive.write(file, CARD, graph, Optional.of("# A model\n\ndög\n"));

        assertThat(ArchiveParts.of(Files.readAllBytes(file)).text("MODEL_CARD.md"))
                .isEqualTo("# A model\n\ndög\n");
        ModelArchive.Loaded read = ModelArchive.read(file, OPTIONS);
        assertThat(read.card()).isEqualTo(CARD);
        assertThat(bits(read.graph())).isEqualTo(bits(graph));
    }

    @Test
    void aDescriptionThatCouldNotBeReadIsNotWritten() {
        Path file = folder.resolve("long.zip");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.write(file, CARD, graph, Optional.of("x".repeat((1 << 20) + 1))))
                .withMessageContaining("MODEL_CARD.md has 1048577 bytes");
        assertThat(file).doesNotExist();
    }

    @Test
    void copiesAllButTheHead() {
        Network network = CARD.network();
        ComputationGraph wider = NetworkGraph.create(
                CardJsonTest.card("resnet20-cifar", List.of("a", "b", "c", "d")).network(),
                NetworkGraph.Options.seeded(8).frozenUpTo(Optional.of("layer1")));
        INDArray head = wider.getLayer("fc").params().dup();

        ModelArchive.copyMatching(network, graph, wider, false);

        assertThat(wider.getLayer("fc").params()).isEqualTo(head);
        Stream.of("conv1", "bn1", "layer2.0.conv1", "layer3.2.bn2")
                .forEach(name -> assertThat(wider.getLayer(name).paramTable())
                        .isEqualTo(graph.getLayer(name).paramTable()));
        int body = (int) (graph.numParams() - graph.getLayer("fc").numParams());
        assertThat(Arrays.copyOf(bits(wider), body)).isEqualTo(Arrays.copyOf(bits(graph), body));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.copyMatching(network, graph, wider, true))
                .withMessageContaining("fc W");
    }

    @Test
    void copiesNothingUnlessAllFits() {
        ComputationGraph other = NetworkGraph.create(
                CardJsonTest.card("resnet18", CARD.classes()).network(), OPTIONS);
        int[] before = bits(other);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelArchive.copyMatching(CARD.network(), graph, other, false))
                .withMessageContaining("conv1 W");
        assertThat(bits(other)).isEqualTo(before);
    }
}
