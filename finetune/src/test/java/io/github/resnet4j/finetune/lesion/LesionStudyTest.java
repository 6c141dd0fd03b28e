package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.RunLockedException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.lesion.LesionResult.Permuted;
import io.github.resnet4j.finetune.lesion.LesionResult.Response;
import io.github.resnet4j.finetune.lesion.LesionResult.Several;
import io.github.resnet4j.finetune.lesion.LesionResult.Single;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.MemoryImages;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Lesions against the same network with other parameters: a branch whose last scale is zero is not there. */
class LesionStudyTest {
    private static final List<String> CLASSES = List.of("red", "green", "blue");
    private static final ImageDataset IMAGES = new MemoryImages(CLASSES, 90, 3);
    /** What random sets and orders are measured on. */
    private static final ImageDataset FEWER = IMAGES.limit(60);

    private static final Preprocessing PLAIN = new Preprocessing(
            OptionalInt.empty(), OptionalInt.empty(), "bilinear", List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    /** A network with random weights, of which {@code change} makes another. */
    private SourceModel model(String name, Map<String, String> options, Consumer<ComputationGraph> change)
            throws IOException {
        Architecture row = Zoo.find(name).with(options);
        ModelCard card = ModelCard.of(row, Shape.square(3, MemoryImages.SIDE), CLASSES, PLAIN, Map.of());
        ComputationGraph graph = NetworkGraph.create(card.network(), NetworkGraph.Options.seeded(11));
        change.accept(graph);
        Path file = folder.resolve(name + "-" + System.nanoTime() + ".zip");
        ModelArchive.write(file, card, graph);
        NetworkGraph.close(graph);
        return SourceModel.open(
                ModelRequest.of(file.toString()), DownloadOptions.standard().withOffline(true), remark -> {});
    }

    private SourceModel model(String name) throws IOException {
        return model(name, Map.of(), graph -> {});
    }

    private static LesionStudy.Options options(LesionPart... parts) {
        return new LesionStudy.Options(Set.of(parts), 2, 1, false, 32, 60, 8, Engine.AUTO, BadImages.FAIL);
    }

    private LesionResult run(SourceModel model, LesionStudy.Options options) throws IOException {
        return run(model, options, () -> false);
    }

    private LesionResult run(SourceModel model, LesionStudy.Options options, BooleanSupplier stop) throws IOException {
        return run(model, options, new LesionFolder(folder.resolve("study"), List.of("test")), stop);
    }

    private LesionResult run(SourceModel model, LesionStudy.Options options, LesionFolder results, BooleanSupplier stop)
            throws IOException {
        ProgressView view = ProgressView.lines(new PrintStream(said, true, StandardCharsets.UTF_8));
        return LesionStudy.run(model, List.of(), IMAGES, "noise", options, results, true, view, stop);
    }

    /** The error of a model as a whole, by another way. */
    private static double error(SourceModel model) {
        return error(model, IMAGES);
    }

    private static double error(SourceModel model, ImageDataset images) {
        try (Predictor predictor = Predictor.open(model, images.size(), Engine.AUTO)) {
            int[] predicted = LesionStudy.predicted(predictor.inference().output(prepared(predictor, images)));
            long wrong = IntStream.range(0, images.size())
                    .filter(i -> predicted[i] != images.label(i))
                    .count();
            return (double) wrong / images.size();
        }
    }

    private static INDArray prepared(Predictor predictor, ImageDataset images) {
        int each = 3 * MemoryImages.SIDE * MemoryImages.SIDE;
        float[] all = new float[images.size() * each];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(predictor.prepare(images.image(i)), 0, all, i * each, each);
        }
        return Nd4j.create(all, new long[] {images.size(), 3, MemoryImages.SIDE, MemoryImages.SIDE}, 'c');
    }

    private static void silence(ComputationGraph graph, String norm) {
        graph.getLayer(norm).getParam("gamma").assign(0);
        graph.getLayer(norm).getParam("beta").assign(0);
    }

