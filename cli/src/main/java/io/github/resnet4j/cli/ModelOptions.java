package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which trained model a command uses, and what cannot be read from its file. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "FILE|NAME",
            completionCandidates = WeightNames.class,
            description = "A model.zip or any file of weights; a published name (`list --pretrained`), fetched if need"
                    + " be; or, with --weights, a name that `list` shows.")
    private Optional<String> model;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights: safetensors, PyTorch, Keras HDF5, model.zip (default: the model's own).")
    private Optional<Path> weights;

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description = "Rules for the names in the weights, lines of `regex -> replacement`.")
    private Optional<Path> map;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Class names, one a line (default: the weights' own).")
    private Optional<Path> labels;

    @Mixin
    private NetworkOptions network;

    @Option(names = "--offline", description = "Never fetch anything.")
    private boolean offline;

    @ArgGroup(exclusive = false, heading = "Preprocessing (default: the weights' own):%n")
    private PreparationOptions preparation = new PreparationOptions();

    private static final class PreparationOptions {
        @Option(names = "--resize", description = "Pixels of the shorter side.")
        private Optional<Integer> resize = Optional.empty();

        @Option(names = "--crop", description = "Side of the square cut from the centre, in pixels.")
        private Optional<Integer> crop = Optional.empty();

        @Option(names = "--interpolation", description = "bilinear or bicubic.")
        private Optional<String> interpolation = Optional.empty();

        @Option(names = "--mean", split = ",", paramLabel = "X", description = "Of each channel, of pixels in [0, 1].")
        private List<Double> mean;

        @Option(names = "--std", split = ",", paramLabel = "X", description = "Of each channel.")
        private List<Double> std;
    }

    /**
     * The model.
     *
     * @param remarks told what was done or assumed
     */
    SourceModel open(Consumer<String> remarks) {
        ModelRequest request = new ModelRequest(
                        model,
                        weights,
                        map,
                        labels,
                        OptionalInt.empty(),
                        new ModelRequest.Preparation(
                                optional(preparation.resize),
                                optional(preparation.crop),
                                preparation.interpolation,
                                Optional.ofNullable(preparation.mean),
                                Optional.ofNullable(preparation.std)))
                .withOptions(network.map());
        return SourceModel.open(request, Fetching.options(Terminal.view(true)).withOffline(offline), remarks);
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }
}
