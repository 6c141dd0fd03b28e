package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.ExpectConfig;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.OptimizerConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.quality.LabelErrors;
import io.github.resnet4j.finetune.quality.NearDuplicates;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.Charts;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ExecutorLog;
import io.github.resnet4j.finetune.report.HtmlReport;
import io.github.resnet4j.finetune.report.JsonReport;
import io.github.resnet4j.finetune.report.Judgement;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.ModelCardText;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.Prediction;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.report.Provenance;
import io.github.resnet4j.finetune.report.RunFacts;
import io.github.resnet4j.finetune.report.RunOutcome;
import io.github.resnet4j.finetune.report.RunReport;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Writes a finished run's provenance, charts and report. */
final class RunReporter {
    private static final int GALLERY = 24;
    private static final int TOP_LOSSES = 12;
    private static final int BEST = 12;
    private static final int MOST_SUSPECTS = 12;
    private static final int MOST_TWINS = 12;
    private static final int THUMBNAIL = 96;
    /** Images between two reports of progress. */
    private static final int STEP = 50;

    private final ConfigLoader.Loaded loaded;
    private final RunConfig config;
    private final PreparedRun start;
    private final Instant started;
    private final List<String> commandLine;
    private final Backend backend;
    private final List<String> skipped;
    private final List<RunOutcome> others;
    private final List<Choice> choices;
    private final Optional<CrossValidated> known;

    RunReporter(
            ConfigLoader.Loaded loaded,
            PreparedRun start,
            Instant started,
            List<String> commandLine,
            Backend backend,
            List<String> skipped,
            List<RunOutcome> others,
            List<Choice> choices,
            Optional<CrossValidated> known) {
        this.known = known;
        this.loaded = loaded;
        this.config = loaded.config();
        this.start = start;
        this.started = started;
        this.commandLine = commandLine;
        this.backend = backend;
        this.skipped = skipped;
        this.others = others;
        this.choices = choices;
    }

    /**
     * Calibrates {@code model.zip} and writes what is to be told of it: {@code provenance.json}, {@code curves.png},
     * {@code confusion.png}, {@code MODEL_CARD.md}, {@code report.json} and, last, {@code report.html}.
     *
     * @param result of the model on the validation images
     */
    void write(
            Path folder,
            TrainingRun.Summary summary,
            Evaluation result,
            List<EpochRow> rows,
            ProgressView view,
            BooleanSupplier stop)
            throws IOException {
        Machine machine = Machine.here(backend.threads(), backend.name() + ", " + backend.nativeJar());
        Provenance provenance = new Provenance(
                machine,
                config.model().name(),
                start.network().parameters(),
                config.train().seed(),
                start.inputs().train().fingerprint(),
                commandLine,
                started,
                summary.seconds(),
                summary.engine().history());
        provenance.write(folder.resolve("provenance.json"));
        ImageDataset val = start.inputs().val();
        Confusion confusion = new Confusion(val.classes(), result.confusion());
        Charts.curves(rows, folder.resolve("curves.png"));
        Charts.confusion(confusion, folder.resolve("confusion.png"));
        RunFacts facts = facts(summary, machine, rows);
        TemperatureScaling scaling = TemperatureScaling.of(result.scores());
        Path file = folder.resolve(BestModel.FILE);
        ModelCard card = ShippedModel.finish(
                file, scaling, described -> ModelCardText.of(described, facts, confusion, scaling, summary.model()));
        AtomicFile.write(
                folder.resolve("MODEL_CARD.md"), ModelCardText.of(card, facts, confusion, scaling, summary.model()));
        List<LabelErrors.Suspect> suspects = LabelErrors.find(result.scores());
        // A fold's images have been grouped by what is alike, and where nothing is held out, all are the same.
        Optional<NearDuplicates> duplicates = config.data().fold().isPresent() || known.isPresent()
                ? Optional.empty()
                : Optional.of(duplicates(view, stop));
        try (Gallery images = Gallery.open(val, file, Temperature.of(card), result.scores())) {
            Judgement judgement = new Judgement(
                    scaling,
                    images.suspects(suspects.subList(0, Math.min(MOST_SUSPECTS, suspects.size()))),
                    suspects.size(),
                    duplicates.isPresent() ? Optional.of(shown(duplicates.get())) : Optional.empty(),
                    skipped);
            RunReport report = new RunReport(
                    facts,
                    rows,
                    Optional.of(summary.model()),
                    confusion,
                    Optional.of(outcome(summary, confusion)),
                    others,
                    Optional.of(judgement),
                    images.plain(evenly(result.answers(), GALLERY)),
                    images.explained(surest(result.answers(), BEST)),
                    images.explained(worst(result.answers(), TOP_LOSSES)),
                    ExecutorLog.totals(folder),
                    choices,
                    loaded.resolvedYaml(),
                    provenance.json(),
                    warnings(duplicates));
            duplicates.flatMap(RunReporter::duplicated).ifPresent(view::line);
            JsonReport.write(
                    report,
                    names(suspects),
                    duplicates.map(this::pairs).orElse(List.of()),
                    folder.resolve(JsonReport.FILE));
            HtmlReport.write(report, folder.resolve("report.html"));
        }
    }

