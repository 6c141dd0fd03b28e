package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.LearningRateFinder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "lr-find",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Suggests a learning rate: trains for some steps with a rate that grows from each to the next, until the loss"
                    + " explodes (Smith 2017; fastai's lr_find with its suggestion \"valley\"), and draws the loss.",
            "The configuration may be that of a finished run, runs/NAME/config.yaml. No run's folder is changed."
        })
final class LrFindCommand implements Callable<Integer> {
    private static final KeyNames NAMES = RunOptions.names(ConfigOptions.KEYS);

    @Mixin
    private ConfigOptions config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Override a configuration key, e.g. train.batch-size=16; repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Mixin
    private FolderReading reading;

    @Mixin
    private LabelsOption labels;

    @Mixin
    private EngineOption engine;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "100", description = "Steps, each with its own rate.")
    private int steps;

    @Option(names = "--from", paramLabel = "RATE", defaultValue = "1e-7", description = "First learning rate.")
    private double from;

    @Option(names = "--to", paramLabel = "RATE", defaultValue = "10", description = "Last learning rate.")
    private double to;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Folder for lr-find.png and lr-find.csv (default: runs/lr-find-NAME).")
    private Optional<Path> out;

    @Option(names = "--offline", description = "Never use the network.")
    private boolean offline;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Settings settings = new Settings(spec, NAMES);
        config.addTo(settings);
        reading.addTo(settings);
        labels.addTo(settings);
        settings.set(overrides);
        engine.engine().ifPresent(name -> settings.option("engine", name.key()));
        RunConfig loaded = config.load(settings).config();
        ProgressView view = output.view();
        LearningRateFinder.Range range = range();
        try (Stop stop = new Stop()) {
            LearningRateFinder.Result result = LearningRateFinder.find(
                    loaded, range, Fetching.options(view).withOffline(offline), NAMES, view, stop);
            Path folder = out.orElse(loaded.output().dir().resolve("lr-find-" + loaded.name()));
            result.write(folder);
            print(result, folder);
        }
        return ExitCode.OK;
    }

    private LearningRateFinder.Range range() {
        try {
            return new LearningRateFinder.Range(steps, from, to);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--steps, --from, --to: " + e.getMessage());
        }
    }

    private void print(LearningRateFinder.Result result, Path folder) {
        PrintWriter writer = spec.commandLine().getOut();
        if (output.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put(
                    "suggestion",
                    result.suggestion().isPresent() ? result.suggestion().getAsDouble() : null);
            object.put("rule", "valley");
            object.put("diverged", result.diverged());
            object.put("folder", folder.toString());
            object.put("trials", result.trials());
            writer.println(Json.text(object));
        } else {
            writer.println(
                    result.suggestion().isPresent()
                            ? "suggested learning rate: "
                                    + Numbers.rate(result.suggestion().getAsDouble())
                                    + " (in the valley of the loss); set it with "
                                    + NAMES.setting(
                                            "optimizer.lr",
                                            Numbers.rate(result.suggestion().getAsDouble()))
                            : "no learning rate is suggested: the loss did not fall for long enough; look at the plot, or"
                                    + " try more --steps");
            writer.println("plot:   " + folder.resolve("lr-find.png"));
            writer.println("losses: " + folder.resolve("lr-find.csv"));
        }
        writer.flush();
    }
}
