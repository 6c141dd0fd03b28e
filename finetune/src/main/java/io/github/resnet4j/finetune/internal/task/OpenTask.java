package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A task with its samples: all that a run does differently for it.
 *
 * @param <E> what an evaluation finds out
 */
public interface OpenTask<E extends Measured> {
    /** Which one. */
    Task task();

    /** The samples to train on. */
    Samples train();

    /** The samples to evaluate on, with the same classes. */
    Samples val();

    /** Where they come from, for people. */
    String how();

    /** What the network's outputs are called, in their order. */
    default List<String> classes() {
        return train().classes();
    }

    /** The same samples, prepared in another way. */
    OpenTask<E> prepared(RunConfig config, Shape input);

    /** The same for the network that is trained, if it matters which one it is. */
    default OpenTask<E> training(Network network) {
        return this;
    }

    /**
     * Looks for what would spoil a training, before anything is computed.
     *
     * @param names what the user writes to set a key
     * @param remarks receives what is allowed, but worth a word
     * @throws io.github.resnet4j.finetune.UsageException if the configuration does not fit the samples
     */
    void check(RunConfig config, KeyNames names, Consumer<String> remarks);

    /** Loads the training samples, augmented. */
    BatchLoader trainLoader(LoaderOptions options);

    /** Loads the validation samples. */
    BatchLoader valLoader(LoaderOptions options);

    /** What the network is to learn of the training samples, and how it is measured. */
    Objective<E> objective(RunConfig config);

    /**
     * Images of which the network learns nothing but their classes: what its frozen part makes of these can be kept. Absent
     * where samples have more to them.
     */
    default Optional<RunImages> images() {
        return Optional.empty();
    }

    /**
     * How samples become inputs, for the card of a model.
     *
     * @throws io.github.resnet4j.finetune.UsageException if a card cannot say it
     */
    Preprocessing preprocessing(RunConfig config);

    /** What a model's card says besides what all cards do. */
    default Map<String, String> provenance() {
        return Map.of();
    }

    /** What the report says of the validation samples. */
    default Map<String, String> facts() {
        return Map.of("Validation " + task().samples(), Numbers.count(val().size()));
    }

    /** What is known of the final model from elsewhere, in place of an evaluation. */
    default Optional<E> known() {
        return Optional.empty();
    }

    /** A file in the run's folder with what the last epoch's model makes of the validation samples, if there is to be one. */
    default Optional<String> answersFile() {
        return Optional.empty();
    }

    /** Writes {@link #answersFile}. */
    default void writeAnswers(Path file, E evaluation) throws IOException {
        throw new IllegalStateException(task().name() + " keeps no answers");
    }

    /**
     * Finishes {@code model.zip} and writes what is to be told of it: {@code MODEL_CARD.md}, pictures of the task's own.
     *
     * @param evaluation of the model on the validation samples
     * @return what the reports have to say of it
     */
    TaskReport report(FinishedRun run, E evaluation) throws IOException;
}
