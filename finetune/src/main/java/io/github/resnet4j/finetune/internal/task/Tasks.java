package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.internal.task.segmentation.Segmentation;
import io.github.resnet4j.finetune.internal.task.spoofing.Spoofing;
import io.github.resnet4j.finetune.internal.task.superresolution.SuperResolution;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.List;
import java.util.Optional;

/** All tasks there are. */
public final class Tasks {
    /** What the provenance of a model's card calls the task; models without it are classifiers. */
    public static final String KEY = "task";

    private static final Task FIRST = new Classification();
    private static final List<Task> ALL = List.of(FIRST, new Spoofing(), new Segmentation(), new SuperResolution());

    private Tasks() {}

    /** All of them. */
    public static List<Task> all() {
        return ALL;
    }

    /** The names of all. */
    public static List<String> names() {
        return ALL.stream().map(Task::name).toList();
    }

    /** The task of a name. */
    public static Optional<Task> find(String name) {
        return ALL.stream().filter(task -> task.name().equals(name)).findFirst();
    }

    /** The name of a task as cards have it; of classifiers, none. */
    public static Optional<String> writtenDown(Task task) {
        return Optional.of(task.name()).filter(name -> !name.equals(FIRST.name()));
    }

    /**
     * The task of a model: as its card says, or else, of weights from elsewhere, the first that its network can be trained for.
     *
     * @throws UsageException if this version does not know it
     */
    public static Task of(ModelCard card) {
        String name = card.provenance().get(KEY);
        if (name == null) {
            return of(card.network().output()).orElse(FIRST);
        }
        return find(name)
                .orElseThrow(() -> new UsageException(
                        "the model is for the task " + Printable.brief(name) + ", which this version does not know"));
    }

    /**
     * Refuses what is only there for classification.
     *
     * @param what it is, for the message: {@code a cross-validation}
     * @throws UsageException if the task is another
     */
    public static void requireClassification(String task, String what) {
        if (!task.equals(FIRST.name())) {
            throw new UsageException(what + " is for the task " + FIRST.name() + ", not for " + task);
        }
    }

    /** The first that a network with such an output can be trained for. */
    public static Optional<Task> of(Output output) {
        return ALL.stream().filter(task -> task.trains(output)).findFirst();
    }

    /** The task of a configuration's key {@code task}. */
    public static Task of(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("there is no task " + name));
    }
}
