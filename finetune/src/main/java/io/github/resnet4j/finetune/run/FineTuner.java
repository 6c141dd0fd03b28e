package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.pretrained.ModelName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Fine-tunes a model on a folder of images, as the command {@code finetune} does: the same defaults, the same folder with
 * model and report. Each method returns another fine-tuner, with one thing set; this one stays as it is.
 *
 * <p>{@link TrainingRun} is what it uses, and takes any configuration.
 */
public final class FineTuner {
    private final Path data;
    private final Start start;
    private final List<Setting> settings;
    private final TrainingRun.Options options;
    private final ProgressView view;
    private final BooleanSupplier stop;

    /** What to start from, by which recipe (none is {@code auto}), and how long that may take. */
    private record Start(String model, Optional<Path> weights, Optional<Path> recipe, Optional<Duration> time) {}

    private FineTuner(
            Path data,
            Start start,
            List<Setting> settings,
            TrainingRun.Options options,
            ProgressView view,
            BooleanSupplier stop) {
        this.data = data;
        this.start = start;
        this.settings = List.copyOf(settings);
        this.options = options;
        this.view = view;
        this.stop = stop;
    }

    /**
     * Learns to tell classes apart, starting from ResNet-18 with random weights. The results go to {@code
     * runs/finetune-DATA}.
     *
     * @param data a folder with one folder of images for each class, or with {@code train} and {@code val} of these
     */
    public static FineTuner on(Path data) {
        return new FineTuner(
                data,
                new Start("resnet18", Optional.empty(), Optional.empty(), Optional.empty()),
                List.of(),
                new TrainingRun.Options(
                        false,
                        false,
                        List.of(FineTuner.class.getSimpleName()),
                        DownloadOptions.standard(),
                        KeyNames.NONE,
                        CacheFolder.standard()),
                ProgressView.lines(new PrintStream(OutputStream.nullOutputStream())),
                () -> false);
    }

    /**
     * Starts from a model.
     *
     * @param model a published name ({@code resnet18.tv_in1k}), whose weights are downloaded once; the path of a {@code
     *     model.zip} or of any weights; or a name of the zoo, for random weights
     */
    public FineTuner model(String model) {
        return with(new Start(model, Optional.empty(), start.recipe, start.time));
    }

    /**
     * Starts from a network of the zoo with weights from a file.
     *
     * @param architecture a name of the zoo, {@code resnet18}
     * @param weights safetensors, PyTorch's or Keras' formats, ONNX
     */
    public FineTuner model(String architecture, Path weights) {
        return with(new Start(architecture, Optional.of(weights), start.recipe, start.time));
    }

    /**
     * Takes everything else from a configuration file, such as those of {@code configs/finetune}, and chooses nothing by the
     * images.
     */
    public FineTuner recipe(Path file) {
        return with(new Start(start.model, start.weights, Optional.of(file), start.time));
    }

    /** Chooses a recipe that ends within a time, from the call of {@link #run} on. */
    public FineTuner time(Duration most) {
        return with(new Start(start.model, start.weights, start.recipe, Optional.of(most)));
    }

    private FineTuner with(Start other) {
        return new FineTuner(data, other, settings, options, view, stop);
    }

    /** Freezes everything up to and including a stage ({@code layer3}), block or layer. */
    public FineTuner freeze(String part) {
        return set("model.freeze=" + quoted(part));
    }

    /**
     * Takes the labels from a CSV, a path and a label in each line ({@link io.github.resnet4j.datasets.LabelFile}), and not from
     * folders.
     */
    public FineTuner labels(Path csv) {
        return set("data.labels=" + quoted(csv.toString()));
    }

    /** Trains for so many epochs. */
    public FineTuner epochs(int epochs) {
        return set("train.epochs=" + epochs);
    }

    /** Writes {@code folder/name}. */
    public FineTuner output(Path folder, String name) {
        return set("output.dir=" + quoted(folder.toString()), "name=" + quoted(name));
    }

    /**
     * Sets any keys of the configuration; later settings win.
     *
     * @param assignments {@code KEY=VALUE} as of {@code --set}, values as in YAML: {@code train.ema-decay=0.99}
     */
    public FineTuner set(String... assignments) {
        List<Setting> all = new ArrayList<>(settings);
        for (String assignment : assignments) {
            all.add(Setting.set(assignment));
        }
        return new FineTuner(data, start, all, options, view, stop);
    }

