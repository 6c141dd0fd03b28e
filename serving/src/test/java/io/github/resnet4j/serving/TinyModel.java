package io.github.resnet4j.serving;

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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** ResNet-20 for images of 16×16 with random weights and four classes, and images that it tells apart. */
public final class TinyModel {
    static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog");
    static final int SIDE = 16;

    private TinyModel() {}

    public static Path write(Path file, int seed) {
        return write(file, seed, graph -> graph);
    }

    /** Writes a model; {@code change} may spoil its weights. */
    static Path write(Path file, int seed, UnaryOperator<ComputationGraph> change) {
        OneDnn.enable();
        Architecture row = Zoo.find("resnet20-cifar");
        Shape in = new Shape(3, SIDE, SIDE);
        ComputationGraph graph =
                NetworkGraph.create(row.network(in, CLASSES.size()), NetworkGraph.Options.seeded(seed));
        ModelCard card = ModelCard.of(
                        row,
                        in,
                        CLASSES,
                        new Preprocessing(
                                OptionalInt.of(SIDE),
                                OptionalInt.of(SIDE),
                                "bilinear",
                                List.of(0.5, 0.5, 0.5),
                                List.of(0.25, 0.25, 0.25)),
                        Map.of("licence", "Apache-2.0"))
                .withTemperature(OptionalDouble.of(1.5));
        try {
            ModelArchive.write(file, card, change.apply(graph));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            NetworkGraph.close(graph);
        }
    }

    public static SourceModel open(Path file) {
        return SourceModel.open(
                ModelRequest.of(file.toString()), DownloadOptions.standard().withOffline(true), remark -> {});
    }

    static ModelEntry entry(String name, int version, Path file) {
        return new ModelEntry(name, version, Optional.of(file), () -> open(file));
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
        return encode(image, "png");
    }

    static byte[] encode(BufferedImage image, String format) {
        try {
            ImageIO.setUseCache(false);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(image, format, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
