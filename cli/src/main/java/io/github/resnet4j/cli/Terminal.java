package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.report.ProgressView;
import java.io.PrintStream;

/** Where progress and remarks go: the standard error, with bars only where a person watches. */
final class Terminal {
    private Terminal() {}

    /** A view; {@code bars} is false where the user wants none. */
    static ProgressView view(boolean bars) {
        return view(bars && System.console() != null && System.getenv("CI") == null, System.err);
    }

    /**
     * The view for {@code err}.
     *
     * @param watched whether a person watches: false when piped, in CI or with {@code --no-progress}. A terminal that calls
     *     itself {@code TERM=dumb} gets no bar either; {@code NO_COLOR} is honoured.
     */
    static ProgressView view(boolean watched, PrintStream err) {
        if (!watched || "dumb".equals(System.getenv("TERM"))) {
            return ProgressView.lines(err);
        }
        String noColour = System.getenv("NO_COLOR");
        return new TerminalProgress(err, noColour == null || noColour.isEmpty(), TerminalProgress.Glyphs.ofConsole());
    }
}
