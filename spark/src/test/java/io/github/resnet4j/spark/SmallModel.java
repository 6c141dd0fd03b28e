package io.github.resnet4j.spark;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** ResNet-20 for images of 16×16 with random weights, and images for it. */
final class SmallModel {
    static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "eel", "fly");
    private static final int SIDE = 16;

    private SmallModel() {}

    static SourceModel open(Path file) {
        return SourceModel.open(
                ModelRequest.of(file.toString()), DownloadOptions.standard().withOffline(true), remark -> {});
    }

    static Path write(Path file) {
        OneDnn.enable();
        Architecture row = Zoo.find("resnet20-cifar");
        Shape in = new Shape(3, SIDE, SIDE);
        ComputationGraph graph = NetworkGraph.create(row.network(in, CLASSES.size()), NetworkGraph.Options.seeded(7));
        Preprocessing preprocessing = new Preprocessing(
                OptionalInt.of(SIDE),
                OptionalInt.of(SIDE),
                "bilinear",
                List.of(0.5, 0.5, 0.5),
                List.of(0.25, 0.25, 0.25));
        ModelCard card =
                ModelCard.of(row, in, CLASSES, preprocessing, Map.of()).withTemperature(OptionalDouble.of(1.5));
        try {
            ModelArchive.write(file, card, graph);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            NetworkGraph.close(graph);
        }
    }

    /** A PNG with a colour and a pattern of its own for each number. */
    static byte[] image(int number) {
        Random random = new Random(number);
        int base = random.nextInt(1 << 24);
        BufferedImage image = new BufferedImage(20, 18, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, base ^ (random.nextInt(1 << 24) & 0x3f3f3f));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Images in class folders, of {@code classes} in turn; their paths in order. */
    static List<Path> images(Path folder, int count, List<String> classes) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path dir = Files.createDirectories(folder.resolve(classes.get(i % classes.size())));
            files.add(Files.write(dir.resolve(String.format("%04d.png", i)), image(i)));
        }
        files.sort(null);
        return files;
    }
}
