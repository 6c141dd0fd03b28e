package io.github.resnet4j.finetune.internal.task.segmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.IndexedImage;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.task.ShortTraining;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run on images and masks, from their files to the masks of its model: red and blue squares on noise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SegmentationTest {
    @TempDir
    static Path temp;

    private Path squares;
    private Path start;
    private TrainingRun.Summary summary;
    private ShortTraining training;

    @BeforeAll
    void trains() throws IOException {
        training = new ShortTraining(temp.resolve("cache"));
        squares = temp.resolve("squares");
        for (String part : List.of("train", "val")) {
            for (int i = 0; i < 2; i++) {
                write(squares.resolve(part), i + ".png", part.hashCode() + i);
            }
        }
        Files.writeString(squares.resolve("classes.txt"), "ground\nred\nblue\n");
        start = start("fcn-resnet50", 16, "ground", "red", "blue");
        summary = train();
    }

    /**
     * Random weights whose blocks add next to nothing: after a step or two, running statistics are far from those of the maps,
     * and what a deep network makes of an image overflows.
     */
    private static Path start(String name, int side, String... classes) throws IOException {
        Architecture row = Zoo.find(name).with(Map.of("output-stride", "32"));
        Shape image = Shape.square(3, side);
        ComputationGraph graph =
                NetworkGraph.create(row.network(image, classes.length), NetworkGraph.Options.seeded(5));
        for (Layer layer : graph.getLayers()) {
            if (layer.conf().getLayer().getLayerName().endsWith("bn3")) {
                layer.getParam("gamma").assign(0.01);
            }
        }
        Path file = temp.resolve(name + ".zip");
        Preprocessing half = new Preprocessing(
                OptionalInt.empty(), OptionalInt.of(side), "bilinear", List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
        ModelArchive.write(file, ModelCard.of(row, image, List.of(classes), half, Map.of()), graph, Optional.empty());
        NetworkGraph.close(graph);
        return file;
    }

    /** An image of 20×14, and its mask with a void rim. */
    private static void write(Path part, String name, int seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
        byte[] numbers = new byte[20 * 14];
        for (int y = 0; y < 14; y++) {
            for (int x = 0; x < 20; x++) {
                int number = x < 8 && y < 8 ? 1 : x > 11 && y > 5 ? 2 : 0;
                int grey = random.nextInt(64);
                image.setRGB(x, y, number == 1 ? 0xd00000 + grey : number == 2 ? 0x0000c0 + grey : 0x303030 + grey);
                numbers[y * 20 + x] = (byte) (x == 8 ? 255 : number);
            }
        }
        Files.createDirectories(part.resolve("images"));
        Files.createDirectories(part.resolve("masks"));
        ImageIO.write(image, "png", part.resolve("images").resolve(name).toFile());
        Files.write(part.resolve("masks").resolve(name), ClassColours.mask(numbers, 20, 14));
    }

    private TrainingRun.Summary train(String... overrides) throws IOException {
        String yaml = """
                name: squares
                task: segmentation
                model: {name: fcn-resnet50, weights: '%s'}
                data: {dataset: folder, dir: '%s', image-size: 16, workers: 1, augment: [horizontal-flip]}
                train: {epochs: 1, batch-size: 2}
                optimizer: {type: sgd, lr: 0.01}
                schedule: {type: constant}
                output: {dir: '%s'}
                """.formatted(start, squares, temp.resolve("runs"));
        return training.run(yaml, overrides);
    }

    private TaskModel model() {
        return ShortTraining.model(summary);
    }

    @Test
    void theLogHasItsOwnColumns() throws IOException {
        Path log = summary.folder().resolve("log.csv");
        assertThat(Files.readAllLines(log).get(0))
                .isEqualTo("epoch,iterations,lr,train_loss,val_loss,val_miou,val_pixel_accuracy,seconds,"
                        + "images_per_second,data_wait_share");
        assertThat(EpochRow.read(log)).hasSize(1);
        assertThat(summary.metrics()).isEqualTo(summary.model().validation());
        assertThat(training.said()).contains("mean IoU ");
        assertThat(summary.folder().resolve("config.yaml")).content().contains("fit: {size: 16}");
    }

    @Test
    void theReportShowsClassesAndImages() {
        assertThat(summary.folder().resolve("report.html"))
                .content()
                .contains(
                        "Overlap by class", "ground", "red", "blue", "Worst images", "Best images", "val/images/0.png")
                .doesNotContain("Confusion matrix", "NaN");
        assertThat(summary.folder().resolve("report.json"))
                .content()
                .contains("\"task\":\"segmentation\"", "\"meanIou\":", "\"confusion\":");
        assertThat(summary.folder().resolve("MODEL_CARD.md"))
                .content()
                .contains("## Overlap", "| red | ", "--out masks")
                .doesNotContain("top-1", "NaN");
    }

    @Test
    void theModelSaysWhatItIsFor() {
        ModelCard card = ModelArchive.readCard(summary.folder().resolve("model.zip"));
        assertThat(TaskModel.task(card)).isEqualTo("segmentation");
        assertThat(card.classes()).containsExactly("ground", "red", "blue");
    }

    @Test
    void measuresAsTheRunDid() throws IOException {
        Measured measured = model().evaluate(squares, 2, remark -> {}, done -> {}, () -> false);
        assertThat(measured.images()).isEqualTo(2);
        assertThat(measured.loss()).isEqualTo(summary.loss());
        assertThat(measured.metrics()).isEqualTo(summary.metrics());
        assertThat(measured.byClass().orElseThrow().values()).containsOnlyKeys("ground", "red", "blue");

        Path others = temp.resolve("others");
        write(others, "0.png", 1);
        Files.writeString(others.resolve("classes.txt"), "ground\nblue\nred\n");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> model().evaluate(others, 2, remark -> {}, done -> {}, () -> false))
                .withMessageContaining("number 1 is blue there and red here");
    }

    @Test
    void writesMasksInTheSizeOfTheImages() throws IOException {
        Path broken = Files.writeString(temp.resolve("broken.png"), "no image");
        Path out = temp.resolve("out");
        List<Map<String, Object>> answers = new ArrayList<>();
        List<Path> inputs = List.of(squares.resolve("val/images"), broken, squares.resolve("train/images/0.png"));
        model().predict(inputs, Optional.of(out), 1, remark -> {}, answers::add, () -> false);
        assertThat(answers).hasSize(4);
        assertThat(answers.get(0)).containsOnlyKeys("file", "mask", "overlay", "classes");
        assertThat(answers.get(2)).containsOnlyKeys("file", "problem");
        assertThat(answers.get(3))
                .containsEntry("mask", out.resolve("masks/0-2.png").toString());
        IndexedImage mask = ImageDecoder.samples(out.resolve("masks/0.png"), 1000);
        assertThat(mask.width()).isEqualTo(20);
        assertThat(mask.height()).isEqualTo(14);
        for (byte number : mask.samples()) {
            assertThat(number).isBetween((byte) 0, (byte) 2);
        }
        assertThat(ImageDecoder.decode(out.resolve("overlays/1.png")).width()).isEqualTo(20);

        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> model().predict(inputs, Optional.of(out), 1, r -> {}, answers::add, () -> false))
                .withMessageContaining("is not empty, and nothing in it is to be overwritten");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> model().predict(inputs, Optional.empty(), 1, r -> {}, answers::add, () -> false))
                .withMessageContaining("--out DIR");
    }

    /** The weights of a classifier give the body; the head is new. */
    @Test
    void startsFromAClassifiersBody() throws IOException {
        Path classifier = start("resnet50", 32, "a", "b");
        TrainingRun.Summary started =
                train("name=started", "model.weights=" + classifier, "model.freeze=layer4", "data.augment=[]");
        ModelArchive.Loaded loaded =
                ModelArchive.read(started.folder().resolve("model.zip"), NetworkGraph.Options.seeded(0));
        ModelArchive.Loaded source = ModelArchive.read(classifier, NetworkGraph.Options.seeded(0));
        assertThat(loaded.graph().getLayer("layer4.2.conv3").getParam("W"))
                .isEqualTo(source.graph().getLayer("layer4.2.conv3").getParam("W"));
        assertThat(loaded.card().preprocessing().mean()).containsExactly(0.5, 0.5, 0.5);
        NetworkGraph.close(loaded.graph());
        NetworkGraph.close(source.graph());

        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train("name=other", "model.name=fcn-resnet101", "model.weights=" + classifier))
                .withMessageContaining("holds a resnet50, whose body is not that of fcn-resnet101");
    }

    @Test
    void whatIsForWholeImagesIsRefused() {
        assertRefused("is for classes of whole images", "train.label-smoothing=0.1");
        assertRefused("data.class-weights=balanced", "data.sampling=balanced");
        assertRefused("what it does to a mask is not known", "data.augment=[rand-augment]");
        assertRefused("are measured as a whole", "data.eval=[{resize: {size: 16}}, {center-crop: {size: 16}}]");
        assertRefused(
                "resnet18 cannot be trained for the task segmentation", "model.name=resnet18", "model.weights=null");
        assertRefused("the data has no class green", "data.class-weights={green: 2}");
        assertRefused("fcn-resnet50 cannot be trained for the task classification", "task=classification");
        assertRefused("data.dataset must be folder", "data.dataset=cifar10");
    }

    private void assertRefused(String words, String... overrides) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> train(overrides))
                .withMessageContaining(words);
    }

    @Test
    void aFolderOfClassFoldersIsAnotherTasks() throws IOException {
        Path classes = temp.resolve("classes");
        write(classes.resolve("ants"), "0.png", 1);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> train("data.dir=" + classes))
                .withMessageContaining("if these are classes of whole images, the task is classification");
    }
}
