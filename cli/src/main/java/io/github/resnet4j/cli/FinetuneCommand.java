package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.LabelFile;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.CrossValidation;
import io.github.resnet4j.finetune.run.FinetuneRecipe;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.pretrained.ModelName;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Fine-tunes a model on a folder of class folders, or on train/ and val/ folders that hold class folders.",
            "Chooses size, frozen part, length, rates and augmentation by the images, the weights and the speed of this"
                    + " machine, and says why; every option here, and --set, overrides a choice."
        })
final class FinetuneCommand implements Callable<Integer> {
    private static final KeyNames NAMES = RunOptions.names(Map.ofEntries(
            Map.entry("name", "--name"),
            Map.entry("data.dir", "--data"),
            Map.entry("data.image-size", "--image-size"),
            Map.entry("data.normalize.mean", "--mean"),
            Map.entry("data.normalize.std", "--std"),
            Map.entry("data.eval", "--resize"),
            Map.entry("model.name", "--model"),
            Map.entry("model.weights", "--weights"),
            Map.entry("model.map", "--map"),
            Map.entry("model.ema", "--ema"),
            Map.entry("model.channel-order", "--channel-order"),
            Map.entry("model.freeze", "--freeze"),
            Map.entry("train.epochs", "--epochs"),
            Map.entry("train.batch-size", "--batch-size"),
            Map.entry("optimizer.lr", "--lr")));

