package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.ModelConfig;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.CrossValidation;
import io.github.resnet4j.finetune.run.FinetuneRecipe;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What every command that trains understands. */
final class RunOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Override a configuration key, e.g. train.epochs=2; repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Mixin
    private NetworkOptions network;

    @Option(names = "--resume", description = "Resume from the newest valid checkpoint in the run's folder.")
    private boolean resume;

    @Option(
            names = "--beside",
            paramLabel = "RUN",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description =
                    "Compare with a complete run on the same validation images in the report; its folder; repeatable.")
    private List<Path> beside = new ArrayList<>();

    @Mixin
    private OutputOptions output;

    @Mixin
    private EngineOption engine;

    @Mixin
    private FolderReading reading;

    private Duration stallLimit = StallOption.DEFAULT;

    /**
     * What a command calls the keys that its options set.
     *
     * @param own the options that not every command has that trains
     */
    static KeyNames names(Map<String, String> own) {
        Map<String, String> all = new HashMap<>(own);
        all.putAll(FolderReading.KEYS);
        all.putAll(LabelsOption.KEYS);
        all.put("engine", "--engine");
        return new KeyNames(all);
    }

    /** Sets the keys that these options set. */
    void addTo(Settings settings) {
        reading.addTo(settings);
        settings.set(overrides);
        settings.addAll(ModelConfig.settings(network.map()));
        engine.engine().ifPresent(name -> settings.option("engine", name.key()));
    }

    /** Takes a training in this process to stand still after so long without progress. */
    void setStallLimit(Duration limit) {
        stallLimit = limit;
    }

    /** Whether an earlier run is to go on. */
    boolean resumes() {
        return resume;
    }

    /** The network options on the command line. */
    Map<String, String> network() {
        return network.map();
    }

    /** Where progress and remarks are shown. */
    ProgressView view() {
        return output.view();
    }

    /** Finds what to train with; that may take a while. */
    interface Recipes {
        FinetuneRecipe recipe(TrainingRun.Options options, ProgressView view, BooleanSupplier stop);
    }

    /** Trains and prints the outcome. */
    TrainingRun.Summary run(
            ConfigLoader.Loaded loaded, KeyNames names, CommandSpec spec, boolean overwrite, boolean offline)
            throws IOException {
        return run((options, view, stop) -> FinetuneRecipe.of(loaded), false, names, spec, overwrite, offline)
                .orElseThrow();
    }

    /** Trains on a cluster and prints the outcome. */
    void run(
            ConfigLoader.Loaded loaded,
            KeyNames names,
            CommandSpec spec,
            boolean overwrite,
            boolean offline,
            TrainingCluster cluster)
            throws IOException {
        train(
                (options, view, stop) -> FinetuneRecipe.of(loaded),
                false,
                names,
                spec,
                overwrite,
                offline,
                Optional.of(cluster),
                finished -> print(finished, names, spec));
    }

    /** Trains what the reports of later runs show beside them; prints nothing. */
    TrainingRun.Summary trainToCompareWith(
            ConfigLoader.Loaded loaded, KeyNames names, CommandSpec spec, boolean overwrite, boolean offline)
            throws IOException {
        TrainingRun.Summary summary = train(
                        (options, view, stop) -> FinetuneRecipe.of(loaded),
                        false,
                        names,
                        spec,
                        overwrite,
                        offline,
                        Optional.empty(),
                        finished -> {})
                .summary
                .orElseThrow();
        beside.add(summary.folder());
        return summary;
    }

    /**
     * The same by a recipe.
     *
     * @param planOnly print it, and train nothing
     * @return absent if nothing was to be trained
     */
    Optional<TrainingRun.Summary> run(
            Recipes recipes, boolean planOnly, KeyNames names, CommandSpec spec, boolean overwrite, boolean offline)
            throws IOException {
        return train(
                        recipes,
                        planOnly,
                        names,
                        spec,
                        overwrite,
                        offline,
                        Optional.empty(),
                        finished -> print(finished, names, spec))
                .summary;
    }

    private void print(Finished finished, KeyNames names, CommandSpec spec) {
        PrintWriter out = spec.commandLine().getOut();
        finished.summary.ifPresentOrElse(
                summary -> print(summary, finished.recipe, names, out), () -> print(finished.recipe, out));
    }

    /** A recipe, and what came of it if it was not only a plan. */
    private record Finished(FinetuneRecipe recipe, Optional<TrainingRun.Summary> summary) {}

    /** @param shown prints what came of it, before a process that was asked to end meanwhile may do so */
    private Finished train(
            Recipes recipes,
            boolean planOnly,
            KeyNames names,
            CommandSpec spec,
            boolean overwrite,
            boolean offline,
            Optional<TrainingCluster> cluster,
            Consumer<Finished> shown)
            throws IOException {
        ProgressView view = view();
        TrainingRun.Options options = options(names, spec, overwrite, offline, view);
        try (Stop stop = new Stop()) {
            FinetuneRecipe recipe = recipes.recipe(options, view, stop);
            if (planOnly) {
                Finished plan = new Finished(recipe, Optional.empty());
                shown.accept(plan);
                return plan;
            }
            recipe.lines().forEach(view::line);
            try {
                Finished finished = new Finished(recipe, Optional.of(execute(recipe, options, view, stop, cluster)));
                shown.accept(finished);
                return finished;
            } catch (StoppedException e) {
                // Before the stop is closed, which lets the JVM end.
                view.line(
                        e.begun()
                                ? "stopped; the checkpoint is saved, continue with --resume"
                                : "stopped before the first checkpoint; the same command with --resume starts from the beginning");
                throw e;
            }
        }
    }

    private TrainingRun.Summary execute(
            FinetuneRecipe recipe,
            TrainingRun.Options options,
            ProgressView view,
            Stop stop,
            Optional<TrainingCluster> cluster)
            throws IOException {
        if (cluster.isPresent()) {
            // This process only waits while others compute; Spark watches those.
            return TrainingRun.execute(recipe, options, view, stop, cluster.get());
        }
        try (StallWatch watched = StallWatch.over(view, stallLimit)) {
            return TrainingRun.execute(recipe, options, watched, stop);
        }
    }

    /** Trains several times and prints what that tells. */
    void crossValidate(
            Recipes recipes,
            CrossValidation.Plan plan,
            KeyNames names,
            CommandSpec spec,
            boolean overwrite,
            boolean offline)
            throws IOException {
        if (!beside.isEmpty()) {
            throw new UsageException("--beside compares single runs, which a cross-validation is not; leave it out");
        }
        ProgressView view = view();
        TrainingRun.Options options = options(names, spec, overwrite, offline, view);
        try (Stop stop = new Stop()) {
            FinetuneRecipe recipe = recipes.recipe(options, view, stop);
            recipe.lines().forEach(view::line);
            try (StallWatch watched = StallWatch.over(view, stallLimit)) {
                print(
                        CrossValidation.execute(recipe.loaded(), plan, options, watched, stop),
                        spec.commandLine().getOut());
            } catch (StoppedException e) {
                view.line("stopped; everything is saved, continue with --resume");
                throw e;
            }
        }
    }

    private TrainingRun.Options options(
            KeyNames names, CommandSpec spec, boolean overwrite, boolean offline, ProgressView view) {
        List<String> commandLine = new ArrayList<>(List.of("resnet4j"));
        commandLine.addAll(spec.commandLine().getParseResult().originalArgs());
        return new TrainingRun.Options(
                resume,
                overwrite,
                commandLine,
                Fetching.options(view).withOffline(offline),
                names,
                CacheFolder.standard(),
                beside);
    }

    private void print(CrossValidation.Outcome outcome, PrintWriter out) {
        if (output.json()) {
            out.println(Json.text(outcome.json()));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s: top-1 %s (95 %% interval %s to %s), loss %s ± %s, on %,d images; %s ± %.1f s for a run%n",
                    outcome.plan().words(),
                    outcome.top1().percent(),
                    Numbers.percent(outcome.top1Interval().low()),
                    Numbers.percent(outcome.top1Interval().high()),
                    Numbers.loss(outcome.loss().mean()),
                    Numbers.loss(outcome.loss().deviation()),
                    outcome.images(),
                    Numbers.duration(outcome.seconds().mean()),
                    outcome.seconds().deviation());
            if (outcome.learnt() && !outcome.labels().isEmpty()) {
                out.printf(
                        "labels to check: %s, in %s%n",
                        outcome.labels().size(), outcome.folder().resolve("labels-to-check.csv"));
            }
            out.printf("report: %s%n", outcome.folder().resolve("report.html"));
            outcome.model()
                    .ifPresent(model -> out.printf(
                            "model:  %s (trained on all images)%n",
                            model.folder().resolve("model.zip")));
        }
        out.flush();
    }

    /** Which epoch the model is of, and what the last one achieved. */
    private static String epoch(TrainingRun.Summary summary) {
        EpochRow last = summary.last();
        String early = summary.stoppedEarly() ? " as it stopped early" : "";
        return summary.model().equals(last)
                ? String.format(Locale.ROOT, " (epoch %d, the last%s)", last.epoch(), early)
                : String.format(
                        Locale.ROOT,
                        " (epoch %d, the best; last.zip: epoch %d, the last%s, with %s)",
                        summary.model().epoch(),
                        last.epoch(),
                        early,
                        last.main()
                                .map(metric -> OtherTask.words(metric, last.val(metric)))
                                .orElseGet(() -> "loss " + Numbers.loss(last.valLoss())));
    }

    private static String measured(TrainingRun.Summary summary) {
        StringBuilder words = new StringBuilder();
        summary.metrics().forEach((metric, value) -> {
            if (!Double.isNaN(value)) {
                words.append(OtherTask.words(metric, value)).append(", ");
            }
        });
        return String.format(
                Locale.ROOT,
                "%sloss %.4f%s",
                words,
                summary.loss(),
                summary.alreadyComplete()
                        ? ""
                        : String.format(Locale.ROOT, " on %,d %s", summary.images(), summary.samples()));
    }

    /** Only what was trained in this process has one. */
    private static String speed(TrainingRun.Summary summary) {
        return summary.alreadyComplete() || summary.imagesPerSecond() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; trained at %s %s/s, %.1f %% waiting for data",
                        Numbers.speed(summary.imagesPerSecond()),
                        summary.trainingSamples(),
                        100 * summary.dataWaitShare());
    }

    private void print(FinetuneRecipe recipe, PrintWriter out) {
        if (output.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("evidence", recipe.evidence());
            object.put("recipe", recipe.choices());
            object.put("config", recipe.loaded().resolvedYaml());
            out.println(Json.text(object));
        } else {
            recipe.lines().forEach(out::println);
        }
        out.flush();
    }

    /** Of up to five classes, all are among the five most probable. */
    private static Double number(Metric metric, double value) {
        return !Double.isNaN(value) ? Double.valueOf(value) : metric.equals(Metric.TOP5) ? 1.0 : null;
    }

    /** {@code lastTop1}. */
    private static String last(Metric metric) {
        return "last" + Character.toUpperCase(metric.key().charAt(0))
                + metric.key().substring(1);
    }

    private void print(TrainingRun.Summary summary, FinetuneRecipe recipe, KeyNames names, PrintWriter out) {
        if (output.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("run", summary.name());
            object.put("folder", summary.folder().toString());
            object.put("alreadyComplete", summary.alreadyComplete());
            summary.metrics().forEach((metric, value) -> object.put(metric.key(), number(metric, value)));
            object.put("loss", summary.loss());
            object.put("modelEpoch", summary.model().epoch());
            summary.last()
                    .main()
                    .ifPresent(metric -> object.put(last(metric), summary.last().val(metric)));
            object.put("lastLoss", summary.last().valLoss());
            object.put("images", summary.images());
            object.put("epochs", summary.epochs());
            object.put("stoppedEarly", summary.stoppedEarly());
            object.put("iterations", summary.iterations());
            object.put("seconds", summary.seconds());
            object.put("imagesPerSecond", summary.imagesPerSecond());
            object.put("dataWaitShare", summary.dataWaitShare());
            object.put("parameters", summary.parameters());
            object.put("engine", summary.engine().running().key());
            summary.engine()
                    .evaluation()
                    .ifPresent(other ->
                            object.put("evaluationEngine", other.running().key()));
            if (!recipe.choices().isEmpty()) {
                object.put("evidence", recipe.evidence());
                object.put("recipe", recipe.choices());
            }
            out.println(Json.text(object));
        } else {
            if (summary.alreadyComplete()) {
                out.printf(
                        Locale.ROOT,
                        "the run is complete (%s), and nothing was changed; to train further, resume with %s%n",
                        Numbers.count(summary.epochs(), "epoch", "epochs"),
                        summary.stoppedEarly()
                                ? names.setting("train.patience", "N (more than it was)")
                                : names.setting("train.epochs", "N (more than " + summary.epochs() + ")"));
            }
            out.printf(
                    Locale.ROOT,
                    "%s%s%nreport: %s%nmodel:  %s%s%n",
                    measured(summary),
                    speed(summary),
                    summary.folder().resolve("report.html"),
                    summary.folder().resolve("model.zip"),
                    epoch(summary));
        }
        out.flush();
    }
}
