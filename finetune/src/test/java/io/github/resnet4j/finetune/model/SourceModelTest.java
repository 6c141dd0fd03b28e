package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SourceModelTest {
    private static final Network NETWORK = Zoo.find("resnet20-cifar").network();

    @TempDir
    static Path folder;

    private static Path weights;

    private final List<String> remarks = new ArrayList<>();

    @BeforeAll
    static void writeWeights() throws IOException {
        OneDnn.enable();
        weights = folder.resolve("mine.safetensors");
        ComputationGraph graph = NetworkGraph.create(NETWORK, NetworkGraph.Options.seeded(3));
        Safetensors.write(weights, GraphWeights.stateDict(graph, NETWORK));
        NetworkGraph.close(graph);
    }

    private SourceModel open(
            String model, Path file, Path labels, OptionalInt classes, ModelRequest.Preparation preparation) {
        ModelRequest request = ModelRequest.of(Optional.ofNullable(model))
                .withWeights(Optional.ofNullable(file))
                .withLabels(Optional.ofNullable(labels))
                .withHead(
                        classes.isPresent()
                                ? new ModelRequest.Head.New(classes.getAsInt())
                                : new ModelRequest.Head.Own())
                .withPreparation(preparation);
        return SourceModel.open(request, DownloadOptions.standard().withOffline(true), remarks::add);
    }

    private SourceModel open(String model, Path file) {
        return open(model, file, null, OptionalInt.empty(), ModelRequest.Preparation.NONE);
    }

    @Test
    void tellsTheNetworkByItsTensorsAndSaysWhatItAssumes() {
        SourceModel model = open(null, weights);
        assertThat(model.card().architecture()).isEqualTo("resnet20-cifar");
        assertThat(model.classesNamed()).isFalse();
        assertThat(model.card().classes()).hasSize(10).startsWith("class 0");
        assertThat(remarks)
                .anyMatch(remark -> remark.contains("inferred the network: resnet20-cifar"))
                .noneMatch(remark -> remark.contains("--mean"));
        assertThat(model.assumed())
                .hasValue(
                        "preprocessing assumed, that of resnet20-cifar.akamaster: mean [0.485, 0.456, 0.406], std [0.229,"
                                + " 0.224, 0.225], channel order rgb");
    }

    @Test
    void takesWhatTheUserSays() throws IOException {
        Path labels = Files.write(folder.resolve("labels.txt"), List.of("abcdefghij".split("")));
        SourceModel model = open(
                "resnet20-cifar",
                weights,
                labels,
                OptionalInt.empty(),
                new ModelRequest.Preparation(
                        OptionalInt.of(40),
                        OptionalInt.of(36),
                        Optional.of("bicubic"),
                        Optional.of(List.of(0.1, 0.2, 0.3)),
                        Optional.of(List.of(1.0, 1.0, 0.5)),
                        Optional.empty()));
        assertThat(model.card().classes()).startsWith("a", "b");
        assertThat(model.classesNamed()).isTrue();
        assertThat(model.card().preprocessing())
                .hasToString("resize 40, crop 36, bicubic, mean [0.1, 0.2, 0.3], std [1.0, 1.0, 0.5]");
        assertThat(model.card().input().height()).isEqualTo(36);
    }

    @Test
    void anotherHeadKeepsTheRest() {
        SourceModel model = open("resnet20-cifar", weights, null, OptionalInt.of(3), ModelRequest.Preparation.NONE);
        SourceModel.Loaded loaded = model.load(NetworkGraph.Options.seeded(1));
        assertThat(model.card().classes()).hasSize(3);
        assertThat(loaded.report().orElseThrow().summary()).isEqualTo("95 loaded, 2 replaced");
        NetworkGraph.close(loaded.graph());
    }

    @Test
    void aBackboneWillDoWhereTheClassifierIsReplaced() throws IOException {
        Map<String, Tensor> body = new LinkedHashMap<>(WeightFile.open(weights).tensors());
        body.keySet().removeIf(name -> name.startsWith("fc."));
        body.put("fc.0.weight", body.get("layer3.0.conv1.weight")); // a projection of self-supervised training
        Path backbone = folder.resolve("backbone.safetensors");
        Safetensors.write(backbone, body, Map.of());

        SourceModel model = SourceModel.open(
                ModelRequest.of("resnet20-cifar", backbone).withHead(new ModelRequest.Head.Any()),
                DownloadOptions.standard().withOffline(true),
                remarks::add);
        SourceModel.Loaded loaded = model.load(NetworkGraph.Options.seeded(1));

        assertThat(loaded.report().orElseThrow().summary()).isEqualTo("95 loaded, 3 replaced");
        assertThat(model.classesNamed()).isFalse();
        assertThat(remarks).contains("the weights are those of a backbone, without a classifier");
        NetworkGraph.close(loaded.graph());
        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> open("resnet20-cifar", backbone))
                .withMessageContaining(
                        "it is a backbone without the classifier of resnet20-cifar: `finetune` trains one");
    }

    @Test
    void saysUnderWhichPrefixTheNetworkIs() throws IOException {
        Map<String, Tensor> lightning = new LinkedHashMap<>();
        WeightFile.open(weights).tensors().forEach((name, tensor) -> lightning.put("student." + name, tensor));
        lightning.put("criterion.weight", lightning.get("student.fc.bias"));
        Path file = folder.resolve("lightning.safetensors");
        Safetensors.write(file, lightning, Map.of());

        assertThat(open("resnet20-cifar", file).card().classes()).hasSize(10);
        assertThat(remarks).contains("used the tensors under student.; left out 1 other: criterion.weight");
    }

    @Test
    void channelsOfOurOwnArchivesAreReversedIfTheUserSaysSo() throws IOException {
        Path archive = folder.resolve("model.zip");
        SourceModel plain = open("resnet20-cifar", weights);
        SourceModel.Loaded loaded = plain.load(NetworkGraph.Options.seeded(1));
        ModelArchive.write(archive, plain.card(), loaded.graph());
        INDArray rgb = loaded.graph().getLayer("conv1").getParam("W");
        SourceModel.Loaded reversed = open(
                        null,
                        archive,
                        null,
                        OptionalInt.empty(),
                        ModelRequest.Preparation.of(Optional.of(ChannelOrder.BGR)))
                .load(NetworkGraph.Options.seeded(1));
        INDArray bgr = reversed.graph().getLayer("conv1").getParam("W");
        for (int c = 0; c < 3; c++) {
            assertThat(bgr.get(all(), point(c), all(), all()).dup().data().asFloat())
                    .isEqualTo(rgb.get(all(), point(2 - c), all(), all())
                            .dup()
                            .data()
                            .asFloat());
        }
        NetworkGraph.close(loaded.graph());
        NetworkGraph.close(reversed.graph());
    }

    @Test
    void ofOurOwnArchivesThereIsNoAverage() throws IOException {
        Path archive = folder.resolve("one.zip");
        SourceModel plain = open("resnet20-cifar", weights);
        SourceModel.Loaded loaded = plain.load(NetworkGraph.Options.seeded(1));
        ModelArchive.write(archive, plain.card(), loaded.graph());
        NetworkGraph.close(loaded.graph());
        ModelRequest request = ModelRequest.of(archive.toString()).withSet(WeightSet.AVERAGED);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> SourceModel.open(request, DownloadOptions.standard(), remarks::add))
                .withMessageContaining("has one set of weights; leave out --ema");
        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> SourceModel.open(
                        ModelRequest.of("resnet20-cifar", weights).withSet(WeightSet.AVERAGED),
                        DownloadOptions.standard(),
                        remarks::add))
                .withMessageContaining("only PyTorch checkpoints can hold several); leave out --ema");
    }

    @Test
    void refusesWhatLeavesQuestionsOpen() throws IOException {
        Path labels = Files.write(folder.resolve("few.txt"), List.of("a", "b"));
        assertUsage("no model given", null, null);
        assertUsage("resnet50 names an architecture, not weights; choose", "resnet50", null);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() ->
                        open("resnet20-cifar", weights, labels, OptionalInt.empty(), ModelRequest.Preparation.NONE))
                .withMessageContaining("2 lines, but the model has 10 classes");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> open(
                        "resnet20-cifar",
                        weights,
                        null,
                        OptionalInt.empty(),
                        new ModelRequest.Preparation(
                                OptionalInt.empty(),
                                OptionalInt.empty(),
                                Optional.empty(),
                                Optional.of(List.of(0.5)),
                                Optional.empty(),
                                Optional.empty())))
                .withMessageContaining("one value per channel");
        assertThatExceptionOfType(UnknownModelException.class)
                .isThrownBy(() -> open("resnet2O-cifar", weights))
                .withMessageContaining("did you mean resnet20-cifar?");
    }

    private void assertUsage(String part, String model, Path file) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> open(model, file))
                .withMessageContaining(part);
    }

    @Test
    void showsEveryTensorThatDoesNotFitBeforeAnythingIsLoaded() {
        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> open("resnet32-cifar", weights))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.MISMATCH))
                .withMessageContaining("it is resnet20-cifar");
        assertThat(remarks).filteredOn(remark -> remark.startsWith("missing: ")).hasSize(10);
        assertThat(remarks).last().asString().contains("more", "--json");
    }

    /** Someone may have trained a plain network, whose tensors have the same names and shapes. */
    @Test
    void warnsOfTheOtherNetworksThatWeightsFit() throws IOException {
        open("resnet20-cifar", weights);
        open(null, weights);
        assertThat(remarks).noneMatch(remark -> remark.startsWith("warning"));
        assertThat(open("plain20-cifar", weights).card().architecture()).isEqualTo("plain20-cifar");
        assertThat(remarks)
                .filteredOn(remark -> remark.startsWith("warning"))
                .containsExactly("warning: the tensors also fit resnet20-cifar, resnet20-constant-scaling-cifar,"
                        + " resnet20-dropout-shortcut-cifar and 3 others; nothing in the file says which, and if they were"
                        + " not trained as plain20-cifar, its results are wrong");

        remarks.clear();
        Path converted = folder.resolve("converted.safetensors");
        Safetensors.write(converted, WeightFile.open(weights).tensors(), Map.of("architecture", "plain20-cifar"));
        open("plain20-cifar", converted);
        assertThat(remarks).noneMatch(remark -> remark.startsWith("warning"));
        open("resnet20-relu-only-cifar", converted);
        assertThat(remarks).anyMatch(remark -> remark.contains("; the file says that it holds plain20-cifar, and"));
    }

    /** Images are RGB everywhere; weights that were trained on BGR are turned round instead. */
    @Test
    void reversedInputChannelsSeeReversedImages() {
        ComputationGraph graph = NetworkGraph.create(NETWORK, NetworkGraph.Options.seeded(5));
        Nd4j.getRandom().setSeed(7);
        INDArray red = Nd4j.randn(DataType.FLOAT, 2, 1, 32, 32);
        INDArray green = Nd4j.randn(DataType.FLOAT, 2, 1, 32, 32);
        INDArray blue = Nd4j.randn(DataType.FLOAT, 2, 1, 32, 32);
        INDArray expected = logits(graph, Nd4j.concat(1, blue, green, red));
        assertThat(expected.equalsWithEps(logits(graph, Nd4j.concat(1, red, green, blue)), 1e-3))
                .isFalse();
        SourceModel.reverseInputChannels(NETWORK, graph);
        assertThat(expected.equalsWithEps(logits(graph, Nd4j.concat(1, red, green, blue)), 1e-5))
                .isTrue();
        NetworkGraph.close(graph);
    }

    private static INDArray logits(ComputationGraph graph, INDArray images) {
        Map<String, INDArray> maps = graph.feedForward(images, false);
        return maps.get("fc").dup();
    }
}
