package io.github.resnet4j.finetune.model;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A trained model of a task other than the classification of images, for which there are {@link Predictor} and {@link
 * Classifier}: it is measured, and answers, as its task does.
 */
public final class TaskModel {
    private final Task task;
    private final SourceModel source;
    private final Engine engine;

    private TaskModel(Task task, SourceModel source, Engine engine) {
        this.task = task;
        this.source = source;
        this.engine = engine;
    }

    /** What a model is for: {@code classification}, {@code spoofing}, {@code segmentation}, {@code super-resolution}. */
    public static String task(ModelCard card) {
        Optional<String> said = Optional.ofNullable(card.provenance().get(Tasks.KEY));
        return said.orElseGet(() -> Tasks.of(card).name());
    }

    /**
     * A model; absent if it classifies images.
     *
     * @throws io.github.resnet4j.finetune.UsageException if this version does not know its task
     */
    public static Optional<TaskModel> of(SourceModel source, Engine engine) {
        Task task = Tasks.of(source.card());
        return Tasks.writtenDown(task).map(name -> new TaskModel(task, source, engine));
    }

    /**
     * Measures it on the samples in a folder.
     *
     * @param batchSize samples that are computed together
     * @param remarks receives what is worth a word
     * @param progress receives the number of samples done so far
     * @param stop polled between batches
     * @throws io.github.resnet4j.datasets.BadDataException if the samples cannot be used
     */
    public Measured evaluate(
            Path data, int batchSize, Consumer<String> remarks, LongConsumer progress, BooleanSupplier stop) {
        return task.evaluate(new ModelUse(source, batchSize, engine, remarks, progress, stop, Optional.empty()), data);
    }

    /**
     * Answers for files, in their order.
     *
     * @param inputs files, and folders to search for such
     * @param out folder for what answers consist of besides words, such as masks
     * @param answers receives for each file what the answer consists of, by name: {@code file} is the first, and {@code
     *     problem} the second and last where it cannot be read
     */
    public void predict(
            List<Path> inputs,
            Optional<Path> out,
            int batchSize,
            Consumer<String> remarks,
            Consumer<Map<String, Object>> answers,
            BooleanSupplier stop) {
        task.predict(new ModelUse(source, batchSize, engine, remarks, done -> {}, stop, out), inputs, answers);
    }
}
