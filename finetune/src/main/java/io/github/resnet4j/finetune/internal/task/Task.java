package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What networks are trained for. A task has a package, and a line in {@link Tasks}; it keeps nothing of a run.
 */
public interface Task {
    /** What configurations and model archives call it: {@code classification}. */
    String name();

    /** What the samples are, for people: {@code images}. */
    default String samples() {
        return "images";
    }

    /** What training takes, and its speed counts: parts of the samples, if not these themselves. */
    default String trainingSamples() {
        return samples();
    }

    /** What is measured besides the loss: the columns of its own in log.csv. */
    Metrics metrics();

    /**
     * The network's input.
     *
     * @param published what the initial weights were trained with, or else the architecture
     */
    default Shape input(DataConfig data, Shape published) {
        return Shape.square(3, data.imageSize().orElse(published.height()));
    }

    /** Whether a network whose output means this can be trained for it. */
    default boolean trains(Output output) {
        return output instanceof Output.Classes;
    }

    /**
     * Whether a training may start from the weights of another network with the same body: what comes before the head of a
     * classifier.
     */
    default boolean startsFromBodies() {
        return false;
    }

    /** The steps of images that are measured, if these are the task's own and not those of the initial weights. */
    default Optional<List<Transform>> evalSteps(Shape input) {
        return Optional.empty();
    }

    /** Whether samples are images that are prepared as those were that the initial weights were trained with. */
    default boolean preparesImages() {
        return true;
    }

    /**
     * Opens the samples of a configuration, whose preprocessing is complete.
     *
     * @throws io.github.resnet4j.datasets.BadDataException if they cannot be used
     */
    OpenTask<?> open(RunConfig config, Shape input, DownloadOptions download);

    /**
     * Measures a trained model on the samples in a folder.
     *
     * @throws io.github.resnet4j.datasets.BadDataException if they cannot be used
     */
    default Measured evaluate(ModelUse model, Path data) {
        throw new UnsupportedOperationException(name() + " has commands of its own");
    }

    /**
     * Has a trained model answer for files, in their order.
     *
     * @param model says where files go that answers consist of
     * @param inputs files, and folders of such
     * @param answers receives for each file what the answer consists of, by the names of the columns: {@code file} is the
     *     first, and {@code problem} the second and last where it cannot be read
     */
    default void predict(ModelUse model, List<Path> inputs, Consumer<Map<String, Object>> answers) {
        throw new UnsupportedOperationException(name() + " has commands of its own");
    }
}
