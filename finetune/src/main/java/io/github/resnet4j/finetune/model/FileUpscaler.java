package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Bicubic;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Makes image files larger and writes them as PNG: grey ones stay grey, and what is transparent in a PNG stays so, enlarged by
 * bicubic interpolation. For one thread at a time.
 */
public final class FileUpscaler implements AutoCloseable {
    private static final Bicubic BICUBIC = new Bicubic(Bicubic.Border.SYMMETRIC);
    private static final int CHANNELS = 3;

    private final String origin;
    private final ComputationGraph graph;
    private final Upscaler upscaler;

    private FileUpscaler(String origin, ComputationGraph graph, Upscaler upscaler) {
        this.origin = origin;
        this.graph = graph;
        this.upscaler = upscaler;
    }

    /**
     * Loads a model, which loads native code.
     *
     * @throws UsageException if it is for another task, or its tiles have no part of their own
     */
    public static FileUpscaler open(SourceModel source, Upscaler.Options options, Engine engine) {
        factor(source);
        Network network = source.card().network();
        OneDnn.enable();
        ComputationGraph graph = source.load(NetworkGraph.Options.seeded(1)).graph();
        try {
            return new FileUpscaler(source.origin(), graph, new Upscaler(graph, network, options, engine));
        } catch (IllegalArgumentException e) {
            NetworkGraph.close(graph);
            throw new UsageException(e.getMessage());
        } catch (RuntimeException e) {
            NetworkGraph.close(graph);
            throw e;
        }
    }

    /**
     * How many times as wide and high a model makes images; loads nothing.
     *
     * @throws UsageException if it is for another task
     */
    public static int factor(SourceModel source) {
        OptionalInt factor = Upscaler.factor(source.card().network());
        if (factor.isEmpty()) {
            throw new UsageException(source.origin() + " is a model for the task " + TaskModel.task(source.card())
                    + ", which does not make images larger; use one of the task super-resolution, such as a trained"
                    + " msrn-x2");
        }
        return factor.getAsInt();
    }

    /** How many times as wide and high images become. */
    public int factor() {
        return upscaler.factor();
    }

    /**
     * How many tiles a file is cut into.
     *
     * @throws BadDataException if it is no image, or would become too large for an array
     */
    public int tiles(Path file, long maxPixels) {
        LazyImage image = ImageDecoder.open(file, maxPixels);
        requirePossible(file, image);
        return upscaler.tiles(image.width(), image.height());
    }

    private void requirePossible(Path file, LazyImage image) {
        double values = (double) CHANNELS * factor() * factor() * image.width() * image.height();
        if (values > Integer.MAX_VALUE - 8) {
            throw new BadDataException(
                    file,
                    "has " + image.width() + "x" + image.height() + " pixels, which would become "
                            + (long) (values / CHANNELS) + ", more than the "
                            + (Integer.MAX_VALUE - 8) / CHANNELS + " there may be: cut it into parts");
        }
    }

    /** The sides of an image before and after. */
    public record Sizes(int width, int height, int newWidth, int newHeight) {}

    /**
     * Makes a file larger.
     *
     * @param out a PNG in a folder that exists; replaced in one step if it exists
     * @param progress receives the number of tiles done so far; may throw an exception to end it
     * @throws BadDataException if it is no image, or would become too large for an array
     * @throws IOException if the result cannot be written
     */
    public Sizes upscale(Path file, Path out, long maxPixels, IntConsumer progress) throws IOException {
        LazyImage opened = ImageDecoder.open(file, maxPixels);
        requirePossible(file, opened);
        Rgb8Image image = opened.decode();
        boolean grey = Colours.isGrey(image);
        Rgb8Image larger;
        try {
            larger = grey ? upscaler.upscaleGrey(image, progress) : upscaler.upscale(image, progress);
        } catch (NonFiniteOutputException e) {
            throw new NonFiniteOutputException(origin, 1, 1);
        }
        Optional<Rgb8Image> opacity = ImageDecoder.opacity(file, maxPixels)
                .map(values -> BICUBIC.larger(greyImage(image.width(), image.height(), values), factor()));
        AtomicFile.write(out, Png.encode(Png.plain(larger, grey, opacity)));
        return new Sizes(image.width(), image.height(), larger.width(), larger.height());
    }

    private static Rgb8Image greyImage(int width, int height, byte[] values) {
        byte[] pixels = new byte[CHANNELS * values.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = values[i / CHANNELS];
        }
        return new Rgb8Image(width, height, pixels);
    }

    @Override
    public void close() {
        try (upscaler) {
            NetworkGraph.close(graph);
        }
    }
}
