package io.github.resnet4j.finetune.run;

import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.ExpectConfig;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.OptimizerConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.ExecutorLog;
import io.github.resnet4j.finetune.internal.report.HtmlReport;
import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.report.Provenance;
import io.github.resnet4j.finetune.internal.report.RunFacts;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.internal.report.RunReport;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Writes a finished run's provenance, charts and report. */
final class RunReporter {
    private final ConfigLoader.Loaded loaded;
    private final RunConfig config;
    private final PreparedRun start;
    private final Instant started;
    private final List<String> commandLine;
    private final Backend backend;
    private final List<String> skipped;
    private final List<RunOutcome> others;
    private final List<Choice> choices;

    RunReporter(
            ConfigLoader.Loaded loaded,
            PreparedRun start,
            Instant started,
            List<String> commandLine,
            Backend backend,
            List<String> skipped,
            List<RunOutcome> others,
            List<Choice> choices) {
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
     * Finishes {@code model.zip} and writes what is to be told of it: {@code provenance.json}, {@code curves.png}, what the
     * task adds, {@code report.json} and, last, {@code report.html}.
     *
     * @param result of the model on the validation samples
     */
    <E extends Measured> void write(
            OpenTask<E> task,
            Path folder,
            TrainingRun.Summary summary,
            E result,
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
                task.train().fingerprint(),
                commandLine,
                started,
                summary.seconds(),
                summary.engine().history());
        provenance.write(folder.resolve("provenance.json"));
        Charts.curves(rows, folder.resolve("curves.png"));
        RunFacts facts = facts(summary, machine, rows);
        List<String> warnings = new ArrayList<>();
        TaskReport own = task.report(
                new FinishedRun(
                        folder,
                        folder.resolve(BestModel.FILE),
                        config,
                        facts,
                        start.origin(),
                        summary.model(),
                        summary.epochs(),
                        summary.seconds(),
                        others,
                        warnings::add,
                        view,
                        stop),
                result);
        if (!skipped.isEmpty()) {
            warnings.add(Numbers.count(skipped.size(), "image", "images")
                    + " could not be read and left out; they are named below.");
        }
        RunReport report = new RunReport(
                facts,
                rows,
                Optional.of(summary.model()),
                own,
                ExecutorLog.totals(folder),
                choices,
                skipped,
                loaded.resolvedYaml(),
                provenance.json(),
                warnings);
        JsonReport.write(report, folder.resolve(JsonReport.FILE));
        HtmlReport.write(report, folder.resolve("report.html"));
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
        if (!start.inputs().train().classes().isEmpty()) {
            data.put("Classes", String.valueOf(network.classes()));
        }
        data.put(
                "Training " + start.inputs().task().samples(),
                String.format(Locale.ROOT, "%,d", start.inputs().train().size()));
        data.putAll(start.inputs().facts());
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
                                        + accumulated * config.train().batchSize() + " "
                                        + start.inputs().task().samples()));
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
                        "%s %s/s, %.1f %% waiting for data",
                        Numbers.speed(summary.imagesPerSecond()),
                        summary.trainingSamples(),
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
        config.expect().ifPresent(expect -> notes.add(comparison(expect, last.val(Metric.TOP1))));
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
}