    private RunOutcome outcome(TrainingRun.Summary summary, Confusion confusion) {
        return new RunOutcome(
                config.name(),
                start.origin(),
                summary.epochs(),
                summary.seconds(),
                confusion.correct(),
                confusion.total(),
                start.inputs().val().fingerprint());
    }

    private List<String> warnings(Optional<NearDuplicates> duplicates) {
        List<String> warnings = new ArrayList<>();
        int train = start.inputs().train().size();
        int val = start.inputs().val().size();
        if (duplicates.isPresent()
                && NearDuplicates.images(start.inputs().train(), start.inputs().val()) < train + val) {
            warnings.add("Only a part of the images, chosen evenly, was searched for duplicates: "
                    + Numbers.count(duplicates.get().trainImages()) + " of " + Numbers.count(train) + " training and "
                    + Numbers.count(duplicates.get().valImages()) + " of " + Numbers.count(val)
                    + " validation images. There may be more than are shown.");
        }
        duplicates
                .flatMap(RunReporter::duplicated)
                .ifPresent(words ->
                        warnings.add(words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + "."));
        known.ifPresent(
                others -> warnings.add("This model was trained on all images. What this page says of predictions is "
                        + others.words() + "; the log's accuracies are of the training images."));
        if (!skipped.isEmpty()) {
            warnings.add(Numbers.count(skipped.size(), "image", "images")
                    + " could not be read and left out; they are named below.");
        }
        return warnings;
    }

    /** What duplicates mean for the accuracy, if there are any. */
    private static Optional<String> duplicated(NearDuplicates found) {
        int count = found.pairs().size();
        return count == 0
                ? Optional.empty()
                : Optional.of(count + " of " + Numbers.count(found.valImages(), "validation image", "validation images")
                        + (count == 1 ? " equals or looks" : " equal or look")
                        + " like a training image, so the accuracy flatters the model; see Duplicates in the report");
    }

    /** Looks at every image once more, which the progress tells. */
    private NearDuplicates duplicates(ProgressView view, BooleanSupplier stop) {
        ImageDataset train = start.inputs().train();
        ImageDataset val = start.inputs().val();
        view.begin("looking for duplicates", NearDuplicates.images(train, val));
        try {
            return NearDuplicates.find(train, val, done -> {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                if (done % STEP == 0) {
                    synchronized (view) {
                        view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
                    }
                }
            });
        } finally {
            view.end();
        }
    }

    private Judgement.Duplicates shown(NearDuplicates found) throws IOException {
        List<Judgement.Twin> twins = new ArrayList<>();
        for (NearDuplicates.Pair pair :
                found.pairs().subList(0, Math.min(MOST_TWINS, found.pairs().size()))) {
            twins.add(new Judgement.Twin(
                    side(start.inputs().val(), pair.val()),
                    side(start.inputs().train(), pair.train()),
                    pair.exact(),
                    pair.likeness()));
        }
        return new Judgement.Duplicates(
                found.trainImages(),
                found.valImages(),
                found.exact(),
                found.pairs().size() - found.exact(),
                twins);
    }

