package io.github.resnet4j.finetune.report;

import java.io.PrintStream;

/**
 * What a person watching a run sees: a bar while an epoch runs, and lines that stay. Without a terminal there is no bar,
 * only the lines, so that a log file holds one line per epoch. Calls may come from any thread.
 */
public sealed interface ProgressView permits TerminalProgress, QuietProgress {
    /**
     * The view for {@code err}.
     *
     * @param terminal whether a person watches: false when piped, in CI or with {@code --no-progress}. A terminal that
     *     calls itself {@code TERM=dumb} gets no bar either; {@code NO_COLOR} is honoured.
     */
    static ProgressView of(boolean terminal, PrintStream err) {
        String noColour = System.getenv("NO_COLOR");
        boolean colours = noColour == null || noColour.isEmpty();
        return terminal && !"dumb".equals(System.getenv("TERM"))
                ? new TerminalProgress(err, colours, TerminalProgress.Glyphs.ofConsole())
                : new QuietProgress(err);
    }

    /** Starts a bar; one that is under way ends. */
    void begin(String title, long totalSteps);

    /**
     * Moves the bar. Measures that are NaN are left out.
     *
     * @param done steps since {@link #begin}
     * @param dataWaitShare fraction of the time spent waiting for the loader
     */
    void step(long done, double loss, double lr, double imagesPerSecond, double dataWaitShare);

    /** Prints a line that stays, above the bar. Control characters in it are made visible, not obeyed. */
    void line(String text);

    /** Prints the one line that stays of an epoch. */
    default void epoch(EpochRow row, int epochs) {
        line(row.line(epochs));
    }

    /** Takes the bar away; without one nothing happens. */
    void end();
}
