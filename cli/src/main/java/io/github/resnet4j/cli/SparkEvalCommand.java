package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.spark.InferenceReport;
import io.github.resnet4j.spark.InferenceTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Evaluates a model on any number of labelled images: top-1, top-5, loss, calibration, confusion matrix, and a row"
                    + " for each image.",
            "Labels are folders, the .cls of shards, or a column of a table."
        })
final class SparkEvalCommand implements Callable<Integer> {
    @Mixin
    private SparkInferenceOptions options;

    @Mixin
    private CalibrationOption calibration;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of classes per row (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "Column of a table with the classes, by name or number (default: label, class or cls).")
    private Optional<String> labelColumn = Optional.empty();

    @Option(
            names = "--labels-in-order",
            description =
                    "The classes of the data are the model's in the same order, whatever their names: ImageNet's folders.")
    private boolean labelsInOrder;

    @Option(names = "--confusion", paramLabel = "PNG", description = "Draw the confusion matrix to this file.")
    private Optional<Path> confusion = Optional.empty();

    @Override
    public Integer call() throws IOException {
        SparkInferenceOptions.Done done = options.run(new SparkInferenceOptions.Own(
                InferenceTask.EVAL, top, Optional.of(calibration), labelColumn, labelsInOrder));
        InferenceReport.Metrics metrics = done.report().metrics().orElseThrow();
        if (confusion.isPresent()) {
            new Confusion(metrics.classes(), metrics.confusion()).draw(confusion.get());
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", done.model().origin());
        facts.put("out", options.out());
        facts.put("measured", metrics.images());
        facts.put("top1", metrics.top1());
        facts.put("top5", metrics.top5());
        facts.put("loss", metrics.loss());
        facts.put("calibrationError", metrics.calibration().error());
        facts.put("classes", metrics.classes());
        facts.put("confusion", metrics.confusion());
        return options.print(
                done.report(),
                out -> out.printf(
                        Locale.ROOT,
                        "top-1 %.2f %%,%s loss %.4f, calibration error %.2f %% on %,d images%n",
                        100 * metrics.top1(),
                        Evaluation.tellsTop5(metrics.classes().size())
                                ? String.format(Locale.ROOT, " top-5 %.2f %%,", 100 * metrics.top5())
                                : "",
                        metrics.loss(),
                        100 * metrics.calibration().error(),
                        metrics.images()),
                facts);
    }
}
