package io.github.resnet4j.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Labels that are not the names of folders. */
final class LabelsOption {
    /** The key of a configuration that it sets. */
    static final Map<String, String> KEYS = Map.of("data.labels", "--labels");

    @Option(
            names = "--labels",
            paramLabel = "CSV",
            description = "Labels of the images, instead of class folders: path,label in each line, and perhaps a third"
                    + " column, split, with train, val or test. Paths are relative to the data folder, or without one to"
                    + " the CSV's.")
    private Optional<Path> labels;

    Optional<Path> file() {
        return labels;
    }

    /** Sets it, if given. */
    void addTo(Settings settings) {
        labels.ifPresent(csv -> settings.quoted("data.labels", csv));
    }
}
