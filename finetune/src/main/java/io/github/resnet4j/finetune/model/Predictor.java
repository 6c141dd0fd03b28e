package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.onnx.OnnxExport;
import io.github.resnet4j.engine.onnx.OnnxOptions;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A trained model with the preprocessing and class names it was saved with. Safe for use by several threads; many that ask for
 * an image each are faster with {@link Classifier}.
 */
public final class Predictor implements AutoCloseable {
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    private final String origin;
    private final ModelCard card;
    private final Network network;
    private final ComputationGraph graph;
    private final Inference inference;
    private final Pipeline pipeline;
    private final Temperature temperature;
    private final int maxBatch;

    /** A class and its probability. */
    public record Guess(String label, double probability) {}

    private Predictor(String origin, ModelCard card, ComputationGraph graph, Inference inference, int maxBatch) {
        this.origin = origin;
        this.card = card;
        this.network = card.network();
        this.graph = graph;
        this.inference = inference;
        this.pipeline = EvaluationSteps.pipeline(card);
        this.temperature = Temperature.of(card);
        this.maxBatch = maxBatch;
    }

    /**
     * Loads a model.
     *
     * @param maxBatch maximum number of images per batch
     * @param engine the engine to use
     * @throws UsageException if it does not classify images
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if its file does not fit its network
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN is required and cannot run the network
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     */
    public static Predictor open(SourceModel model, int maxBatch, Engine engine) {
        requireClassifier(model.origin(), model.card());
        OneDnn.enable();
        ComputationGraph graph = model.load(NetworkGraph.Options.seeded(1)).graph();
        return of(model.origin(), model.card(), graph, maxBatch, engine);
    }

    /**
     * Loads {@code model.zip}.
     *
     * @param maxBatch maximum number of images per batch
     * @param engine the engine to use
     * @throws UsageException if the model does not classify images
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file is not such an archive
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN is required and cannot run the network
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     */
    public static Predictor open(Path archive, int maxBatch, Engine engine) {
        requireClassifier(archive.toString(), ModelArchive.readCard(archive));
        OneDnn.enable();
        ModelArchive.Loaded loaded = ModelArchive.read(archive, NetworkGraph.Options.seeded(1));
        return of(archive.toString(), loaded.card(), loaded.graph(), maxBatch, engine);
    }

    private static void requireClassifier(String origin, ModelCard card) {
        Optional<String> task =
                Optional.ofNullable(card.provenance().get(Tasks.KEY)).or(() -> Tasks.writtenDown(Tasks.of(card)));
        if (task.isPresent()) {
            throw new UsageException(origin + " is a model for the task " + Printable.brief(task.get())
                    + ", which does not classify images: use it with eval and predict");
        }
    }

    private static Predictor of(String origin, ModelCard card, ComputationGraph graph, int maxBatch, Engine engine) {
        try {
            return new Predictor(
                    origin, card, graph, Inference.of(graph, card.network().input(), maxBatch, engine), maxBatch);
        } catch (RuntimeException e) {
            NetworkGraph.close(graph);
            throw e;
        }
    }

    /** Where the model comes from: its file or name. */
    public String origin() {
        return origin;
    }

    /** The model's metadata. */
    public ModelCard card() {
        return card;
    }

    /** The network's shape. */
    public Network network() {
        return network;
    }

    /** Runs the network; its output is N×classes probabilities, its own: not yet calibrated. */
    public Inference inference() {
        return inference;
    }

    /**
     * Writes the network as an ONNX model.
     *
     * @throws io.github.resnet4j.engine.UnsupportedGraphException as {@link OnnxExport#write}
     * @throws IOException if the file cannot be written; the message says why
     */
    public OnnxExport.Summary export(OnnxOptions options, Path file) throws IOException {
        return OnnxExport.write(graph, network.input(), options, file);
    }

    /**
     * The network's class-activation maps, to be closed by the caller before this is; empty for a network without maps.
     *
     * @throws io.github.resnet4j.engine.UnsupportedGraphException as {@link ClassActivationMaps#of}
     * @throws io.github.resnet4j.engine.EngineUnavailableException as {@link ClassActivationMaps#of}
     */
    public Optional<ClassActivationMaps> activationMaps() {
        return ClassActivationMaps.of(network, graph, inference);
    }

