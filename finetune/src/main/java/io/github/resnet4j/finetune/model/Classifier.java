package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trained model for applications: classifies images for any number of threads.
 *
 * <p>Each calling thread decodes and prepares its own image. Others then run the network on all cores, for as many images
 * together as wait: a batch starts when it is full, when no other thread is on its way with an image, or when its
 * first image has waited for {@link Options#maxWait}. A single thread therefore never waits for others. When {@link
 * Options#queue} images are being prepared or wait, further threads are held back.
 *
 * <p>An answer may differ in its last digits with the images that shared its batch, by less than 1e-5 in a probability. An
 * image that cannot be read is the matter of its caller alone.
 */
public final class Classifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Classifier.class);
    private static final Path BYTES = Path.of("image");

    private final Predictor predictor;
    private final BatchQueue<Request, float[]> queue;
    /** Guarded by this. */
    private boolean freed;

    /**
     * How requests of several threads are put together.
     *
     * @param maxBatch most images that run together, at least 1
     * @param maxWait how long an image may wait for others, not negative
     * @param queue images that may be prepared or wait, at least 1
     * @param engine which engine to use
     */
    public record Options(int maxBatch, Duration maxWait, int queue, Engine engine) {
        /** Batches of at most 16, for which an image waits 5 ms; a queue of 64. */
        public static final Options DEFAULT = new Options(16, Duration.ofMillis(5), 64, Engine.AUTO);

        public Options {
            if (maxBatch < 1 || queue < 1 || maxWait.isNegative()) {
                throw new IllegalArgumentException("a classifier needs batches and a queue of at least 1 image and no"
                        + " negative wait, got " + maxBatch + ", " + queue + " and " + maxWait);
            }
        }
    }

    /** What is wanted of an image. */
    private enum Kind {
        PROBABILITIES,
        FEATURES
    }

    /** A prepared image. */
    private record Request(Kind kind, float[] image) {}

    private Classifier(Predictor predictor, Options options) {
        this.predictor = predictor;
        this.queue = new BatchQueue<>(
                "classifier",
                BatchQueue.Options.forNetwork(options.maxBatch, options.maxWait, options.queue),
                request -> true,
                this::answers);
    }

    /**
     * Loads a model with {@link Options#DEFAULT}.
     *
     * @param model {@code model.zip}, or any weights file that says enough about itself
     * @throws io.github.resnet4j.finetune.UsageException if the file does not say which network it is for
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file cannot be used
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if no engine can run the network
     */
    public static Classifier load(Path model) {
        return load(
                model,
                ModelRequest.of(Optional.empty()).withWeights(Optional.of(model)),
                DownloadOptions.standard().withOffline(true));
    }

    private static Classifier load(Object model, ModelRequest request, DownloadOptions downloads) {
        SourceModel source = SourceModel.open(request, downloads, remark -> LOG.info("{}: {}", model, remark));
        source.assumed().ifPresent(assumed -> LOG.warn("{}: {}", model, assumed));
        return load(source, Options.DEFAULT);
    }

    /**
     * Loads a model with {@link Options#DEFAULT}.
     *
     * @param model a published name, such as {@code resnet20-cifar.r4j_cifar10jpeg}, which comes with resnet4j, or {@code
     *     resnet18.tv_in1k}, which is downloaded once; or the path of a file as in {@link #load(Path)}
     * @throws io.github.resnet4j.zoo.UnknownModelException if no published weights have the name; the message has the nearest
     * @throws io.github.resnet4j.finetune.UsageException if the file does not say which network it is for
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file cannot be used
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if no engine can run the network
     */
    public static Classifier load(String model) {
        return load(model, ModelRequest.of(model), DownloadOptions.standard());
    }

    /**
     * Loads a model from any source.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if its file does not fit its network
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if the engine cannot run the network
     * @throws io.github.resnet4j.engine.EngineUnavailableException if oneDNN is required and not available
     */
    public static Classifier load(SourceModel model, Options options) {
        return new Classifier(Predictor.open(model, options.maxBatch, options.engine), options);
    }

    /** The classes, in the order of the model's logits. */
    public List<String> classes() {
        return predictor.card().classes();
    }

    /**
     * Classifies an image file.
     *
     * @throws io.github.resnet4j.datasets.image.BadImageException if it cannot be read
     * @throws IllegalArgumentException if it is too long and narrow to be scaled
     * @throws NonFiniteOutputException if the network's output for it is not finite
     * @throws IllegalStateException if this is closed
     * @throws CancellationException if the thread is interrupted while it is held back; it stays so
     */
    public Classification classify(Path image) {
        return classification(() -> ImageDecoder.decode(image));
    }

    /**
     * Classifies the content of an image file.
     *
     * @throws RuntimeException as {@link #classify(Path)}
     */
    public Classification classify(byte[] image) {
        return classification(() -> ImageDecoder.decode(image, BYTES));
    }

    /**
     * Classifies an image in memory. Transparency is dropped, not blended, as it is for files.
     *
     * @throws RuntimeException as {@link #classify(Path)}, but that the image cannot be unreadable
     */
    public Classification classify(BufferedImage image) {
        return classification(() -> AwtImage.rgb(image));
    }

    /**
     * The features of an image file: what the last layer makes the logits of. See {@link Predictor#features}.
     *
     * @throws RuntimeException as {@link #classify(Path)}
     */
    public float[] embed(Path image) {
        return values(Kind.FEATURES, () -> ImageDecoder.decode(image));
    }

    /**
     * The same of the content of an image file.
     *
     * @throws RuntimeException as {@link #classify(Path)}
     */
    public float[] embed(byte[] image) {
        return values(Kind.FEATURES, () -> ImageDecoder.decode(image, BYTES));
    }

    /**
     * The same of an image in memory.
     *
     * @throws RuntimeException as {@link #classify(BufferedImage)}
     */
    public float[] embed(BufferedImage image) {
        return values(Kind.FEATURES, () -> AwtImage.rgb(image));
    }

    /** Where an image comes from. */
    private interface Source {
        Rgb8Image decode();
    }

    private Classification classification(Source image) {
        float[] probabilities = values(Kind.PROBABILITIES, image);
        return new Classification(
                predictor.guesses(probabilities, probabilities.length),
                predictor.card().temperature());
    }

    private float[] values(Kind kind, Source image) {
        try {
            return answer(kind, image).join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("interrupted while waiting for the classifier").initCause(e);
        } catch (CompletionException e) {
            // What another thread met is thrown here with the trace of who asked.
            if (e.getCause() instanceof NonFiniteOutputException) {
                throw (NonFiniteOutputException) e.getCause();
            }
            throw new IllegalStateException("the classifier failed: " + e.getCause(), e.getCause());
        }
    }

    private CompletableFuture<float[]> answer(Kind kind, Source image) throws InterruptedException {
        try (BatchQueue<Request, float[]>.Places place = queue.reserve()) {
            return place.put(new Request(kind, predictor.prepare(image.decode())));
        }
    }

    private List<float[]> answers(List<Request> batch) {
        float[][] answers = new float[batch.size()][];
        for (Kind kind : Kind.values()) {
            List<Integer> which = IntStream.range(0, batch.size())
                    .filter(i -> batch.get(i).kind == kind)
                    .boxed()
                    .toList();
            if (!which.isEmpty()) {
                List<float[]> rows = predictor.rows(
                        which.stream().map(i -> batch.get(i).image).toList(),
                        kind == Kind.PROBABILITIES ? predictor::probabilities : predictor::features);
                for (int i = 0; i < rows.size(); i++) {
                    answers[which.get(i)] = rows.get(i);
                }
            }
        }
        return List.of(answers);
    }

    /**
     * Answers the requests under way, refuses new ones, and frees the memory. Closing again does nothing.
     */
    @Override
    public void close() {
        queue.close();
        synchronized (this) {
            if (!freed) {
                freed = true;
                predictor.close();
            }
        }
    }
}