    /** Goes on from the newest checkpoint, if the run's folder has one. */
    public FineTuner resume() {
        return with(new TrainingRun.Options(
                true, false, options.commandLine(), options.download(), options.names(), options.cache()));
    }

    /** Replaces an earlier run in the run's folder. */
    public FineTuner overwrite() {
        return with(new TrainingRun.Options(
                false, true, options.commandLine(), options.download(), options.names(), options.cache()));
    }

    private FineTuner with(TrainingRun.Options other) {
        return new FineTuner(data, start, settings, other, view, stop);
    }

    /** Shows the progress: {@code ProgressView.lines(System.out)} prints a line for every epoch. */
    public FineTuner progress(ProgressView other) {
        return new FineTuner(data, start, settings, options, other, stop);
    }

    /** Stops, with a checkpoint, soon after {@code asked} returns true; it is asked after every step. */
    public FineTuner stopWhen(BooleanSupplier asked) {
        return new FineTuner(data, start, settings, options, view, asked);
    }

    /**
     * Trains.
     *
     * @return accuracies, and the folder with {@code model.zip} and {@code report.html}
     * @throws UsageException if data, model, settings and time do not fit each other, or the run's folder holds another run
     * @throws io.github.resnet4j.finetune.config.ConfigException with every setting that is wrong
     * @throws io.github.resnet4j.datasets.BadDataException if the images cannot be used
     * @throws io.github.resnet4j.zoo.UnknownModelException if there is no such model
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the weights cannot be read
     * @throws io.github.resnet4j.finetune.train.StoppedException if it was asked to stop; it can be resumed
     * @throws io.github.resnet4j.finetune.train.DivergedException if the loss is no longer finite
     * @throws IOException if the run's folder cannot be written
     */
    public TrainingRun.Summary run() throws IOException {
        return TrainingRun.execute(recipe(), options, view, stop);
    }

    /**
     * Finds out by cross-validation how good a model of all images is, and trains that: {@link CrossValidation}.
     *
     * @param folds at least 2; or 1, for repetitions with a share of the images held out
     * @param repeats how often, at least 1
     * @throws UsageException and others as {@link #run}
     * @throws IOException if the folder cannot be written
     */
    public CrossValidation.Outcome crossValidate(int folds, int repeats) throws IOException {
        return CrossValidation.execute(
                recipe().loaded(), new CrossValidation.Plan(folds, repeats), options, view, stop);
    }

    private FinetuneRecipe recipe() {
        boolean file = ModelRequest.isFile(start.model);
        if (file && start.weights.isPresent()) {
            throw new UsageException(start.model + " and " + start.weights.get()
                    + " are both files; name a network of the zoo with the weights, or give the model alone");
        }
        Optional<Path> weights = start.weights.or(() -> file ? Optional.of(Path.of(start.model)) : Optional.empty());
        FinetuneRecipe.Start from = from(weights);
        List<Setting> all = new ArrayList<>();
        all.add(Setting.set("name=" + quoted(FinetuneRecipe.runName(data))));
        all.add(Setting.set("data.dir=" + quoted(data.toString())));
        all.add(Setting.set(
                "model.name=" + quoted(weights.isPresent() ? from.architecture().name() : start.model)));
        weights.ifPresent(path -> all.add(Setting.set("model.weights=" + quoted(path.toString()))));
        all.addAll(settings);
        FinetuneRecipe recipe = FinetuneRecipe.of(from, start.recipe, all, start.time, options, view, stop);
        recipe.lines().forEach(view::line);
        return recipe;
    }

    private FinetuneRecipe.Start from(Optional<Path> weights) {
        if (weights.isEmpty() && ModelName.parse(start.model).tag().isEmpty()) {
            return new FinetuneRecipe.Start(start.model, Zoo.find(start.model), Optional.empty());
        }
        ModelRequest request =
                ModelRequest.of(start.model).withWeights(start.weights).withHead(new ModelRequest.Head.Any());
        SourceModel source = SourceModel.open(request, options.download(), remark -> {}); // the run makes them, too
        return FinetuneRecipe.Start.of(start.model, source.card());
    }

    /** As YAML, which nothing in the text can end. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
