package io.github.resnet4j.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a training in this process may stand still. */
final class StallOption {
    static final Duration DEFAULT = Duration.ofMinutes(10);

    @Option(
            names = "--stall-limit",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            defaultValue = "10m",
            description =
                    "After so long without progress and with nothing computing, print what the threads wait for and"
                            + " end with exit code 10.")
    private Duration limit = DEFAULT;

    Duration limit() {
        return limit;
    }
}
