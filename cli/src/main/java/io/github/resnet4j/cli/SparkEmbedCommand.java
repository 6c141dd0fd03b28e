package io.github.resnet4j.cli;

import io.github.resnet4j.spark.InferenceTask;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the feature vectors of any number of images: a row for each, with its path and the input of the model's"
                    + " last layer.",
            "An image that cannot be read has a row that says why, and the exit code is 3."
        })
final class SparkEmbedCommand implements Callable<Integer> {
    @Mixin
    private SparkInferenceOptions options;

    @Override
    public Integer call() throws IOException {
        SparkInferenceOptions.Done done = options.run(
                new SparkInferenceOptions.Own(InferenceTask.EMBED, 1, Optional.empty(), Optional.empty(), false));
        return options.print(
                done.report(), out -> {}, Map.of("model", done.model().origin(), "out", options.out()));
    }
}
