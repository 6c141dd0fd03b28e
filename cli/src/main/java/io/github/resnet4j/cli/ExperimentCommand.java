package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.experiment.Experiment;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.TrainingRun;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "experiment",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Trains all runs of an experiment, e.g. configs/experiments/degradation.yaml, and compares them: one report"
                    + " with all curves, a table beside the published figures, and a verdict.",
            "The same command goes on after Ctrl-C or a power cut, and skips what is done."
        })
final class ExperimentCommand implements Callable<Integer> {
    private static final KeyNames NAMES = new KeyNames(Map.of(
            "data.dir",
            "--data",
            "name",
            "--name",
            "output.dir",
            "--out",
            "seeds",
            "--seeds",
            "train.epochs",
            "--epochs"));

    /** What distinguishes the runs of an experiment; see {@link ExperimentConfig.Run}. */
    private static final Map<String, String> OWN_KEYS = Map.of(
            "name",
            "--name",
            "output",
            "--out",
            "output.dir",
            "--out",
            "train.seed",
            "--seeds",
            "seed",
            "--seeds",
            "seeds",
            "--seeds");

    @Parameters(paramLabel = "FILE", description = "Experiment (YAML).")
    private Path file;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder of the data of all runs.")
    private Optional<Path> data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Shorten every run to N epochs, its milestones in proportion; the report says so.")
    private Optional<Integer> epochs;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Train every run once with each seed, e.g. 1,2,3 (default: the file's).")
    private List<String> seeds = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "LABEL",
            split = ",",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Train these runs only; the report shows the others as far as they are.")
    private Set<String> only = new LinkedHashSet<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Override a configuration key of all runs, e.g. data.limit=500; repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the folder (default: the file's).")
    private Optional<String> name;

    @Option(names = "--out", paramLabel = "DIR", description = "Parent folder of that (default: runs).")
    private Optional<Path> out;

    @Option(names = "--plan", description = "Only list what would be trained and how long it would take.")
    private boolean plan;

    @Option(names = "--report", description = "Train nothing; write the report of what is there.")
    private boolean reportOnly;

    @Mixin
    private OutputOptions output;

    @Option(names = "--offline", description = "Never download anything.")
    private boolean offline;

    @Mixin
    private EngineOption engine;

    @Mixin
    private StallOption stall;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (plan && reportOnly) {
            throw new UsageException("--plan and --report exclude each other; give only one");
        }
        if (only.stream().anyMatch(String::isBlank)) {
            throw new UsageException(
                    "--only " + String.join(",", only) + ": expected at least one label, and none that is empty");
        }
        Experiment experiment = Experiment.of(config(), NAMES);
        PrintWriter writer = spec.commandLine().getOut();
        if (plan) {
            print(experiment.plan(only), writer);
            return ExitCode.OK;
        }
        Experiment.Outcome outcome = reportOnly ? experiment.report() : run(experiment);
        if (output.json()) {
            writer.println(Json.text(outcome.json()));
        } else {
            print(outcome, writer);
        }
        writer.flush();
        if (!outcome.diverged().isEmpty()) {
            Failures.say(
                    spec.commandLine(),
                    "diverged: " + String.join(", ", outcome.diverged().keySet())
                            + "; the other runs are done, and the report says at which iteration");
            return ExitCode.DIVERGED;
        }
        return ExitCode.OK;
    }

    private ExperimentConfig config() {
        for (String assignment : overrides) {
            Optional<String> option = Optional.ofNullable(OWN_KEYS.get(assignment.split("=", 2)[0].strip()));
            option.ifPresent(own -> {
                throw new UsageException("--set " + assignment + ": an experiment gives every run its own; use " + own);
            });
        }
        Settings own = new Settings(spec, NAMES);
        name.ifPresent(text -> own.quoted("name", text));
        out.ifPresent(folder -> own.quoted("output.dir", folder));
        if (!seeds.isEmpty()) {
            own.option("seeds", seeds);
        }
        Settings ofRuns = new Settings(spec, withEngine());
        data.ifPresent(folder -> ofRuns.quoted("data.dir", folder));
        ofRuns.set(overrides);
        engine.engine().ifPresent(choice -> ofRuns.option("engine", choice.key()));
        ExperimentConfig loaded = ConfigLoader.loadExperiment(Shipped.find(file), own.all(), ofRuns.all());
        return epochs.map(loaded::shortened).orElse(loaded);
    }

    private static KeyNames withEngine() {
        Map<String, String> all = new HashMap<>(NAMES.options());
        all.put("engine", "--engine");
        return new KeyNames(all);
    }

    private Experiment.Outcome run(Experiment experiment) throws IOException {
        ProgressView view = output.view();
        List<String> commandLine = new ArrayList<>(List.of("resnet4j"));
        commandLine.addAll(spec.commandLine().getParseResult().originalArgs());
        TrainingRun.Options options = new TrainingRun.Options(
                false,
                false,
                commandLine,
                Fetching.options(view).withOffline(offline),
                withEngine(),
                CacheFolder.standard());
        try (Stop stop = new Stop()) {
            try (StallWatch watched = StallWatch.over(view, stall.limit())) {
                return experiment.run(only, options, watched, stop);
            } catch (StoppedException e) {
                // Before the stop is closed, which lets the JVM end.
                view.line("stopped; everything is saved, continue with the same command");
                throw e;
            }
        }
    }

    private void print(Experiment.Plan plan, PrintWriter writer) {
        if (output.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put(
                    "runs", plan.steps().stream().map(ExperimentCommand::json).toList());
            object.put("seconds", Double.isNaN(plan.seconds()) ? null : plan.seconds());
            object.put("guessed", plan.guessed());
            writer.println(Json.text(object));
        } else {
            writer.printf("%-36s %-34s %-10s %10s  %s%n", "RUN", "NETWORK", "STATE", "EPOCHS", "TIME LEFT");
            for (Experiment.Step step : plan.steps()) {
                writer.printf(
                        "%-36s %-34s %-10s %10s  %s%n",
                        step.name(),
                        step.network(),
                        step.state(),
                        step.epochsDone() + "/" + step.epochs(),
                        step.seconds() == 0 ? Numbers.NONE : Numbers.duration(step.seconds()));
            }
            writer.printf(
                    "%s in all%s%n",
                    Double.isNaN(plan.seconds()) ? "unknown time" : "about " + Numbers.duration(plan.seconds()),
                    plan.guessed() ? ", a guess from the multiply-adds until an epoch is done" : "");
        }
        writer.flush();
    }

    private static Map<String, Object> json(Experiment.Step step) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("run", step.name());
        object.put("network", step.network());
        object.put("state", step.state());
        object.put("epochsDone", step.epochsDone());
        object.put("epochs", step.epochs());
        object.put("seconds", Double.isNaN(step.seconds()) ? null : step.seconds());
        object.put("folder", step.folder().toString());
        return object;
    }

    private static void print(Experiment.Outcome outcome, PrintWriter writer) {
        ExperimentReport report = outcome.report();
        writer.printf(
                Locale.ROOT,
                "%-24s %-16s %-16s %-16s %-12s %s%n",
                "RUN",
                "TEST ERROR",
                "PUBLISHED",
                "TRAINING ERROR",
                "EPOCHS",
                "TIME PER IMAGE");
        for (ExperimentReport.Line line : report.lines()) {
            writer.printf(
                    Locale.ROOT,
                    "%-24s %-16s %-16s %-16s %-12s %s%n",
                    line.label(),
                    line.testError().count() == 0
                            ? line.progress()
                            : line.testError().percent(),
                    line.published().orElse(Numbers.NONE),
                    line.trainingError().percent(),
                    line.length(),
                    line.secondsPerImage().millis());
        }
        report.warnings().forEach(warning -> writer.println("note: " + warning));
        report.findings().forEach(finding -> writer.println(finding.line()));
        writer.println(report.question() + " " + report.verdict());
        writer.println("report: " + outcome.folder().resolve("report.html"));
    }
}
