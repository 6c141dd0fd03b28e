package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Evaluates a model on labelled images: top-1, top-5, loss, calibration, confusion matrix.")
final class EvalCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Mixin
    private CalibrationOption calibration;

    @Mixin
    private EvaluationData data;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "64", description = "Images per batch.")
    private int batchSize;

    @Option(names = "--confusion", paramLabel = "PNG", description = "Draw the confusion matrix to this file.")
    private Path confusionPng;

    @Mixin
    private EngineOption engine;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (batchSize < 1) {
            throw new UsageException("--batch-size must be at least 1, got " + batchSize);
        }
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel opened = model.open(remarks::add);
            Optional<TaskModel> other = TaskModel.of(opened, engine.engine().orElse(Engine.AUTO));
            if (other.isPresent()) {
                evaluate(other.get(), opened.origin(), remarks);
                return ExitCode.OK;
            }
            ImageDataset images = data.open();
            SourceModel source = calibration.of(opened, remarks::add);
            BatchArrays.requireRoom("--batch-size", batchSize, source.card().input());
            ImageDataset labelled = data.labelled(source, images, remarks::add);
            data.caution().ifPresent(remarks::add);
            evaluate(source, labelled, data.words(images), remarks);
        }
        return ExitCode.OK;
    }

    private void evaluate(TaskModel other, String origin, DeferredLines remarks) {
        if (confusionPng != null) {
            throw new UsageException("--confusion is for classifiers of images");
        }
        new OtherTask(other, remarks::add, spec.commandLine().getOut())
                .evaluate(origin, data.folder(), batchSize, json);
    }

    private void evaluate(SourceModel source, ImageDataset images, String what, DeferredLines remarks)
            throws IOException {
        try (Predictor predictor =
                Predictor.open(source, batchSize, engine.engine().orElse(Engine.AUTO))) {
            Inference inference = predictor.inference();
            remarks.after(new EngineUse(inference.engine(), inference.fallback()).words() + ": " + source.origin()
                    + "; " + what);
            Shape in = predictor.network().input();
            int workers = Runtime.getRuntime().availableProcessors();
            LoaderOptions loading = new LoaderOptions(batchSize, 0, workers, 2 * workers, false, data.badImages());
            Evaluation result;
            List<String> skipped;
            try (BatchLoader loader = new BatchLoader(
                    images, predictor.pipeline()::write, in.channels(), in.height(), in.width(), loading)) {
                loader.check(() -> false);
                result = Evaluation.of(
                        inference,
                        loader,
                        predictor.network().classes(),
                        source.origin(),
                        Temperature.of(predictor.card()),
                        done -> {},
                        () -> false);
                skipped = loader.skipped();
            }
            if (confusionPng != null) {
                new Confusion(images.classes(), result.confusion()).draw(confusionPng);
            }
            print(result, skipped, images, predictor, source.origin());
        }
    }

    private void print(
            Evaluation result, List<String> skipped, ImageDataset images, Predictor predictor, String origin) {
        double calibrationError = result.calibration().error();
        double speed = result.images() / result.seconds();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("model", origin);
            object.put("top1", result.top1());
            object.put("top5", result.top5());
            object.put("loss", result.loss());
            object.put("calibrationError", calibrationError);
            object.put(
                    "temperature",
                    predictor.card().temperature().isPresent()
                            ? predictor.card().temperature().getAsDouble()
                            : null);
            object.put("data", data.words(images));
            object.put("images", result.images());
            object.put("skipped", skipped);
            object.put("seconds", result.seconds());
            object.put("imagesPerSecond", speed);
            object.put("parameters", predictor.network().parameters());
            object.put("engine", predictor.inference().engine().key());
            object.put("classes", images.classes());
            object.put("confusion", result.confusion());
            spec.commandLine().getOut().println(Json.text(object));
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "top-1 %.2f %%,%s loss %.4f, calibration error %.2f %% on %,d images%s, %.0f images/s%n",
                            100 * result.top1(),
                            Evaluation.tellsTop5(predictor.network().classes())
                                    ? String.format(Locale.ROOT, " top-5 %.2f %%,", 100 * result.top5())
                                    : "",
                            result.loss(),
                            100 * calibrationError,
                            result.images(),
                            skipped.isEmpty() ? "" : " (left out " + skipped.size() + " unreadable)",
                            speed);
        }
    }
}
