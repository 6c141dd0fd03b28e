package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.finetune.model.EvaluationSteps;
import io.github.resnet4j.finetune.recipe.AutoRecipe;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.recipe.Evidence;
import io.github.resnet4j.finetune.recipe.Given;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The configuration of a fine-tuning: that of a file, of an interrupted run, or chosen for the images, the model and the machine. */
public final class FinetuneRecipe {
    /** Without weights that say otherwise, the evaluation crop is 7/8 of the resized image, as 224 is of 256 (Krizhevsky et al. 2012, section 4.1). */
    private static final double CROP_SHARE = 0.875;

    /** What torchvision's networks expect. */
    public static final Preprocessing IMAGENET = new Preprocessing(
            OptionalInt.empty(),
            OptionalInt.empty(),
            "bilinear",
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    private final ConfigLoader.Loaded loaded;
    private final List<Choice> choices;
    private final List<String> evidence;
    private final List<String> remarks;
    private final Optional<ResolvedRun> resolved;

    private FinetuneRecipe(
            ConfigLoader.Loaded loaded,
            List<Choice> choices,
            List<String> evidence,
            List<String> remarks,
            Optional<ResolvedRun> resolved) {
        this.loaded = loaded;
        this.choices = List.copyOf(choices);
        this.evidence = List.copyOf(evidence);
        this.remarks = List.copyOf(remarks);
        this.resolved = resolved;
    }

    /**
     * What a fine-tuning starts from.
     *
     * @param model what the user calls it
     * @param architecture the network
     * @param card of the weights; random ones have none
     */
    public record Start(String model, Architecture architecture, Optional<ModelCard> card) {
        /** Weights. */
        public static Start of(String model, ModelCard card) {
            return new Start(model, Zoo.find(card.architecture()), Optional.of(card));
        }

        private Preprocessing preprocessing() {
            return card.map(ModelCard::preprocessing).orElse(IMAGENET);
        }

        private int size() {
            return card.map(known -> known.input().height())
                    .orElse(architecture.input().height());
        }
    }

    /** A configuration as it is. */
    public static FinetuneRecipe of(ConfigLoader.Loaded loaded) {
        return new FinetuneRecipe(loaded, List.of(), List.of(), List.of(), Optional.empty());
    }

    /**
     * The recipe of a file, or {@link #auto} without one.
     *
     * @throws UsageException as {@code auto}, and if a time is given for a recipe that has a plan of its own
     */
    public static FinetuneRecipe of(
            Start start,
            Optional<Path> file,
            List<Setting> settings,
            Optional<Duration> time,
            TrainingRun.Options options,
            ProgressView view,
            BooleanSupplier stop) {
        if (file.isEmpty()) {
            return auto(start, settings, time, options, view, stop);
        }
        if (time.isPresent()) {
            throw new UsageException("--time: only the recipe auto fits itself into a time; " + file.get()
                    + " says itself how long it trains; leave out one of them");
        }
        return of(ConfigLoader.load(file.get(), settings));
    }

    /**
     * Chooses what the user does not set, by what is measured of the images, the weights and the machine. A run to resume goes
     * on with what was chosen for it.
     *
     * @param settings of the user, with the name, the data and the model
     * @param time that the run may take
     * @param stop polled while measuring
     * @throws UsageException if the settings do not fit the data or the model, if the run's folder holds another run, and if
     *     nothing can be done in the time
     * @throws io.github.resnet4j.finetune.config.ConfigException with every setting that is wrong
     * @throws io.github.resnet4j.finetune.train.StoppedException if asked to stop
     */
    private static FinetuneRecipe auto(
            Start start,
            List<Setting> settings,
            Optional<Duration> time,
            TrainingRun.Options options,
            ProgressView view,
            BooleanSupplier stop) {
        long began = System.nanoTime();
        RunConfig asked = parse(start, start.size(), List.of(), settings);
        int size = asked.data().imageSize().orElse(start.size());
        asked = parse(start, size, List.of(), settings);
        Path folder = asked.output().dir().resolve(asked.name());
        RunFolder.requirePossible(folder, options.names());
        RunFolder.requireFree(folder, options.resume(), options.overwrite(), options.names());
        Path saved = folder.resolve("config.yaml");
        if (options.resume() && Files.exists(saved)) {
            if (time.isPresent()) {
                throw new UsageException("--time: the run in " + folder
                        + " has its plan; leave out --time to resume it, or" + " start over with --overwrite");
            }
            return of(ConfigLoader.load(saved, settings));
        }
        List<String> remarks = new ArrayList<>();
        ResolvedRun task = ResolvedRun.open(asked, options.download(), options.names(), remarks::add);
        OneDnn.enable();
        Given given = given(settings, asked, size);
        Evidence evidence = evidence(start, task, settings, given, view, stop);
        Optional<Double> seconds = time.map(whole -> whole.toMillis() / 1e3 - (System.nanoTime() - began) / 1e9);
        AutoRecipe recipe;
        try {
            recipe = AutoRecipe.choose(evidence, given, seconds);
        } catch (AutoRecipe.TooShort e) {
            double least = Math.ceil((e.seconds() + (System.nanoTime() - began) / 1e9) / 60);
            throw new UsageException(String.format(
                    Locale.ROOT,
                    "--time: on this machine, even the shortest plan takes about %s; give at least %.0fm, a smaller model"
                            + " or fewer images (%s)",
                    Numbers.duration(e.seconds()),
                    least,
                    options.names().setting("data.limit", "N")));
        }
        RunConfig own = parse(start, recipe.size(), recipe.choices(), List.of());
        RunConfig config = parse(start, recipe.size(), recipe.choices(), settings);
        List<Choice> choices = recipe.choices().stream()
                .map(choice -> settled(choice, given, own, config))
                .toList();
        return new FinetuneRecipe(
                new ConfigLoader.Loaded(config, config.toYaml()),
                choices,
                evidence.words(recipe.seconds()),
                remarks,
                Optional.of(task));
    }

    /** A choice as the configuration has it: the user's settings come last. */
    private static Choice settled(Choice choice, Given given, RunConfig own, RunConfig config) {
        Optional<String> value = config.value(choice.key());
        return given.has(choice.key()) || !value.equals(own.value(choice.key()))
                ? choice.overridden(value.orElse("none"))
                : choice.written(value.orElse("none"));
    }

    private static Evidence evidence(
            Start start,
            ResolvedRun task,
            List<Setting> settings,
            Given given,
            ProgressView view,
            BooleanSupplier stop) {
        Survey survey = new Survey(view, stop);
        Evidence.Images images = Survey.images(task.images("the recipe auto"));
        Evidence.Model model =
                Survey.model(task, start.size(), start.preprocessing().interpolation());
        List<Evidence.Probe> probes = new ArrayList<>();
        for (int size : AutoRecipe.sizes(images, model, given)) {
            RunConfig config = parse(start, size, List.of(), settings);
            PreparedRun prepared = PreparedRun.of(task.at(config), config);
            survey.probe(prepared, config).ifPresent(probes::add);
            NetworkGraph.close(prepared.graph());
        }
        Evidence without = new Evidence(images, model, probes, Optional.empty());
        int size = AutoRecipe.size(without, given);
        RunConfig config = parse(
                start, size, List.of(Choice.of("train.batch-size", AutoRecipe.batchSize(images, given), "")), settings);
        PreparedRun prepared = PreparedRun.of(task.at(config), config);
        Evidence.Speed speed = survey.speed(prepared, config);
        NetworkGraph.close(prepared.graph());
        return without.with(speed);
    }

    private static Given given(List<Setting> settings, RunConfig asked, int size) {
        Set<String> keys = settings.stream()
                .map(Setting::assignment)
                .map(assignment ->
                        assignment.substring(0, assignment.indexOf('=')).strip())
                .collect(Collectors.toSet());
        return new Given(
                keys,
                size,
                asked.train().batchSize(),
                asked.train().epochs(),
                asked.model().freeze(),
                asked.data().featureCache() > 0 && asked.engine() != Engine.DL4J);
    }

    /** What to train with. */
    public ConfigLoader.Loaded loaded() {
        return loaded;
    }

    /** What was chosen, and why; nothing of a configuration as it is. */
    public List<Choice> choices() {
        return choices;
    }

    /** What the choices are made by, in sentences. */
    public List<String> evidence() {
        return evidence;
    }

    /** What was done or assumed to interpret the weights. */
    List<String> remarks() {
        return remarks;
    }

    /** Images and weights, if they have been opened. */
    Optional<ResolvedRun> resolved() {
        return resolved;
    }

    /** Evidence and choices, line by line; nothing of a configuration as it is. */
    public List<String> lines() {
        return Stream.concat(evidence.stream(), Choice.table(choices).stream()).toList();
    }

    /** What a run on a folder of images is called, unless it is given a name. */
    public static String runName(Path data) {
        Path folder = data.toAbsolutePath().normalize().getFileName();
        String clean = folder == null ? "" : folder.toString().replaceAll("[^A-Za-z0-9._-]+", "-");
        return "finetune-" + (clean.isEmpty() ? "data" : clean);
    }

    /** From images of any size to the input of a network that was never evaluated before. */
    static List<Transform> steps(int size) {
        return List.of(new Resize((int) Math.round(size / CROP_SHARE), Interpolation.BILINEAR), new CenterCrop(size));
    }

    /** What no rule chooses, and whatever a configuration must have, under the choices and the user's settings. */
    static RunConfig parse(Start start, int size, List<Choice> choices, List<Setting> settings) {
        Preprocessing known = start.preprocessing();
        List<Transform> steps =
                start.card().map(card -> EvaluationSteps.of(card, size)).orElseGet(() -> steps(size));
        String yaml = String.format(
                Locale.ROOT,
                """
                name: finetune
                model: {name: %s}
                data:
                  dataset: folder
                  image-size: %d
                  augment:
                    - random-resized-crop: {size: %d, min-scale: 0.35, interpolation: %s}
                    - horizontal-flip: {p: 0.5}
                  eval: %s
                  normalize: {mean: %s, std: %s}
                  on-bad-image: skip
                train: {epochs: 10, batch-size: 32}
                optimizer: {type: sgd, lr: 0.01, momentum: 0.9, weight-decay: 1e-4}
                schedule: {type: cosine, warmup: {epochs: 1, factor: 0.1}}
                """,
                start.architecture().name(),
                size,
                size,
                known.interpolation(),
                steps.stream().map(FinetuneRecipe::step).toList(),
                known.mean(),
                known.std());
        List<Setting> all = Stream.concat(
                        choices.stream().map(choice -> Setting.set(choice.key() + "=" + choice.value())),
                        settings.stream())
                .toList();
        return ConfigLoader.parse(yaml, "the recipe for " + start.model(), all).config();
    }

    private static String step(Transform step) {
        return step instanceof Resize resize
                ? "{resize: {size: " + resize.size() + ", interpolation: "
                        + resize.interpolation().name().toLowerCase(Locale.ROOT) + "}}"
                : "{center-crop: {size: " + ((CenterCrop) step).size() + "}}";
    }
}
