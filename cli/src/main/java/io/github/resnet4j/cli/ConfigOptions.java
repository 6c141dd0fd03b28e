package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.config.ConfigLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A configuration file and where its data is. */
final class ConfigOptions {
    /** The keys of the configuration that these options set. */
    static final Map<String, String> KEYS = Map.of("data.dir", "--data");

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "Configuration file (YAML).")
    private Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder of the data; short for --set data.dir=DIR.")
    private Optional<Path> data;

    /** Sets the data's folder, if given. */
    void addTo(Settings settings) {
        data.ifPresent(folder -> settings.quoted("data.dir", folder));
    }

    /** The configuration, overridden by the settings. */
    ConfigLoader.Loaded load(Settings settings) {
        return ConfigLoader.load(Shipped.find(config), settings.all());
    }
}
