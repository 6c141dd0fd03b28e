package io.github.resnet4j.cli;

import io.github.resnet4j.spark.InferenceTask;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        description = {
            "Classifies any number of images: a row for each, with its path, the most probable classes, and their"
                    + " probabilities.",
            "An image that cannot be read has a row that says why, and the exit code is 3. Every image has one row, whatever"
                    + " fails meanwhile."
        })
final class SparkPredictCommand implements Callable<Integer> {
    @Mixin
    private SparkInferenceOptions options;

    @Mixin
    private CalibrationOption calibration;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of classes per image (default: ${DEFAULT-VALUE}).")
    private int top;

    @Override
    public Integer call() throws IOException {
        SparkInferenceOptions.Done done = options.run(new SparkInferenceOptions.Own(
                InferenceTask.PREDICT, top, Optional.of(calibration), Optional.empty(), false));
        return options.print(
                done.report(), out -> {}, Map.of("model", done.model().origin(), "out", options.out()));
    }
}
