package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Bicubic;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.datasets.superresolution.Symmetry;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes images of any size larger, with a super-resolution network of {@link Colours}. A large image is cut into tiles, so
 * that memory does not grow with it but by its pixels.
 *
 * <p>Where the overlap of tiles is at least the {@linkplain #reach reach} of the network, the result is that of the whole
 * image, but for the rounding of sums that are added in another order. It is also where an image has one tile.
 *
 * <p>Not safe for use by several threads.
 */
public final class Upscaler implements AutoCloseable {
    private static final int CHANNELS = 3;
    private static final int MAX = 255;

    /** From black to white, in luminance. */
    private static final double LUMINANCE_RANGE = 219;

    private static final Bicubic BICUBIC = new Bicubic(Bicubic.Border.SYMMETRIC);

    /** Of tiles of one size: those of the image, and those of the image on its side. */
    private static final int MOST_PREPARED = 2;

    private final Function<Shape, Inference> inferences;
    private final Network network;
    private final Options options;
    private final Colours colours;
    private final int factor;
    private final int reach;
    private final Map<Shape, Inference> prepared = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * How to make images larger.
     *
     * @param tile most rows and columns of what the network sees at once; memory grows with its square
     * @param overlap rows and columns that a tile sees beyond its own part on each side, where the image goes on; absent, the
     *     {@linkplain Upscaler#reach reach} of the network, so that the tiles cannot be told
     * @param selfEnsemble the mean of what the network makes of all eight flips and turns of the image: better by about a
     *     tenth of a decibel, in eight times the time
     */
    public record Options(int tile, Optional<Integer> overlap, boolean selfEnsemble) {
        /** Tiles of 192, which cannot be told, and each image once. */
        public static final Options DEFAULT = new Options(192, Optional.empty(), false);

        /** Throws {@link IllegalArgumentException} if a tile has no part of its own. */
        public Options {
            if (tile < 1 || overlap.isPresent() && (overlap.get() < 0 || 2L * overlap.get() >= tile)) {
                throw new IllegalArgumentException("a tile of " + tile + " rows has none of its own with an overlap of "
                        + overlap.orElse(0) + " on both sides");
            }
        }

        /** The same with a self-ensemble. */
        public Options ensemble() {
            return new Options(tile, overlap, true);
        }
    }

    /**
     * An upscaler that runs {@code graph} as long as it is open.
     *
     * @param graph built from {@code network}, for any size of image
     * @param engine which engine to use
     * @throws IllegalArgumentException if the network does not make larger images of images, or its tiles have no part of
     *     their own
     */
    public Upscaler(ComputationGraph graph, Network network, Options options, Engine engine) {
        this(shape -> Inference.of(graph, shape, 1, engine), network, options);
    }

    /**
     * An upscaler that runs the graph of {@code inference}, with the parameters that it has now.
     *
     * @throws IllegalArgumentException as the other
     */
    public Upscaler(Inference inference, Network network, Options options) {
        this(shape -> inference.at(shape, 1), network, options);
    }

    private Upscaler(Function<Shape, Inference> inferences, Network network, Options options) {
        this.factor = factor(network)
                .orElseThrow(() -> new IllegalArgumentException(network.name() + " makes " + network.out() + " of "
                        + network.input() + "; it does not make images larger"));
        this.inferences = inferences;
        this.network = network;
        this.options = options;
        this.colours = Colours.of(network.input().channels());
        this.reach = reach(network);
        if (2L * overlap() >= options.tile()) {
            throw new IllegalArgumentException("a tile of " + options.tile() + " rows has none of its own: "
                    + network.name() + " sees " + reach + " rows around each; use tiles of at least "
                    + (4L * reach) + ", or give an overlap, of which edges may show");
        }
    }

    /** How many times as wide and high a network makes images; absent if it does something else. */
    public static OptionalInt factor(Network network) {
        Shape in = network.input();
        Shape out = network.out();
        int times = out.width() / in.width();
        boolean enlarges = network.output() instanceof Output.Values
                && Arrays.stream(Colours.values())
                        .anyMatch(colours -> colours.channels().size() == in.channels())
                && out.equals(new Shape(in.channels(), times * in.height(), times * in.width()));
        return enlarges ? OptionalInt.of(times) : OptionalInt.empty();
    }

    /** How pixels become the input of such a network with so many channels, for the card of its model. */
    public static Preprocessing preprocessing(int channels) {
        return new Preprocessing(
                OptionalInt.empty(),
                OptionalInt.empty(),
                "bicubic",
                Collections.nCopies(channels, 0.0),
                Collections.nCopies(channels, 1.0 / Colours.of(channels).largest()));
    }

    /** How many times as wide and high images become. */
    public int factor() {
        return factor;
    }

    private int overlap() {
        return options.overlap().orElse(reach);
    }

    /**
     * How many rows and columns of an image around a pixel decide what becomes of it. For the published networks of MSRN
     * these are 36.
     *
     * @throws IllegalArgumentException if the network has something whose reach is not bounded, such as a global pooling
     */
    public static int reach(Network network) {
        Map<String, double[]> known = new HashMap<>();
        known.put(Network.INPUT, new double[] {0, 1}); // how far, and pixels of the image a step is
        for (Node node : network.nodes()) {
            double far = 0;
            for (String input : node.inputs()) {
                far = Math.max(far, known.get(input)[0]);
            }
            double step = known.get(node.inputs().get(0))[1];
            if (node.op() instanceof Op.Convolution convolution) {
                far += step
                        * Math.max(
                                sight(convolution.window().rows()),
                                sight(convolution.window().columns()));
                if (convolution.window().rows().stride() != 1
                        || convolution.window().columns().stride() != 1) {
                    throw unbounded(network, node);
                }
            } else if (node.op() instanceof Op.DepthToSpace larger) {
                step /= larger.factor();
            } else if (!(node.op() instanceof Op.SameShape
                    || node.op() instanceof Op.Add
                    || node.op() instanceof Op.Concat)) {
                throw unbounded(network, node);
            }
            known.put(node.name(), new double[] {far, step});
        }
        return (int) Math.ceil(
                known.get(network.nodes().get(network.nodes().size() - 1).name())[0]);
    }

    private static int sight(Window.Axis axis) {
        return axis.dilation() * (axis.kernel() - 1) / 2;
    }

    private static IllegalArgumentException unbounded(Network network, Node node) {
        return new IllegalArgumentException(network.name() + " cannot make parts of an image larger: " + node.name()
                + ", " + node.op().label() + ", has no reach that is known");
    }

    /** How many tiles an image of this size is cut into; each is computed once, or eight times for a self-ensemble. */
    public int tiles(int width, int height) {
        return Span.over(height, options.tile(), overlap()).size()
                * Span.over(width, options.tile(), overlap()).size();
    }

    /** The image, {@link #factor} times as wide and high. */
    public Rgb8Image upscale(Rgb8Image image) {
        return upscale(image, done -> {});
    }

    /**
     * The image, {@link #factor} times as wide and high. A network of luminance has only that to say, and colours are
     * enlarged by {@link Bicubic}, as in the papers.
     *
     * @param progress receives the number of tiles done so far; may throw an exception to end it
     */
    public Rgb8Image upscale(Rgb8Image image, IntConsumer progress) {
        return colours == Colours.RGB ? enlarged(image, progress) : coloured(image, progress);
    }

    /**
     * The same of a grey image, which stays grey. A network of luminance takes its values as they are; of what a network of
     * red, green and blue makes of it, the mean of the three is taken.
     */
    public Rgb8Image upscaleGrey(Rgb8Image grey, IntConsumer progress) {
        Rgb8Image larger = enlarged(grey, progress);
        if (colours == Colours.RGB) {
            byte[] pixels = larger.pixels();
            for (int i = 0; i < pixels.length; i += CHANNELS) {
                int sum = (pixels[i] & 0xff) + (pixels[i + 1] & 0xff) + (pixels[i + 2] & 0xff);
                Arrays.fill(pixels, i, i + CHANNELS, (byte) ((2 * sum + CHANNELS) / (2 * CHANNELS)));
            }
        }
        return larger;
    }

    /** Luminance weighs the same in red, green and blue: what the network adds to bicubic's is added to all three. */
    private Rgb8Image coloured(Rgb8Image image, IntConsumer progress) {
        byte[] luminance = enlarged(Colours.luminance(image), progress).pixels();
        Rgb8Image larger = BICUBIC.larger(image, factor);
        byte[] pixels = larger.pixels();
        for (int i = 0; i < pixels.length; i += CHANNELS) {
            int red = pixels[i] & 0xff;
            int green = pixels[i + 1] & 0xff;
            int blue = pixels[i + 2] & 0xff;
            double more = ((luminance[i] & 0xff) - Colours.luminance(red, green, blue)) * MAX / LUMINANCE_RANGE;
            pixels[i] = Colours.RGB.pixel((float) (red + more));
            pixels[i + 1] = Colours.RGB.pixel((float) (green + more));
            pixels[i + 2] = Colours.RGB.pixel((float) (blue + more));
        }
        return larger;
    }

    /** What the network makes of an image as {@link Colours#seen} makes it, put together of tiles. */
    private Rgb8Image enlarged(Rgb8Image image, IntConsumer progress) {
        int width = Math.multiplyExact(factor, image.width());
        int height = Math.multiplyExact(factor, image.height());
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)];
        int done = 0;
        for (Span rows : Span.over(image.height(), options.tile(), overlap())) {
            for (Span columns : Span.over(image.width(), options.tile(), overlap())) {
                Rgb8Image seen = image.part(columns.from(), rows.from(), columns.length(), rows.length());
                paste(enlarged(seen), rows, columns, out, width);
                done++;
                progress.accept(done);
            }
        }
        return new Rgb8Image(width, height, out);
    }

    private void paste(float[] values, Span rows, Span columns, byte[] out, int width) {
        int across = factor * columns.length();
        int plane = across * factor * rows.length();
        int channels = network.input().channels();
        for (int y = factor * rows.ownFrom(); y < factor * rows.ownTo(); y++) {
            for (int x = factor * columns.ownFrom(); x < factor * columns.ownTo(); x++) {
                int from = (y - factor * rows.from()) * across + x - factor * columns.from();
                for (int c = 0; c < CHANNELS; c++) {
                    out[(y * width + x) * CHANNELS + c] = colours.pixel(values[c % channels * plane + from]);
                }
            }
        }
    }

    /** C×H×W values of an image that is seen at once. */
    private float[] enlarged(Rgb8Image image) {
        int width = image.width();
        int height = image.height();
        int channels = network.input().channels();
        float[] values = new float[channels * height * width];
        colours.write(image, values, 0);
        if (!options.selfEnsemble()) {
            return run(values, height, width);
        }
        float[] sum = new float[values.length * factor * factor];
        for (int number = 0; number < Symmetry.COUNT; number++) {
            Symmetry symmetry = Symmetry.of(number);
            int rows = symmetry.transposed() ? width : height;
            int columns = symmetry.transposed() ? height : width;
            float[] made = run(symmetry.apply(values, channels, height, width), rows, columns);
            float[] back = symmetry.inverse().apply(made, channels, factor * rows, factor * columns);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += back[i] / Symmetry.COUNT;
            }
        }
        return sum;
    }

    private float[] run(float[] values, int height, int width) {
        Shape shape = new Shape(network.input().channels(), height, width);
        INDArray image = Nd4j.create(values, new long[] {1, shape.channels(), height, width}, 'c');
        INDArray made = prepared(shape).output(image);
        float[] larger = made.dup('c').data().asFloat();
        List.of(image, made).stream().filter(INDArray::closeable).forEach(INDArray::close);
        requireFinite(larger);
        return larger;
    }

    private void requireFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new NonFiniteOutputException(network.name(), 1, 1);
            }
        }
    }

    private Inference prepared(Shape shape) {
        Inference known = prepared.get(shape);
        if (known == null) {
            if (prepared.size() == MOST_PREPARED) {
                Shape oldest = prepared.keySet().iterator().next();
                prepared.remove(oldest).close();
            }
            known = inferences.apply(shape);
            prepared.put(shape, known);
        }
        return known;
    }

    /** Frees what it holds besides the graph. */
    @Override
    public void close() {
        prepared.values().forEach(Inference::close);
        prepared.clear();
    }

    /**
     * What a tile sees along one axis, and the part of it that is its own.
     *
     * @param from the first row that it sees
     * @param length rows that it sees
     * @param ownFrom the first row of its own
     * @param ownTo the row behind its last
     */
    record Span(int from, int length, int ownFrom, int ownTo) {
        /** Spans of one length that have all rows for their own. */
        static List<Span> over(int size, int tile, int overlap) {
            int length = Math.min(size, tile);
            List<Span> spans = new ArrayList<>();
            int own = 0;
            while (own < size) {
                int from = Math.min(Math.max(0, own - overlap), size - length);
                int end = from + length;
                int ownTo = end == size ? size : end - overlap;
                spans.add(new Span(from, length, own, ownTo));
                own = ownTo;
            }
            return spans;
        }
    }
}
