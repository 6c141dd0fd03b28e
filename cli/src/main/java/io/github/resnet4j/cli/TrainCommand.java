package io.github.resnet4j.cli;

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
    @Mixin
    private ConfigOptions config;

    @Mixin
    private RunOptions run;

    @Mixin
    private StartOptions start;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        run.run(config.load(run.overrides()), spec, start.overwrite(), start.offline());
        return ExitCode.OK;
    }
}
