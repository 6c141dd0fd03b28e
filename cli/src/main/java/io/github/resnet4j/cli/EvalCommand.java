package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.ImageFolders;
import io.github.resnet4j.datasets.ImageNet;
import io.github.resnet4j.datasets.Split;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.Charts;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        description = "Measures a model on labelled images: top-1, top-5, loss, confusion matrix.")
final class EvalCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder of class folders (of its parts the validation or test part), of CIFAR batches, or one CIFAR batch file.")
    private Path data;

    @Option(names = "--dataset", defaultValue = "folder", description = "What DIR holds: ${COMPLETION-CANDIDATES}.")
    private DatasetKind dataset;

    @Mixin
    private FolderReading reading;

    @Option(
            names = "--on-bad-image",
            defaultValue = "fail",
            description = "What to do about images that cannot be read: ${COMPLETION-CANDIDATES}.")
    private DataConfig.OnBadImage onBadImage;

    @Option(names = "--batch-size", defaultValue = "64", description = "Images at once.")
    private int batchSize;

    @Option(names = "--confusion", paramLabel = "PNG", description = "Draw the confusion matrix into this file.")
    private Path confusionPng;

    @Mixin
    private EngineOption engine;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--debug", description = "Show stack traces.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (batchSize < 1) {
            throw new UsageException("--batch-size must be at least 1, got " + batchSize);
        }
        ImageDataset images = open();
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel source = model.open(remarks::add);
            requireSameClasses(source, images);
            evaluate(source, images, remarks);
        }
        return ExitCode.OK;
    }

    private void evaluate(SourceModel source, ImageDataset images, DeferredLines remarks) throws IOException {
        try (Predictor predictor =
                Predictor.open(source, batchSize, engine.engine().orElse(Engine.AUTO))) {
            Inference inference = predictor.inference();
            remarks.after(new EngineUse(inference.engine(), inference.fallback()).words() + ": " + source.origin()
                    + "; " + where(images) + ": " + images.size() + " images of " + images.classSummary());
            Shape in = predictor.network().input();
            int workers = Runtime.getRuntime().availableProcessors();
            LoaderOptions loading = new LoaderOptions(
                    batchSize,
                    0,
                    workers,
                    2 * workers,
                    false,
                    onBadImage == DataConfig.OnBadImage.FAIL ? BadImages.FAIL : BadImages.LEAVE_OUT);
            Evaluation result;
            List<String> skipped;
            try (BatchLoader loader = new BatchLoader(
                    images, predictor.pipeline()::write, in.channels(), in.height(), in.width(), loading)) {
                loader.check(() -> false);
                result = Evaluation.of(
                        inference, loader, predictor.network().classes(), source.origin(), done -> {}, () -> false);
                skipped = loader.skipped();
            }
            if (confusionPng != null) {
                Charts.confusion(new Confusion(images.classes(), result.confusion()), confusionPng);
            }
            print(result, skipped, predictor, source.origin());
        }
    }

    /** ImageNet's folders are WordNet identifiers, and classes without names are numbers: there the order is trusted. */
    private void requireSameClasses(SourceModel source, ImageDataset images) {
        List<String> known = source.card().classes();
        List<String> here = images.classes();
        boolean comparable = source.classesNamed() && dataset != DatasetKind.IMAGENET;
        if (comparable ? !here.equals(known) : here.size() != known.size()) {
            throw new UsageException("the model knows " + known.size() + " classes (" + some(known) + "), " + data
                    + " has " + here.size() + " (" + some(here) + "); they must be the same");
        }
    }

    private static String some(List<String> classes) {
        return String.join(", ", classes.subList(0, Math.min(10, classes.size()))) + (classes.size() > 10 ? ", …" : "");
    }

    private void print(Evaluation result, List<String> skipped, Predictor predictor, String origin) {
        double speed = result.images() / result.seconds();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("model", origin);
            object.put("top1", result.top1());
            object.put("top5", result.top5());
            object.put("loss", result.loss());
            object.put("images", result.images());
            object.put("skipped", skipped);
            object.put("seconds", result.seconds());
            object.put("imagesPerSecond", speed);
            object.put("parameters", predictor.network().parameters());
            object.put("engine", predictor.inference().engine().key());
            object.put("classes", predictor.card().classes());
            object.put("confusion", result.confusion());
            spec.commandLine().getOut().println(Json.text(object));
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "top-1 %.2f %%, top-5 %.2f %%, loss %.4f on %,d images%s, %.0f images/s%n",
                            100 * result.top1(),
                            100 * result.top5(),
                            result.loss(),
                            result.images(),
                            skipped.isEmpty() ? "" : " (" + skipped.size() + " that cannot be read left out)",
                            speed);
        }
    }

    private ImageDataset open() {
        return switch (dataset) {
            case CIFAR10 -> cifar(CifarVariant.CIFAR10);
            case CIFAR100 -> cifar(CifarVariant.CIFAR100);
            case IMAGENET -> ImageNet.open(data, Split.VAL, reading.options());
            case FOLDER -> ImageFolders.evaluation(data, reading.options());
        };
    }

    /** The part of the data that is evaluated. */
    private Path where(ImageDataset images) {
        return images instanceof ImageFolder folder ? folder.root() : data;
    }

    private ImageDataset cifar(CifarVariant variant) {
        return Files.isRegularFile(data)
                ? CifarDataset.readFile(data, variant)
                : CifarDataset.read(data, variant, Split.VAL);
    }
}