    /** From any image to the network's input. */
    public Pipeline pipeline() {
        return pipeline;
    }

    /**
     * An image as the network takes it, C×H×W values.
     *
     * @throws IllegalArgumentException if it cannot be scaled: a very long and narrow image would become too large
     */
    public float[] prepare(Rgb8Image image) {
        float[] values = new float[Math.toIntExact(network.input().elements())];
        pipeline.write(image, UNUSED, values, 0);
        return values;
    }

    /**
     * The {@code top} most probable classes of each {@linkplain #prepare prepared} image, best first, with probabilities
     * calibrated by the card's temperature if it has one.
     *
     * @throws IllegalArgumentException if there are more images than this was opened for
     * @throws NonFiniteOutputException if the output for any of them is not finite
     */
    public List<List<Guess>> predict(List<float[]> images, int top) {
        return rows(images, this::probabilities).stream()
                .map(probabilities -> guesses(probabilities, top))
                .toList();
    }

    /**
     * Computes something of {@linkplain #prepare prepared} images together.
     *
     * @param computation such as {@code this::probabilities}
     * @return its values image by image
     * @throws NonFiniteOutputException if {@code computation} does
     */
    public List<float[]> rows(List<float[]> images, Computation computation) {
        int length = Math.toIntExact(network.input().elements());
        float[] batch = new float[images.size() * length];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i), 0, batch, i * length, length);
        }
        float[] values = computation.of(batch, images.size());
        int each = values.length / images.size();
        return IntStream.range(0, images.size())
                .mapToObj(i -> Arrays.copyOfRange(values, i * each, (i + 1) * each))
                .toList();
    }

    /**
     * The {@code top} most probable classes, best first; ties go to the lower class.
     *
     * @param probabilities of all classes
     */
    public List<Guess> guesses(float[] probabilities, int top) {
        return ranking(probabilities, top).stream()
                .map(c -> new Guess(card.classes().get(c), probabilities[c]))
                .toList();
    }

    /** The {@code top} most probable classes by their index, best first; ties go to the lower class. */
    public static List<Integer> ranking(float[] probabilities, int top) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -probabilities[c]))
                .limit(top)
                .toList();
    }

    /** The most probable class; of equal ones, the lowest. */
    public static int best(float[] probabilities) {
        int best = 0;
        for (int c = 1; c < probabilities.length; c++) {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        return best;
    }

    /** What a network makes of prepared images. */
    @FunctionalInterface
    public interface Computation {
        /**
         * Equally many values for each image, image by image.
         *
         * @param images N×C×H×W
         * @param count N
         */
        float[] of(float[] images, int count);
    }

    /** Takes the values of one image. */
    @FunctionalInterface
    public interface Row {
        /** @param index of the image in its list */
        void accept(int index, float[] values);
    }

    /**
     * The probabilities of all classes, N×classes, calibrated as the card says.
     *
     * @param images prepared, N×C×H×W
     * @param count N
     * @throws IllegalArgumentException if there are more images than this was opened for
     * @throws NonFiniteOutputException if the output for any of them is not finite
     */
    public float[] probabilities(float[] images, int count) {
        float[] probabilities = finite(run(images, count, inference::output), count);
        for (int i = 0; i < count; i++) {
            temperature.apply(probabilities, i * network.classes(), network.classes());
        }
        return probabilities;
    }

    /**
     * The same, each the mean of those of the image and of its mirror image (test-time augmentation as Krizhevsky et al. 2012,
     * section 4.1, average the softmax of several views). The prepared image is mirrored, behind the crop.
     *
     * @throws IllegalArgumentException as {@link #probabilities}
     * @throws NonFiniteOutputException as {@link #probabilities}
     */
    public float[] mirroredProbabilities(float[] images, int count) {
        float[] mean = probabilities(images, count);
        float[] mirrored = probabilities(mirrored(images), count);
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (mean[i] + mirrored[i]) / 2;
        }
        return mean;
    }

    /** Every row of every plane from right to left. */
    private float[] mirrored(float[] images) {
        int width = network.input().width();
        float[] mirrored = new float[images.length];
        for (int row = 0; row < images.length; row += width) {
            for (int x = 0; x < width; x++) {
                mirrored[row + x] = images[row + width - 1 - x];
            }
        }
        return mirrored;
    }

    /**
     * The features of images: what the last layer makes the logits of, N×{@link #featureCount}. In most networks it is what
     * leaves the global average pooling.
     *
     * @throws IllegalArgumentException as {@link #probabilities}
     * @throws NonFiniteOutputException as {@link #probabilities}
     */
    public float[] features(float[] images, int count) {
        return finite(values(images, count, featureNode().name()), count);
    }

    /** Features of an image. */
    public int featureCount() {
        return Math.toIntExact(featureNode().out().elements());
    }

    /** What the last layer reads, before a dropout, which does nothing here. */
    private Node featureNode() {
        Node node = network.nodes().get(network.nodes().size() - 1);
        do {
            String input = node.inputs().get(0);
            node = network.nodes().stream()
                    .filter(other -> other.name().equals(input))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(network.name() + " has a single layer"));
        } while (node.op() instanceof Op.Dropout);
        return node;
    }

    /**
     * What the softmax makes probabilities of, N×classes.
     *
     * @throws IllegalArgumentException as {@link #probabilities}
     * @throws NonFiniteOutputException as {@link #probabilities}
     */
    public float[] logits(float[] images, int count) {
        return finite(values(images, count, network.lastOf(Network.HEAD).name()), count);
    }

    private float[] values(float[] images, int count, String vertex) {
        return run(images, count, batch -> inference
                .featureMaps(batch, List.of(vertex))
                .get(vertex));
    }

    private float[] run(float[] images, int count, UnaryOperator<INDArray> network) {
        Shape in = this.network.input();
        try (INDArray batch = Nd4j.createFromArray(images).reshape(count, in.channels(), in.height(), in.width())) {
            return network.apply(batch).dup('c').data().asFloat();
        }
    }

    /**
     * How a sweep over files went.
     *
     * @param problems why some cannot be read, by their index; every message names its file
     * @param waitShare fraction of the time in which the engine waited for the next images
     */
    public record Sweep(SortedMap<Integer, String> problems, double waitShare) {}

    /**
     * Computes something of every file: worker threads decode and prepare the images ahead of the engine.
     *
     * @param maxPixels largest image in pixels
     * @param computation such as {@code this::probabilities}
     * @param rows receives the values of every image that can be read, in the order of the files
     * @throws NonFiniteOutputException if {@code computation} does
     */
    public Sweep each(List<Path> files, long maxPixels, Computation computation, Row rows) {
        long start = System.nanoTime();
        long waited = 0;
        Shape in = network.input();
        int workers = Runtime.getRuntime().availableProcessors();
        // Few images are spread over all workers.
        int batchSize = Math.max(1, Math.min(maxBatch, files.size() / (2 * workers)));
        LoaderOptions loading = new LoaderOptions(batchSize, 0, workers, 2 * workers, false, BadImages.COLLECT);
        try (BatchLoader loader = new BatchLoader(
                        new FileImages(files, maxPixels),
                        pipeline::write,
                        in.channels(),
                        in.height(),
                        in.width(),
                        loading);
                Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                long asked = System.nanoTime();
                Batch batch = batches.next();
                waited += System.nanoTime() - asked;
                if (batch.size() == 0) {
                    continue; // none of its images could be read
                }
                float[] values = computation.of(batch.features(), batch.size());
                int each = values.length / batch.size();
                for (int i = 0; i < batch.size(); i++) {
                    rows.accept(batch.indices()[i], Arrays.copyOfRange(values, i * each, (i + 1) * each));
                }
            }
            return new Sweep(new TreeMap<>(loader.problems()), (double) waited / (System.nanoTime() - start));
        }
    }

    private float[] finite(float[] values, int images) {
        int each = values.length / images;
        long broken = IntStream.range(0, images)
                .filter(i -> !IntStream.range(i * each, (i + 1) * each).allMatch(v -> Float.isFinite(values[v])))
                .count();
        if (broken > 0) {
            throw new NonFiniteOutputException(origin, broken, images);
        }
        return values;
    }

    @Override
    public void close() {
        inference.close();
        NetworkGraph.close(graph);
    }
}
