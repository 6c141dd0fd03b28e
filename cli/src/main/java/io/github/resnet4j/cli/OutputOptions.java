package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.ProgressView;
import picocli.CommandLine.Option;

/** What a command that takes long shows on its way and prints at its end. */
final class OutputOptions {
    @Option(names = "--json", description = "Print one JSON object at the end.")
    private boolean json;

    @Option(
            names = "--no-progress",
            description = "Show no progress bar, only one line per epoch or other part of the work.")
    private boolean noProgress;

    boolean json() {
        return json;
    }

    /** Where progress and remarks are shown. */
    ProgressView view() {
        return Terminal.view(!noProgress);
    }
}
