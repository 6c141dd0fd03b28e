package io.github.resnet4j.cli;

import picocli.CommandLine.Option;

/** How a run on the user's own data may begin. */
final class StartOptions {
    @Option(names = "--overwrite", description = "Replace an earlier run in the folder.")
    private boolean overwrite;

    @Option(names = "--offline", description = "Never download anything.")
    private boolean offline;

    /** Whether an earlier run may be replaced. */
    boolean overwrite() {
        return overwrite;
    }

    /** Whether data must be here already. */
    boolean offline() {
        return offline;
    }
}