    private static final Path AUTO = Path.of("auto");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder with one subfolder per class; with --labels, of all images.")
    private Optional<Path> data;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE|NAME",
            completionCandidates = Completion.Networks.class,
            description =
                    "A published name (see `list --pretrained`), downloaded if needed; a model.zip or any weights file;"
                            + " or a name that `list` shows, to start from --weights or from random weights.")
    private String model;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights for the network that --model names: safetensors, PyTorch, Keras HDF5, ONNX.")
    private Optional<Path> weights;

    @Option(
            names = {"-c", "--config", "--recipe"},
            paramLabel = "auto|FILE",
            description =
                    "auto, or a configuration that chooses nothing by itself, e.g. configs/finetune/last-stage.yaml"
                            + " (default: auto).")
    private Optional<Path> recipe;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Fit the recipe auto into a time, such as 90s, 20m or 1h30m: first fewer epochs, then fewer"
                    + " layers trained, then smaller images, at last the classifier alone.")
    private Optional<Duration> time;

    @Option(names = "--plan", description = "Print what would be chosen and why, and train nothing.")
    private boolean plan;

    @Option(
            names = "--freeze",
            paramLabel = "PART",
            description =
                    "Freeze everything up to and including this stage (stem, layer1 ...), block (layer2.0) or layer.")
    private Optional<String> freeze;

    @Mixin
    private WeightReading reading;

    @ArgGroup(exclusive = false, heading = "Preprocessing (default: the weights' own or the recipe's):%n")
    private PreparationOptions preparation = new PreparationOptions();

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the images (default: the recipe's).")
    private Optional<Integer> epochs;

    @Option(names = "--batch-size", paramLabel = "N", description = "Images per iteration (default: the recipe's).")
    private Optional<Integer> batchSize;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate (default: the recipe's).")
    private Optional<Double> lr;

    @Option(
            names = "--image-size",
            paramLabel = "PIXELS",
            description = "Height and width of the network's input (default: the recipe's).")
    private Optional<Integer> imageSize;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The run's name and folder under runs/ (default: finetune-DIR).")
    private Optional<String> name;

    @Option(
            names = "--folds",
            paramLabel = "K",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "Cross-validation: train K times, each time measured on another Kth of the images, and then a model"
                            + " of all of them.")
    private Optional<Integer> folds;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Do it N times, with other seeds, and tell mean and standard deviation.")
    private Optional<Integer> repeat;

    @Mixin
    private LabelsOption labels;

    @Mixin
    private RunOptions run;

    @Mixin
    private StallOption stall;

    @Mixin
    private StartOptions start;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = data.or(() -> labels.file().map(LabelFile::folder))
                .orElseThrow(() -> new UsageException("finetune needs --data DIR, or --labels CSV"));
        Optional<CrossValidation.Plan> validation = validation();
        imageSize.ifPresent(size -> requireUsable("--image-size", size));
        ProgressView view = run.view();
        DownloadOptions download = Fetching.options(view).withOffline(start.offline());
        ModelRequest.Preparation given = preparation.preparation();
        requireUsable(given);
        Optional<SourceModel> source = source(download, view);
        Optional<Integer> crop =
                given.crop().isPresent() ? Optional.of(given.crop().getAsInt()) : Optional.empty();
        FinetuneRecipe.Start from = source.map(found -> FinetuneRecipe.Start.of(model, found.card()))
                .orElseGet(() -> new FinetuneRecipe.Start(model, Zoo.find(model), Optional.empty()));
        Settings settings = new Settings(spec, NAMES);
        settings.quoted(
                "name",
                name.orElseGet(() -> FinetuneRecipe.runName(folder) + (validation.isPresent() ? "-folds" : "")));
        settings.quoted("data.dir", folder);
        settings.option(
                "model.name", fileOfWeights().isPresent() ? from.architecture().name() : model);
        fileOfWeights().ifPresent(file -> settings.quoted("model.weights", file));
        reading.map().ifPresent(file -> settings.quoted("model.map", file));
        if (reading.set() == WeightSet.AVERAGED) {
            settings.option("model.ema", true);
        }
        given.channelOrder()
                .ifPresent(order ->
                        settings.option("model.channel-order", order.name().toLowerCase(Locale.ROOT)));
        imageSize.or(() -> crop).ifPresent(size -> settings.option("data.image-size", size));
        preprocess(settings, given, source, imageSize.or(() -> crop));
        freeze.ifPresent(part -> settings.quoted("model.freeze", part));
        epochs.ifPresent(n -> settings.option("train.epochs", n));
        batchSize.ifPresent(n -> settings.option("train.batch-size", n));
        lr.ifPresent(rate -> settings.option("optimizer.lr", rate));
        labels.addTo(settings);
        run.addTo(settings);
        run.setStallLimit(stall.limit());
        RunOptions.Recipes recipes =
                (options, shown, stop) -> FinetuneRecipe.of(from, file(), settings.all(), time, options, shown, stop);
        if (validation.isPresent() && !plan) {
            run.crossValidate(recipes, validation.get(), NAMES, spec, start.overwrite(), start.offline());
        } else {
            run.run(recipes, plan, NAMES, spec, start.overwrite(), start.offline());
        }
        return ExitCode.OK;
    }

    private Optional<CrossValidation.Plan> validation() {
        if (time.isPresent() && (folds.isPresent() || repeat.isPresent())) {
            throw new UsageException(
                    "--time fits a single run into a time; leave it out with --folds and --repeat, and say"
                            + " how long each run is with --epochs");
        }
        if (folds.isPresent() && folds.get() < 2) {
            throw new UsageException("--folds must be at least 2, got " + folds.get());
        }
        if (repeat.isPresent() && repeat.get() < 1) {
            throw new UsageException("--repeat must be at least 1, got " + repeat.get());
        }
        int often = repeat.orElse(1);
        return folds.isPresent() || often > 1
                ? Optional.of(new CrossValidation.Plan(folds.orElse(1), often))
                : Optional.empty();
    }

    private void preprocess(
            Settings settings,
            ModelRequest.Preparation given,
            Optional<SourceModel> source,
            Optional<Integer> imageSize) {
        Preprocessing known =
                given.over(source.map(found -> found.card().preprocessing()).orElse(FinetuneRecipe.IMAGENET));
        if (given.mean().isPresent() || given.std().isPresent()) {
            settings.option("data.normalize.mean", known.mean());
            settings.option("data.normalize.std", known.std());
        }
        if (given.resize().isPresent()) {
            int size = imageSize
                    .or(() -> source.map(found -> found.card().input().height()))
                    .orElseGet(() -> Zoo.find(model).input().height());
            settings.option(
                    "data.eval",
                    String.format(
                            Locale.ROOT,
                            "[{resize: {size: %d, interpolation: %s}}, {center-crop: {size: %d}}]",
                            given.resize().getAsInt(),
                            known.interpolation(),
                            size));
        }
    }

    /** The recipe's file, unless it is chosen by the images. */
    private Optional<Path> file() {
        return recipe.filter(named -> !named.equals(AUTO)).map(Shipped::find);
    }

    private Optional<Path> fileOfWeights() {
        return weights.or(() -> ModelRequest.isFile(model) ? Optional.of(Path.of(model)) : Optional.empty());
    }

    /** Random weights have none. */
    private Optional<SourceModel> source(DownloadOptions download, ProgressView view) {
        boolean named = !ModelRequest.isFile(model);
        if (weights.isPresent() && !named) {
            throw new UsageException("--model and --weights are both files; leave one out");
        }
        if (weights.isEmpty() && named && ModelName.parse(model).tag().isEmpty()) {
            Zoo.find(model);
            if (reading.map().isPresent()
                    || reading.set() == WeightSet.AVERAGED
                    || preparation.preparation().channelOrder().isPresent()) {
                throw new UsageException("--map, --ema and --channel-order say how to read weights, but " + model
                        + " starts from random ones; give --weights FILE or a published name");
            }
            return Optional.empty();
        }
        ModelRequest request = ModelRequest.of(model)
                .withWeights(weights)
                .withSet(reading.set())
                .withMap(reading.map())
                .withHead(new ModelRequest.Head.Any())
                .withPreparation(preparation.preparation())
                .withOptions(run.network());
        List<String> remarks = new ArrayList<>(); // the run makes them too, once it begins
        try {
            SourceModel source = SourceModel.open(request, download, remarks::add);
            if (file().isEmpty()) { // a recipe says itself what happens to the images
                source.assumed().ifPresent(assumed -> view.line(assumed + PreparationOptions.HINT));
            }
            return Optional.of(source);
        } catch (BadWeightsException e) {
            remarks.forEach(view::line);
            throw e;
        }
    }

    private void requireUsable(String option, int size) {
        if (size < 1 || size > DataConfig.LARGEST_IMAGE) {
            throw new UsageException(option + " must be 1 to " + DataConfig.LARGEST_IMAGE + ", got " + size);
        }
        if (file().isPresent()) {
            throw new UsageException(option + " and " + file().get() + " both set the image size; leave out " + option
                    + " and edit the file, or use --set data.image-size=..., data.augment=... and"
                    + " data.eval=...");
        }
    }

    private void requireUsable(ModelRequest.Preparation given) {
        boolean steps = given.resize().isPresent()
                || given.crop().isPresent()
                || given.interpolation().isPresent();
        if (steps && file().isPresent()) {
            throw new UsageException("--resize, --crop or --interpolation and " + file().get()
                    + " both set the preprocessing; leave out the options and edit the file, or use --set"
                    + " data.eval=...");
        }
        if (given.crop().isPresent() && imageSize.isPresent()) {
            throw new UsageException("--crop and --image-size both set the image size; leave one out");
        }
        given.crop().ifPresent(size -> requireUsable("--crop", size));
    }
}
