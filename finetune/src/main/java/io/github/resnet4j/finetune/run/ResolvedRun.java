package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.ModelConfig;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ModelName;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A configuration resolved against the images it names, before anything is computed or written: mismatches show here,
 * and nothing here loads native code.
 *
 * @param config complete: with the weights' preprocessing where it gives none
 * @param inputs the task with its samples
 * @param architecture the zoo's row with the configuration's options
 * @param network for the images' size and classes
 * @param source the model to start from; without one, random weights
 */
record ResolvedRun(
        RunConfig config,
        OpenTask<?> inputs,
        Architecture architecture,
        Network network,
        Optional<SourceModel> source) {

    /**
     * Combines data and network; downloads the data if the configuration names no folder.
     *
     * @param names what the user writes to set a key
     * @param remarks receives what was done or assumed to interpret the weights
     * @throws UsageException if they do not fit each other
     * @throws io.github.resnet4j.zoo.UnknownModelException if the zoo has no such model
     */
    static ResolvedRun open(RunConfig config, DownloadOptions download, KeyNames names, Consumer<String> remarks) {
        return open(Tasks.of(config.task()), config, download, names, remarks);
    }

    /** @param task that of the configuration */
    static ResolvedRun open(
            Task task, RunConfig config, DownloadOptions download, KeyNames names, Consumer<String> remarks) {
        ModelConfig model = config.model();
        ModelName name = ModelName.parse(model.name());
        Architecture architecture = Zoo.find(name.architecture());
        if (model.weights().isEmpty() && name.tag().isPresent()) {
            // Before weights are fetched: a mistyped part to freeze.
            requirePart(architecture.network(), model.freeze(), names);
        }
        Optional<SourceModel> source = source(task, model, name, download, remarks);
        Optional<ModelCard> card = source.map(SourceModel::card);
        card.map(known -> known.provenance().get(Tasks.KEY))
                .filter(other -> !other.equals(task.name()))
                .ifPresent(other -> {
                    throw new UsageException("the initial weights are of a model for the task " + Printable.brief(other)
                            + ", but task is " + task.name());
                });
        String own = architecture.name();
        Optional<ModelCard> same = card.filter(known -> known.architecture().equals(own));
        Shape published = same.map(ModelCard::input).orElse(architecture.input());
        Shape input = task.input(config.data(), published);
        Network anyClasses;
        try {
            architecture = architecture.with(options(same, model));
            anyClasses = architecture.network(input, architecture.classes());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        if (!task.trains(anyClasses.output())) {
            throw new UsageException(architecture.name() + " cannot be trained for the task " + task.name()
                    + Tasks.of(anyClasses.output())
                            .map(other -> ": its output is that of a network for " + other.name())
                            .orElse(""));
        }
        requirePart(anyClasses, model.freeze(), names); // before data is fetched, too
        RunConfig complete = complete(task, config, card, input, remarks);
        OpenTask<?> inputs = task.open(complete, input, download);
        requireStorable(inputs.classes());
        int classes = inputs.classes().size();
        if (model.classes().isPresent() && model.classes().get() != classes) {
            throw new UsageException("model.classes is " + model.classes().get() + ", but the data has " + classes
                    + " classes; leave model.classes out to follow the data");
        }
        Network network = architecture.network(input, classes);
        return new ResolvedRun(complete, inputs.training(network), architecture, network, source);
    }

    /** The same images and weights with another configuration of size, augmentation and training. */
    ResolvedRun at(RunConfig other) {
        return at(other, remark -> {});
    }

    /** @param remarks receives how the preprocessing differs from the weights' */
    ResolvedRun at(RunConfig other, Consumer<String> remarks) {
        Shape input = inputs.task().input(other.data(), network.input());
        RunConfig complete = complete(inputs.task(), other, source.map(SourceModel::card), input, remarks);
        Network sized = architecture.network(input, network.classes());
        return new ResolvedRun(complete, inputs.prepared(complete, input).training(sized), architecture, sized, source);
    }

    private static RunConfig complete(
            Task task, RunConfig config, Optional<ModelCard> card, Shape input, Consumer<String> remarks) {
        return task.preparesImages()
                ? prepared(task, config, card, input, remarks)
                : config.withData(config.data().withPreprocessing(List.of(), NormalizeConfig.NONE));
    }

    private static RunConfig prepared(
            Task task, RunConfig config, Optional<ModelCard> card, Shape input, Consumer<String> remarks) {
        Optional<List<Transform>> steps = task.evalSteps(input);
        if (steps.isEmpty()) {
            return WeightsPreprocessing.complete(config, card, input.height(), remarks);
        }
        List<Transform> own = config.data().eval().orElse(steps.get());
        RunConfig open = config.withData(config.data().withEval(Optional.empty()));
        DataConfig complete = WeightsPreprocessing.complete(open, card, input.height(), remarks)
                .data();
        return config.withData(
                complete.withPreprocessing(own, complete.normalize().orElseThrow()));
    }

    /**
     * The images of a classification.
     *
     * @param what needs them, for the message
     * @throws UsageException if the samples are of another kind
     */
    RunImages images(String what) {
        Tasks.requireClassification(config.task(), what);
        return inputs.images().orElseThrow();
    }

    /** The first batch normalisation that is trained and has one value per channel of an image. */
    Optional<Node> normOfOneValue() {
        Map<String, FreezePlan.Norms> frozen =
                Phase.frozenForGood(config.model()).nodes(network);
        return network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm
                        && frozen.getOrDefault(node.name(), FreezePlan.Norms.TRAIN) == FreezePlan.Norms.TRAIN
                        && node.out().height() * node.out().width() == 1)
                .findFirst();
    }

    private static Optional<SourceModel> source(
            Task task, ModelConfig model, ModelName name, DownloadOptions download, Consumer<String> remarks) {
        if (model.weights().isEmpty() && name.tag().isEmpty()) {
            return Optional.empty();
        }
        ModelRequest request = ModelRequest.of(model.name())
                .withWeights(model.weights().map(Path::of))
                .withSet(model.ema() ? WeightSet.AVERAGED : WeightSet.TRAINED)
                .withMap(model.map().map(Path::of))
                .withHead(task.startsFromBodies() ? new ModelRequest.Head.Body() : new ModelRequest.Head.Any())
                .withPreparation(ModelRequest.Preparation.of(model.channelOrder()))
                .withOptions(model.chosenOptions());
        return Optional.of(SourceModel.open(request, download, remarks));
    }

    /** The model stores its class names; one that it cannot store must not fail after the last epoch. */
    private static void requireStorable(List<String> classes) {
        String problems = classes.stream()
                .flatMap(name ->
                        ModelCard.classNameProblem(name)
                                .map(problem -> "class folder \"" + name + "\" " + problem)
                                .stream())
                .collect(Collectors.joining("; "));
        if (!problems.isEmpty()) {
            throw new UsageException(problems + ": a model cannot store this as a class name; rename the folder");
        }
    }

    private static void requirePart(Network network, Optional<String> freeze, KeyNames names) {
        try {
            freeze.ifPresent(network::upTo);
        } catch (IllegalArgumentException e) {
            throw new UsageException(names.of("model.freeze") + ": " + e.getMessage());
        }
    }

    /** Those of the weights' network, and over them the configuration's. */
    private static Map<String, String> options(Optional<ModelCard> card, ModelConfig model) {
        Map<String, String> options =
                new LinkedHashMap<>(card.map(ModelCard::options).orElse(Map.of()));
        options.putAll(model.chosenOptions());
        return options;
    }
}
