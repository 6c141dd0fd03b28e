package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.ProgressView;

/** Where progress and remarks go: the standard error, with bars only where a person watches. */
final class Terminal {
    private Terminal() {}

    /** A view; {@code bars} is false where the user wants none. */
    static ProgressView view(boolean bars) {
        return ProgressView.of(bars && System.console() != null && System.getenv("CI") == null, System.err);
    }
}
