package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.config.ConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A configuration file and where its data is. */
final class ConfigOptions {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "Configuration file (YAML).")
    private Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder of the data; short for --set data.dir=DIR.")
    private Optional<Path> data;

    /** The configuration with its overrides, the data's folder first. */
    ConfigLoader.Loaded load(List<String> overrides) {
        List<String> all = new ArrayList<>();
        data.ifPresent(folder -> all.add("data.dir=" + Yaml.quoted(folder)));
        all.addAll(overrides);
        return ConfigLoader.load(config, all);
    }
}