    private static Judgement.Side side(ImageDataset data, int index) {
        return new Judgement.Side(
                data.name(index),
                data.classes().get(data.label(index)),
                Prediction.thumbnail(data.image(index), THUMBNAIL));
    }

    private List<JsonReport.Label> names(List<LabelErrors.Suspect> suspects) {
        ImageDataset val = start.inputs().val();
        return suspects.stream()
                .map(suspect -> new JsonReport.Label(
                        val.name(suspect.index()),
                        val.classes().get(suspect.actual()),
                        val.classes().get(suspect.suggested()),
                        suspect.own(),
                        suspect.probability()))
                .toList();
    }

    private List<JsonReport.Pair> pairs(NearDuplicates found) {
        return found.pairs().stream()
                .map(pair -> new JsonReport.Pair(
                        start.inputs().val().name(pair.val()),
                        start.inputs().train().name(pair.train()),
                        pair.exact(),
                        pair.likeness()))
                .toList();
    }

    private RunFacts facts(TrainingRun.Summary summary, Machine machine, List<EpochRow> rows) {
        Network network = start.network();
        Map<String, String> model = new LinkedHashMap<>();
        model.put("Architecture", network.name());
        model.put("Parameters", String.format(Locale.ROOT, "%,d", network.parameters()));
        model.put("Multiply-adds", String.format(Locale.ROOT, "%,d", network.macs()));
        model.put("Input", network.input().toString());
        model.put("Initial weights", start.origin());
        model.put("Frozen", Phase.frozenForGood(config.model()).toString());
        Map<String, String> data = new LinkedHashMap<>();
        data.put("Source", start.inputs().how());
        data.put("Classes", String.valueOf(network.classes()));
        data.put(
                "Training images",
                String.format(Locale.ROOT, "%,d", start.inputs().train().size()));
        known.ifPresentOrElse(
                others -> data.put("Accuracy", others.words()),
                () -> data.put(
                        "Validation images",
                        String.format(Locale.ROOT, "%,d", start.inputs().val().size())));
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put(
                "Epochs",
                summary.epochs()
                        + (summary.stoppedEarly() ? " of " + config.train().epochs() + ", stopped early" : ""));
        recipe.put("Iterations", String.format(Locale.ROOT, "%,d", summary.iterations()));
        int accumulated = config.train().step().accumulate();
        recipe.put(
                "Batch size",
                config.train().batchSize()
                        + (accumulated == 1
                                ? ""
                                : "; a step sums up the gradients of " + accumulated + " batches, "
                                        + accumulated * config.train().batchSize() + " images"));
        recipe.put("Optimiser", words(config.optimizer()));
        if (!config.optimizer().groups().isEmpty()) {
            recipe.put("Groups of parameters", ConfigText.of(config.optimizer().groups()));
        }
        config.train()
                .step()
                .emaDecay()
                .ifPresent(decay -> recipe.put("Weights", "moving average, decay " + Numbers.decimal(decay)));
        recipe.put("Schedule", ConfigText.of(config.schedule()));
        recipe.put(
                "Augmentation",
                config.data().augment().isEmpty()
                        ? "none"
                        : ConfigText.of(config.data().augment()));
        if (!config.train().loss().mix().equals(MixConfig.NONE)) {
            recipe.put("Mixing", ConfigText.of(config.train().loss().mix()));
        }
        config.data().classWeights().ifPresent(weights -> recipe.put("Weights of the classes", ConfigText.of(weights)));
        recipe.put("Seed", String.valueOf(config.train().seed()));
        recipe.put(
                RunFacts.SPEED,
                String.format(
                        Locale.ROOT,
                        "%.0f images/s, %.1f %% waiting for data",
                        summary.imagesPerSecond(),
                        100 * summary.dataWaitShare()));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("resnet4j", machine.resnet4j());
        environment.put("Java", machine.java());
        environment.put("System", machine.os());
        environment.put("CPU", machine.cpu() + ", " + machine.cores() + " cores, " + machine.threads() + " threads");
        environment.put("Backend", machine.backend());
        environment.put(
                "Engine",
                summary.engine().words()
                        + (summary.engine().mixed()
                                ? "; in this order: " + summary.engine().history()
                                : ""));
        return new RunFacts(config.name(), model, data, recipe, environment, notes(summary, rows));
    }

