package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/** A trained model with the preprocessing and class names it was saved with. Not thread-safe. */
public final class Predictor implements AutoCloseable {
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    private final String origin;
    private final ModelCard card;
    private final Network network;
    private final ComputationGraph graph;
    private final Inference inference;
    private final Pipeline pipeline;
    private final Temperature temperature;

    /** A class and its probability. */
    public record Guess(String label, double probability) {}

    private Predictor(String origin, ModelCard card, ComputationGraph graph, Inference inference) {
        this.origin = origin;
        this.card = card;
        this.network = card.network();
        this.graph = graph;
        this.inference = inference;
        this.pipeline = EvaluationSteps.pipeline(card);
        this.temperature = Temperature.of(card);
    }

    /**
     * Loads a model.
     *
     * @param maxBatch maximum number of images per batch
     * @param engine the engine to use
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if its file does not fit its network
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN is required and cannot run the network
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     */
    public static Predictor open(SourceModel model, int maxBatch, Engine engine) {
        OneDnn.enable();
        ComputationGraph graph = model.load(NetworkGraph.Options.seeded(1)).graph();
        return of(model.origin(), model.card(), graph, maxBatch, engine);
    }

    /**
     * Loads {@code model.zip}.
     *
     * @param maxBatch maximum number of images per batch
     * @param engine the engine to use
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file is not such an archive
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if oneDNN is required and cannot run the network
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     */
    public static Predictor open(Path archive, int maxBatch, Engine engine) {
        OneDnn.enable();
        ModelArchive.Loaded loaded = ModelArchive.read(archive, NetworkGraph.Options.seeded(1));
        return of(archive.toString(), loaded.card(), loaded.graph(), maxBatch, engine);
    }

    private static Predictor of(String origin, ModelCard card, ComputationGraph graph, int maxBatch, Engine engine) {
        try {
            return new Predictor(
                    origin, card, graph, Inference.of(graph, card.network().input(), maxBatch, engine));
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
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
        Shape in = network.input();
        int length = Math.toIntExact(in.elements());
        float[] features = new float[images.size() * length];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i), 0, features, i * length, length);
        }
        float[] probabilities = inference
                .output(Nd4j.createFromArray(features).reshape(images.size(), in.channels(), in.height(), in.width()))
                .dup('c')
                .data()
                .asFloat();
        List<List<Guess>> guesses = new ArrayList<>();
        int classes = network.classes();
        requireFinite(probabilities, images.size());
        for (int i = 0; i < images.size(); i++) {
            int from = i * classes;
            List<Integer> best = IntStream.range(0, classes)
                    .boxed()
                    .sorted(Comparator.comparingDouble(c -> -probabilities[from + c]))
                    .limit(top)
                    .toList();
            temperature.apply(probabilities, from, classes);
            guesses.add(best.stream()
                    .map(c -> new Guess(card.classes().get(c), probabilities[from + c]))
                    .toList());
        }
        return guesses;
    }

    private void requireFinite(float[] probabilities, int images) {
        int classes = network.classes();
        long broken = IntStream.range(0, images)
                .filter(i -> !IntStream.range(i * classes, (i + 1) * classes)
                        .allMatch(p -> Float.isFinite(probabilities[p])))
                .count();
        if (broken > 0) {
            throw new NonFiniteOutputException(origin, broken, images);
        }
    }

    @Override
    public void close() {
        inference.close();
        graph.close();
    }
}
