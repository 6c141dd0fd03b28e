package io.github.resnet4j.finetune.cli;

import io.github.resnet4j.finetune.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Trains a network as a configuration says, e.g. configs/cifar10/resnet20.yaml.")
final class TrainCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration (YAML).")
    private Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "The data's folder; the same as --set data.dir=DIR.")
    private Path data;

    @Mixin
    private RunOptions run;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<String> overrides = new ArrayList<>();
        if (data != null) {
            overrides.add("data.dir=" + Yaml.quoted(data));
        }
        overrides.addAll(run.overrides());
        return run.run(ConfigLoader.load(config, overrides), spec);
    }
}