    private static String words(OptimizerConfig optimizer) {
        String rate = ", learning rate " + Numbers.decimal(optimizer.lr());
        if (optimizer instanceof OptimizerConfig.Adamw adam) {
            return "AdamW" + rate + ", betas " + Numbers.decimal(adam.beta1()) + " and " + Numbers.decimal(adam.beta2())
                    + ", weight decay " + Numbers.decimal(adam.weightDecay());
        }
        OptimizerConfig.Sgd sgd = (OptimizerConfig.Sgd) optimizer;
        return "SGD" + rate + ", momentum " + Numbers.decimal(sgd.momentum()) + (sgd.nesterov() ? " (Nesterov)" : "")
                + ", weight decay " + Numbers.decimal(sgd.weightDecay());
    }

    private List<String> notes(TrainingRun.Summary summary, List<EpochRow> rows) {
        List<String> notes = new ArrayList<>();
        EpochRow model = summary.model();
        EpochRow last = summary.last();
        // Papers report their last epoch, too.
        config.expect().ifPresent(expect -> notes.add(comparison(expect, last.valTop1())));
        notes.add(
                model.equals(last)
                        ? BestModel.FILE + " is from epoch " + last.epoch() + ", which is both the last and the best."
                        : BestModel.FILE + " is from epoch " + model.epoch() + ", and so is all that this page says of"
                                + " predictions; " + RunFolder.LAST_MODEL + " is from the last, " + last.epoch() + ".");
        EpochRow.best(rows)
                .filter(best -> best.betterThan(model))
                .ifPresent(best -> notes.add(
                        "Epoch " + best.epoch() + " was better, but its model was lost when the run was resumed."));
        if (summary.stoppedEarly()) {
            notes.add("The run was "
                    + Patience.of(config).words(rows, config.train().epochs()) + ".");
        }
        return notes;
    }

    /** Whether {@code top1}, a share, reaches the published result; exceeding it also counts. */
    static String comparison(ExpectConfig expect, double top1) {
        double below = expect.top1() - 100 * top1;
        return String.format(
                Locale.ROOT,
                "Published top-1: %.2f %% (%s); this run after its last epoch: %.2f %%, %.2f %s, %s",
                expect.top1(),
                expect.source(),
                100 * top1,
                Math.abs(below),
                below > 0 ? "below" : "above",
                below <= expect.tolerance()
                        ? String.format(Locale.ROOT, "within the tolerance of %.2f.", expect.tolerance())
                        : String.format(Locale.ROOT, "more than the tolerance of %.2f.", expect.tolerance()));
    }

    private static List<Evaluation.Answer> evenly(List<Evaluation.Answer> answers, int count) {
        List<Evaluation.Answer> chosen = new ArrayList<>();
        int wanted = Math.min(count, answers.size());
        for (int i = 0; i < wanted; i++) {
            chosen.add(answers.get((int) ((long) i * answers.size() / wanted)));
        }
        return chosen;
    }

    private static List<Evaluation.Answer> worst(List<Evaluation.Answer> answers, int count) {
        return answers.stream()
                .sorted(Comparator.comparingDouble(Evaluation.Answer::loss).reversed())
                .limit(count)
                .toList();
    }

    /** The right ones of least loss, class by class, so that every class is among them if there is room. */
    private static List<Evaluation.Answer> surest(List<Evaluation.Answer> answers, int count) {
        Map<Integer, List<Evaluation.Answer>> byClass = answers.stream()
                .filter(answer -> answer.predicted() == answer.actual())
                .sorted(Comparator.comparingDouble(Evaluation.Answer::loss))
                .collect(Collectors.groupingBy(Evaluation.Answer::actual, TreeMap::new, Collectors.toList()));
        List<Evaluation.Answer> chosen = new ArrayList<>();
        for (int rank = 0; chosen.size() < count && rank < answers.size(); rank++) {
            for (List<Evaluation.Answer> own : byClass.values()) {
                if (rank < own.size() && chosen.size() < count) {
                    chosen.add(own.get(rank));
                }
            }
        }
        return chosen;
    }
}