    @Test
    void aBlockWithoutItsBranchIsOneWhoseBranchGivesZeros() throws IOException {
        LesionResult result = run(model("resnet20-cifar"), options(LesionPart.SINGLE));
        assertThat(result.baseline()).isEqualTo(error(model("resnet20-cifar")));
        assertThat(result.single()).hasSize(9);
        assertThat(result.single().stream().filter(Single::downSampling).map(Single::unit))
                .containsExactly("layer2.0", "layer3.0");
        assertThat(result.single().stream().map(Single::error).distinct()).hasSizeGreaterThan(2);
        for (Single single : result.single()) {
            assertThat(single.error())
                    .as(single.unit())
                    .isEqualTo(
                            error(model("resnet20-cifar", Map.of(), graph -> silence(graph, single.unit() + ".bn2"))));
        }
    }

    @Test
    void severalBlocksGoTogether() throws IOException {
        LesionResult result = run(model("resnet20-cifar"), options(LesionPart.RANDOM));
        assertThat(result.single()).isEmpty();
        assertThat(result.removedTogether()).isEqualTo("9 of 9 blocks, the 2 down-sampling ones among them");
        assertThat(result.random().stream().map(Several::removed).distinct()).containsExactly(1, 2, 3);
        for (Several several : result.random()) {
            assertThat(several.units()).hasSize(several.removed());
            assertThat(several.error())
                    .as(several.toString())
                    .isEqualTo(error(
                            model("resnet20-cifar", Map.of(), graph -> several.units()
                                    .forEach(unit -> silence(graph, unit + ".bn2"))),
                            FEWER));
        }
        assertThat(result.drawImages()).isEqualTo(60);
        assertThat(result.images()).isEqualTo(90);
        assertThat(result.drawBaseline()).isEqualTo(error(model("resnet20-cifar"), FEWER));
    }

    @Test
    void downSamplingBlocksCanBeSpared() throws IOException {
        LesionStudy.Options options =
                new LesionStudy.Options(Set.of(LesionPart.RANDOM), 9, 1, true, 32, 60, 8, Engine.AUTO, BadImages.FAIL);
        LesionResult result = run(model("resnet20-cifar"), options);
        assertThat(result.removedTogether()).isEqualTo("7 of 9 blocks, no down-sampling ones");
        assertThat(result.random()).noneMatch(several -> several.units().contains("layer2.0"));
    }

    /** Swapped blocks are blocks with each other's parameters. */
    @Test
    void swappedBlocksRunInTheirOrder() throws IOException {
        LesionResult result = run(model("resnet20-cifar"), options(LesionPart.PERMUTED));
        List<String> blocks = IntStream.range(0, 9)
                .mapToObj(i -> "layer" + (i / 3 + 1) + "." + i % 3)
                .toList();
        assertThat(result.permuted()).isNotEmpty().allSatisfy(one -> assertThat(one.tau())
                .isLessThan(1));
        for (Permuted permuted : result.permuted()) {
            assertThat(permuted.order()).containsExactlyInAnyOrderElementsOf(blocks);
            assertThat(permuted.order().get(3)).isEqualTo("layer2.0");
            assertThat(permuted.error())
                    .as(permuted.toString())
                    .isEqualTo(error(
                            model("resnet20-cifar", Map.of(), graph -> {
                                ComputationGraph before = graph.clone();
                                for (int i = 0; i < blocks.size(); i++) {
                                    for (String layer : List.of("conv1", "bn1", "conv2", "bn2")) {
                                        INDArray moved = before.getLayer(
                                                        permuted.order().get(i) + "." + layer)
                                                .params();
                                        graph.getLayer(blocks.get(i) + "." + layer)
                                                .params()
                                                .assign(moved);
                                    }
                                }
                            }),
                            FEWER));
        }
    }

    /** Layers of a plain network: the identity for a layer that is not there. */
    @Test
    void aPlainNetworkLosesLayers() throws IOException {
        LesionResult result = run(model("plain20-cifar"), options());
        assertThat(result.residual()).isFalse();
        assertThat(result.single()).hasSize(16);
        assertThat(result.kept())
                .containsOnlyKeys("conv1", "layer2.0.conv1", "layer3.0.conv1", "fc")
                .containsEntry("layer2.0.conv1", "changes 16x8x8 to 32x4x4")
                .containsEntry("fc", "gives the logits");
        assertThat(result.permuted()).isEmpty();
        assertThat(result.paths()).isEmpty();
        Single first = result.single().get(0);
        assertThat(first.unit()).isEqualTo("layer1.0.conv1");
        assertThat(first.error()).isEqualTo(error(model("plain20-cifar", Map.of(), graph -> {
            INDArray kernels = graph.getLayer("layer1.0.conv1").getParam("W");
            kernels.assign(0);
            for (int channel = 0; channel < 16; channel++) {
                kernels.putScalar(new int[] {channel, channel, 1, 1}, Math.sqrt(1 + 1e-5));
            }
        })));
    }

