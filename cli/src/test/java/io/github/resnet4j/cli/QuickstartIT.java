package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The way of a new user: quickstart, fine-tune its model on other images, evaluate, predict, preview. */
class QuickstartIT {
    private static final List<String> LEFT = List.of(
            "config.yaml",
            "provenance.json",
            "log.csv",
            "curves.png",
            "confusion.png",
            "report.html",
            "last.zip",
            "model.zip",
            "checkpoints");

    @TempDir
    static Path folder;

    private static JsonNode json(Cli.Outcome outcome) {
        assertThat(outcome.succeeds().out()).hasLineCount(1);
        return JsonMapper.shared().readTree(outcome.out());
    }

    private static void isComplete(Path run) throws IOException {
        for (String name : LEFT) {
            assertThat(run.resolve(name)).exists();
        }
        assertThat(TinyRun.checkpoints(run)).isNotEmpty();
        assertThat(run.resolve("report.html")).content().contains("<html").doesNotContain("http-equiv=\"refresh\"");
        assertThat(isBlank(run.resolve("curves.png"))).isFalse();
        assertThat(isBlank(run.resolve("confusion.png"))).isFalse();
        JsonMapper.shared().readTree(Files.readString(run.resolve("provenance.json")));
        try (Stream<Path> left = Files.list(run)) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().contains("tmp"));
        }
    }

    private static boolean isBlank(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(pixels).distinct().count() < 8;
    }

    @Test
    void quickstartLeavesACompleteRun() throws IOException {
        isComplete(Trained.run());
        assertThat(Trained.run().resolve("log.csv")).content().hasLineCount(2);
    }

    @Test
    void finetuningLeavesFrozenLayersByteForByte() throws IOException {
        Path photos = folder.resolve("photos");
        for (String name : List.of("star", "moon")) {
            Path from = Trained.images().resolve("train").resolve(name);
            Path to = Files.createDirectories(photos.resolve(name));
            for (int i = 0; i < 20; i++) {
                String file = String.format("%s-%04d.png", name, i);
                Files.copy(from.resolve(file), to.resolve(file));
            }
        }
        JsonNode summary = json(Cli.shared(folder)
                .run(
                        "finetune",
                        "--data",
                        "photos",
                        "--model",
                        Trained.model(),
                        "--freeze",
                        "layer1",
                        "--epochs",
                        "2",
                        "--batch-size",
                        "8",
                        "--json"));
        for (String key : List.of("top1", "loss", "images", "seconds", "imagesPerSecond", "parameters")) {
            assertThat(summary.get(key).isNumber()).as(key).isTrue();
        }
        assertThat(summary.get("engine").asString()).isIn("onednn", "dl4j");
        Path run = folder.resolve("runs/finetune-photos");
        isComplete(run);

        ModelArchive.Loaded before = ModelArchive.read(Path.of(Trained.model()), NetworkGraph.Options.seeded(1));
        ModelArchive.Loaded after = ModelArchive.read(run.resolve("model.zip"), NetworkGraph.Options.seeded(1));
        assertThat(after.card().classes()).containsExactly("moon", "star");
        List<String> frozen = after.network().upTo("layer1").stream()
                .filter(node -> node.parameters() > 0)
                .map(Node::name)
                .toList();
        assertThat(frozen).contains("conv1", "bn1", "layer1.2.bn2").doesNotContain("layer2.0.conv1");
        for (String name : frozen) {
            Map<String, INDArray> was = parameters(before.graph(), name);
            parameters(after.graph(), name)
                    .forEach((key, array) -> assertThat(array.dup('c').data().asFloat())
                            .as("%s %s", name, key)
                            .containsExactly(was.get(key).dup('c').data().asFloat()));
        }
        for (String name : List.of("layer2.0.conv1", "layer3.2.bn2")) {
            assertThat(parameters(after.graph(), name)).isNotEqualTo(parameters(before.graph(), name));
        }

        evaluateAndPredict(run.resolve("model.zip").toString());
    }

    private static Map<String, INDArray> parameters(ComputationGraph graph, String vertex) {
        return graph.getLayer(vertex).paramTable();
    }

    private static void evaluateAndPredict(String model) throws IOException {
        Cli cli = Cli.shared(folder);
        JsonNode result =
                json(cli.run("eval", "--model", model, "--data", "photos", "--json", "--confusion", "matrix.png"));
        assertThat(result.get("images").asInt()).isEqualTo(40);
        assertThat(result.get("top1").asDouble()).isBetween(0.0, 1.0);
        assertThat(isBlank(folder.resolve("matrix.png"))).isFalse();

        Cli.Outcome asked = cli.run("eval", "--model", model, "--data", "photos", "--json", "--engine", "dl4j");
        assertThat(json(asked).get("engine").asString()).isEqualTo("dl4j");
        assertThat(asked.err()).startsWith("DL4J (as requested): " + model);

        String image = "photos/star/star-0000.png";
        assertThat(cli.run("predict", "--model", model, "--engine", "dl4j", image)
                        .succeeds()
                        .err())
                .startsWith("DL4J (as requested)");
        assertThat(cli.run("predict", "--model", model, image).succeeds().out())
                .startsWith(image)
                .contains(" star", " moon", " %");
        JsonNode answer = json(cli.run("predict", "--model", model, "--json", image));
        assertThat(answer.get("file").asString()).isEqualTo(image);
        assertThat(answer.get("predictions").size()).isEqualTo(2);
        assertThat(answer.get("predictions").get(0).get("probability").asDouble()
                        + answer.get("predictions").get(1).get("probability").asDouble())
                .isBetween(0.999, 1.001);
        assertThat(cli.run("predict", "--model", model, "--csv", "-", "--top", "1", "photos")
                        .succeeds()
                        .out()
                        .lines())
                .hasSize(1 + 40);
    }

    /** Of a model that says how: other probabilities, the same answers. */
    @Test
    void probabilitiesAreCalibratedUnlessAskedOtherwise() throws IOException {
        ModelArchive.Loaded model = ModelArchive.read(Path.of(Trained.model()), NetworkGraph.Options.seeded(1));
        ModelArchive.write(
                folder.resolve("warm.zip"), model.card().withTemperature(OptionalDouble.of(2)), model.graph());
        String images = Trained.images().resolve("val").toString();
        Cli.Outcome said = Cli.shared(folder).run("eval", "--model", "warm.zip", "--data", images, "--json");
        JsonNode warm = json(said);
        JsonNode own = json(
                Cli.shared(folder).run("eval", "--model", "warm.zip", "--data", images, "--json", "--no-calibration"));

        assertThat(said.err()).contains("calibrated, with temperature 2; --no-calibration gives the network's own");
        assertThat(warm.get("temperature").asDouble()).isEqualTo(2);
        assertThat(own.get("temperature").isNull()).isTrue();
        assertThat(warm.get("confusion")).isEqualTo(own.get("confusion"));
        assertThat(warm.get("loss").asDouble()).isNotCloseTo(own.get("loss").asDouble(), within(1e-3));
        assertThat(warm.get("calibrationError").asDouble()).isBetween(0.0, 1.0);

        String image = Trained.images().resolve("val/star/star-0000.png").toString();
        Cli.Outcome predicted = Cli.shared(folder).run("predict", "--model", "warm.zip", "--json", image);
        JsonNode first = json(predicted).get("predictions").get(0);
        JsonNode plain = json(Cli.shared(folder)
                        .run("predict", "--model", "warm.zip", "--json", "--no-calibration", image))
                .get("predictions")
                .get(0);
        assertThat(predicted.err()).contains("calibrated");
        assertThat(first.get("label")).isEqualTo(plain.get("label"));
        assertThat(first.get("probability").asDouble())
                .isLessThan(plain.get("probability").asDouble());
        assertThat(Cli.shared(folder).run("info", "warm.zip").succeeds().out()).contains("temperature: 2");
    }

    @Test
    void previewDrawsImages() throws IOException {
        TinyRun.write(folder, Trained.images());
        Cli.Outcome outcome = Cli.shared(folder)
                .run("preview", "-c", "tiny.yaml", "-o", "preview.png", "--count", "12")
                .succeeds();
        assertThat(outcome.out()).contains("circle", "all", "preview.png");
        assertThat(isBlank(folder.resolve("preview.png"))).isFalse();
    }

    @Test
    void lrFindSuggestsARateAndLeavesNoRun() throws IOException {
        TinyRun.write(folder, Trained.images());
        JsonNode found =
                json(Cli.shared(folder).run("lr-find", "-c", "tiny.yaml", "--steps", "40", "--out", "rates", "--json"));
        assertThat(found.get("trials").size()).isBetween(10, 40);
        assertThat(found.get("rule").asString()).isEqualTo("valley");
        assertThat(isBlank(folder.resolve("rates/lr-find.png"))).isFalse();
        assertThat(folder.resolve("rates/lr-find.csv")).content().startsWith("lr,loss,smoothed_loss\n");
        assertThat(folder.resolve("runs/tiny")).doesNotExist();
        Cli.shared(folder)
                .run("lr-find", "-c", "tiny.yaml", "--steps", "1")
                .failsWith(ExitCode.USAGE, "at least 2 steps");
    }

    @Test
    void learnsFromPhotographs() throws IOException {
        Path ants = Path.of("../../shared/data/hymenoptera").toAbsolutePath().normalize();
        assumeThat(ants).as("photographs of ants and bees").isDirectory();
        JsonNode summary = json(Cli.shared(folder)
                .run("finetune", "--data", ants.toString(), "--model", Trained.model(), "--epochs", "1", "--json"));
        assertThat(summary.get("images").asInt()).isEqualTo(153);
        isComplete(folder.resolve("runs/finetune-hymenoptera"));
        Cli.Outcome placeholder = Cli.shared(folder)
                .run(
                        "predict",
                        "--model",
                        "runs/finetune-hymenoptera/model.zip",
                        ants.resolve("train/ants/imageNotFound.gif").toString())
                .succeeds();
        assertThat(placeholder.out()).contains("ants", "bees");
    }
}
