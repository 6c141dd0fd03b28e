package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.config.KeyNames;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Trains a network from a configuration file, e.g. configs/cifar10/resnet20.yaml.")
final class TrainCommand implements Callable<Integer> {
    private static final KeyNames NAMES = RunOptions.names(ConfigOptions.KEYS);

    @Mixin
    private ConfigOptions config;

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
        Settings settings = new Settings(spec, NAMES);
        config.addTo(settings);
        labels.addTo(settings);
        run.addTo(settings);
        run.setStallLimit(stall.limit());
        run.run(config.load(settings), NAMES, spec, start.overwrite(), start.offline());
        return ExitCode.OK;
    }
}