    @Test
    void pathsAndResponsesAreMeasured() throws IOException {
        LesionResult result = run(model("preresnet20-cifar"), options(LesionPart.PATHS, LesionPart.RESPONSES));
        assertThat(result.paths()).hasSize(10).allSatisfy(path -> assertThat(path.gradient())
                .isPositive());
        assertThat(result.paths().stream()
                        .mapToDouble(LesionResult.PathLength::share)
                        .sum())
                .isCloseTo(1, within(1e-9));
        assertThat(result.pathImages()).isEqualTo(8);
        assertThat(result.effective()).isPresent();
        assertThat(result.responses().stream().map(Response::layer)).hasSize(19).startsWith("conv1", "layer1.0.conv1");
    }

    /** A layer's response is the standard deviation of what its batch normalisation puts out. */
    @Test
    void responsesAreBehindNormalisation() throws IOException {
        SourceModel model = model("resnet20-cifar");
        LesionResult result = run(model, options(LesionPart.RESPONSES));
        Response response = result.responses().stream()
                .filter(one -> one.layer().equals("layer2.1.conv2"))
                .findFirst()
                .orElseThrow();
        try (Predictor predictor = Predictor.open(model, IMAGES.size(), Engine.AUTO)) {
            INDArray images = prepared(predictor, IMAGES);
            INDArray maps = predictor
                    .inference()
                    .featureMaps(images, List.of("layer2.1.bn2"))
                    .get("layer2.1.bn2");
            assertThat(response.deviation())
                    .isCloseTo(maps.stdNumber(false).doubleValue(), within(1e-4 * response.deviation()));
        }
    }

    /** The same to the last digit, however many images run together and whatever else is measured. */
    @Test
    void isAFunctionOfItsSeed() throws IOException {
        SourceModel model = model("resnet20-cifar");
        LesionResult one = run(model, options());
        LesionResult two = run(
                model,
                new LesionStudy.Options(
                        Set.of(LesionPart.RANDOM, LesionPart.PERMUTED),
                        3,
                        1,
                        false,
                        7,
                        60,
                        8,
                        Engine.AUTO,
                        BadImages.FAIL));
        assertThat(two.random()).containsAll(one.random());
        assertThat(two.permuted()).containsAll(one.permuted());
        LesionResult other = run(
                model,
                new LesionStudy.Options(
                        Set.of(LesionPart.RANDOM), 2, 2, false, 32, 60, 8, Engine.AUTO, BadImages.FAIL));
        assertThat(other.random().stream().map(Several::units).toList())
                .isNotEqualTo(one.random().stream().map(Several::units).toList());
    }

    @Test
    void leavesFilesForEverything() throws IOException {
        run(model("resnet20-cifar"), options());
        Path study = folder.resolve("study");
        assertThat(study).isDirectoryContaining("glob:**/report.html").isDirectoryContaining("glob:**/lesion.json");
        for (String name : List.of("single", "random", "permuted", "paths", "responses")) {
            assertThat(study.resolve(name + ".csv")).exists();
        }
        for (String name : List.of(
                "single",
                "random",
                "permuted",
                "path-numbers",
                "path-gradients",
                "path-products",
                "responses",
                "responses-sorted")) {
            assertThat(study.resolve(name + ".png")).exists();
            assertThat(study.resolve("report.html")).content().contains("<section id=\"" + name + "\">");
        }
        assertThat(Files.readString(study.resolve("single.csv")))
                .startsWith("position,block,down_sampling,error\n1,layer1.0,false,0.");
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains(
                        "baseline ",
                        "worst single block layer",
                        "median ",
                        "without 1 block: median ",
                        "after 1 swap: ")
                .contains("bring 95 % of the gradient", "responses (standard deviation): ");
    }

