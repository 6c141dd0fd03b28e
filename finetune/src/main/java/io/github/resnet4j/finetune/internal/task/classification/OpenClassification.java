package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The classification of a run's images. */
final class OpenClassification implements OpenTask<Evaluation> {
    /** How many times as large a class must be as another for a warning. */
    private static final int UNEVEN = 4;

    /** Folders with these names are not classes. */
    private static final List<List<String>> MASKED =
            List.of(List.of("images", "masks"), List.of("JPEGImages", "SegmentationClass"));

    private final Task task;
    private final RunImages data;
    private final Shape input;
    private final boolean folds;
    private final Optional<CrossValidated> others;

    /** @param others what is known of the final model, if it is trained on all images */
    OpenClassification(Task task, RunImages data, RunConfig config, Shape input, Optional<CrossValidated> others) {
        this.task = task;
        this.data = data;
        this.input = input;
        this.folds = config.data().fold().isPresent();
        this.others = others;
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public ImageDataset train() {
        return data.train();
    }

    @Override
    public ImageDataset val() {
        return data.val();
    }

    @Override
    public String how() {
        return data.how();
    }

    @Override
    public Optional<RunImages> images() {
        return Optional.of(data);
    }

    @Override
    public OpenTask<Evaluation> prepared(RunConfig config, Shape input) {
        return new OpenClassification(
                task, data.prepared(config.data(), input.height(), input.width()), config, input, others);
    }

    /** Of classes that differ much in size, a network learns to answer with the large ones. */
    @Override
    public void check(RunConfig config, KeyNames names, Consumer<String> remarks) {
        objective(config); // class weights may name classes that there are not
        if (MASKED.stream().anyMatch(folders -> folders.equals(classes()))) {
            throw new UsageException(
                    "the folders " + String.join(" and ", classes()) + " are no classes of images: to train on"
                            + " images and masks, take a configuration with task: segmentation");
        }
        long[] counts = train().classCounts();
        int largest = 0;
        int smallest = 0;
        for (int c = 1; c < counts.length; c++) {
            largest = counts[c] > counts[largest] ? c : largest;
            smallest = counts[c] < counts[smallest] ? c : smallest;
        }
        boolean evened = config.data().sampling() != DataConfig.Sampling.ALL
                || config.data().classWeights().isPresent();
        if (counts[largest] >= UNEVEN * counts[smallest] && !evened) {
            remarks.accept("warning: the classes differ much in size, from "
                    + Printable.line(classes().get(smallest)) + " with "
                    + Numbers.count(counts[smallest], "image", "images") + " to "
                    + Printable.line(classes().get(largest)) + " with " + counts[largest] + "; "
                    + names.setting("data.sampling", "balanced") + " shows all of them equally often, "
                    + names.setting("data.class-weights", "balanced")
                    + " has each image of a small one count more");
        }
    }

    @Override
    public BatchLoader trainLoader(LoaderOptions options) {
        return new BatchLoader(
                data.train(), data.trainPipeline()::write, input.channels(), input.height(), input.width(), options);
    }

    @Override
    public BatchLoader valLoader(LoaderOptions options) {
        return new BatchLoader(
                data.val(), data.evalPipeline()::write, input.channels(), input.height(), input.width(), options);
    }

    @Override
    public Objective<Evaluation> objective(RunConfig config) {
        return new LabelObjective(
                config.train(),
                classes().size(),
                config.data().classWeights().map(weights -> ClassWeighting.of(weights, train())));
    }

    @Override
    public Preprocessing preprocessing(RunConfig config) {
        return RunImages.preprocessing(config);
    }

    @Override
    public Map<String, String> provenance() {
        return others.map(known -> Map.of("expectedAccuracy", known.words())).orElse(Map.of());
    }

    @Override
    public Map<String, String> facts() {
        return others.map(known -> Map.of("Accuracy", known.words())).orElseGet(OpenTask.super::facts);
    }

    @Override
    public Optional<Evaluation> known() {
        return others.map(CrossValidated::answers);
    }

    @Override
    public Optional<String> answersFile() {
        return folds ? Optional.of(HeldOutAnswers.FILE) : Optional.empty();
    }

    @Override
    public void writeAnswers(Path file, Evaluation evaluation) throws IOException {
        HeldOutAnswers.write(file, val(), evaluation.scores());
    }

    @Override
    public TaskReport report(FinishedRun run, Evaluation evaluation) throws IOException {
        return new ClassificationReporter(run, data, others).report(evaluation);
    }
}
