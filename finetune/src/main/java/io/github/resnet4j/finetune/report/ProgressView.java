package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.Printable;
import java.io.PrintStream;

/**
 * What a person watching a run sees: a bar while an epoch runs, and lines that stay. Calls may come from any thread.
 */
public interface ProgressView {
    /** A view without a bar: only the lines, each without control characters. */
    static ProgressView lines(PrintStream out) {
        return new ProgressView() {
            @Override
            public void begin(String title, long totalSteps, String samples) {}

            @Override
            public void step(long done, double loss, double lr, double samplesPerSecond, double dataWaitShare) {}

            @Override
            public void line(String text) {
                out.println(Printable.line(text));
                out.flush();
            }

            @Override
            public void end() {}
        };
    }

    /** Starts a bar of images; one that is under way ends. */
    default void begin(String title, long totalSteps) {
        begin(title, totalSteps, "images");
    }

    /**
     * Starts a bar; one that is under way ends.
     *
     * @param samples what speeds count: {@code images}, {@code sounds}
     */
    void begin(String title, long totalSteps, String samples);

    /**
     * Moves the bar. Measures that are NaN are left out.
     *
     * @param done steps since {@link #begin}
     * @param dataWaitShare fraction of the time spent waiting for the loader
     */
    void step(long done, double loss, double lr, double samplesPerSecond, double dataWaitShare);

    /** Prints a line that stays, above the bar. Control characters in it are made visible, not obeyed. */
    void line(String text);

    /**
     * Prints the one line that stays of an epoch.
     *
     * @param samples what its speed counts: {@code images}, {@code sounds}
     */
    default void epoch(EpochRow row, int epochs, String samples) {
        line(row.line(epochs, samples));
    }

    /** Takes the bar away; without one nothing happens. */
    void end();
}