    /** Ctrl-C leaves what is finished. */
    @Test
    void aStoppedStudyLeavesWhatIsFinished() throws IOException {
        SourceModel model = model("resnet20-cifar");
        AtomicInteger polls = new AtomicInteger();
        LesionStudy.Options options = options(LesionPart.SINGLE, LesionPart.RANDOM);
        assertThat(run(model, options, () -> polls.incrementAndGet() < 0).missing())
                .isEmpty();
        int all = polls.get();
        polls.set(0);
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(model, options, () -> polls.incrementAndGet() == all - 1));
        assertThat(folder.resolve("study").resolve("single.csv")).exists();
        assertThat(folder.resolve("study").resolve("random.csv")).doesNotExist();
        assertThat(folder.resolve("study").resolve("report.html")).content().contains("not measured yet: random.");
    }

    @Test
    void anEarlierStudyIsNotReplacedUnasked() throws IOException {
        SourceModel model = model("resnet20-cifar");
        run(model, options(LesionPart.SINGLE));
        LesionFolder same = new LesionFolder(folder.resolve("study"), List.of());
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> LesionStudy.run(
                        model,
                        List.of(),
                        IMAGES,
                        "noise",
                        options(LesionPart.SINGLE),
                        same,
                        false,
                        ProgressView.lines(System.err),
                        () -> false))
                .withMessageContaining("holds an earlier study: replace it (--overwrite)");
    }

    @Test
    void refusesANetworkWithoutBlocks() throws IOException {
        SourceModel dense = model("densenet-40-12");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(dense, options()))
                .withMessageContaining("densenet-40-12 has neither residual blocks")
                .withMessageContaining("study a residual, plain or VGG network");
        assertThat(folder.resolve("study")).doesNotExist();
    }

    /** Its blocks add the rows of dense layers. */
    @Test
    void refusesBlocksOfDenseLayers() throws IOException {
        SourceModel dense = model("highway-mlp-10");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(dense, options()))
                .withMessageContaining("highway-mlp-10 has blocks of dense layers, such as layer1.0")
                .withMessageContaining("study a residual, plain or VGG network");
        assertThat(folder.resolve("study")).doesNotExist();
    }

    @Test
    void studiesConvolutionalHighways() throws IOException {
        assertThat(run(model("highway-19-cifar"), options(LesionPart.SINGLE)).single())
                .hasSize(14);
    }

    @Test
    void twoAtOnceAreRefused() throws IOException {
        SourceModel model = model("resnet20-cifar");
        try (RunLock lock = RunLock.acquire(folder.resolve("study"))) {
            assertThatExceptionOfType(RunLockedException.class)
                    .isThrownBy(() -> run(model, options(LesionPart.SINGLE)))
                    .withMessageContaining("is using this folder");
        }
        run(model, options(LesionPart.SINGLE));
        RunLock.acquire(folder.resolve("study")).close();
    }

    @Test
    void leavesNoEmptyFolder() throws IOException {
        SourceModel model = model("resnet20-cifar");
        Path inner = folder.resolve("new").resolve("study");
        LesionFolder results = new LesionFolder(inner, List.of());
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(model, options(LesionPart.SINGLE), results, () -> true));
        assertThat(folder.resolve("new")).doesNotExist();
        Path own = Files.createDirectories(inner).resolve("note.txt");
        Files.writeString(own, "mine");
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> run(model, options(LesionPart.SINGLE), results, () -> true));
        assertThat(own).hasContent("mine");
    }

    @Test
    void saysThatAFolderCannotBeCreated() throws IOException {
        SourceModel model = model("resnet20-cifar");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> run(
                        model,
                        options(LesionPart.SINGLE),
                        new LesionFolder(file.resolve("study"), List.of()),
                        () -> false))
                .withMessageStartingWith(file.resolve("study")
                        + ": the folder cannot be created; choose a folder that you can write to");
    }

    @Test
    void saysWhatCannotBeMeasured() throws IOException {
        SourceModel plain = model("plain20-cifar");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(plain, options(LesionPart.PERMUTED)))
                .withMessage("plain20-cifar has no residual blocks, so that permuted cannot be measured; choose from"
                        + " single, random, responses");
    }

    /** Units of every residual family, in both engines. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20-exclusive-gating-cifar", "wrn-16-4", "resnet8-mlperf"})
    void dl4jFindsTheSame(String name) throws IOException {
        SourceModel model = model(name);
        LesionStudy.Options dl4j =
                new LesionStudy.Options(Set.of(LesionPart.SINGLE), 2, 1, false, 32, 60, 8, Engine.DL4J, BadImages.FAIL);
        assertThat(run(model, dl4j).single())
                .isEqualTo(run(model, options(LesionPart.SINGLE)).single());
    }
}
