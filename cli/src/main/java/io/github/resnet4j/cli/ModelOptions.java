package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.weights.FileBytes;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which trained model a command uses, and what cannot be read from its file. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "FILE|NAME",
            completionCandidates = Completion.Weights.class,
            description = "A model.zip or any weights file; a published name (see `list --pretrained`), downloaded if"
                    + " needed; or, with --weights, a name that `list` shows.")
    private Optional<String> model;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights: safetensors, PyTorch, Keras HDF5, ONNX, model.zip (default: the model's own).")
    private Optional<Path> weights;

    @Mixin
    private WeightReading reading;

    @Option(
            names = "--class-names",
            paramLabel = "FILE",
            description = "File of class names, one per line (default: the weights' own).")
    private Optional<Path> labels;

    @Mixin
    private NetworkOptions network;

    @Option(names = "--offline", description = "Never download anything.")
    private boolean offline;

    @ArgGroup(exclusive = false, heading = "Preprocessing (default: the weights' own):%n")
    private PreparationOptions preparation = new PreparationOptions();

    /**
     * The model.
     *
     * @param remarks receives what was done or assumed
     */
    SourceModel open(Consumer<String> remarks) {
        return open(Optional.empty(), remarks);
    }

    /**
     * The model, which may also be named without an option.
     *
     * @throws UsageException if it is named twice
     */
    SourceModel open(Optional<String> named, Consumer<String> remarks) {
        if (named.isPresent() && model.isPresent()) {
            throw new UsageException("two models, " + named.get() + " and --model " + model.get() + "; name one");
        }
        ModelRequest request = ModelRequest.of(named.or(() -> model))
                .withWeights(weights)
                .withSet(reading.set())
                .withMap(reading.map())
                .withLabels(labels)
                .withPreparation(preparation.preparation())
                .withOptions(network.map());
        SourceModel source =
                SourceModel.open(request, Fetching.options(Terminal.view(true)).withOffline(offline), remarks);
        source.assumed().ifPresent(assumed -> remarks.accept(assumed + PreparationOptions.HINT));
        return source;
    }

    /** Refuses a file that cannot be opened, before others are read. */
    static void requireThere(String model) {
        if (ModelRequest.isFile(model)) {
            FileBytes.open(Path.of(model));
        }
    }

    /** Another model with its own preprocessing, by its file or published name. */
    SourceModel other(String file, Consumer<String> remarks) {
        return SourceModel.open(
                ModelRequest.of(file), Fetching.options(Terminal.view(true)).withOffline(offline), remarks);
    }
}
