package io.github.resnet4j.bench;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** Reports the progress of a run on standard error and estimates the time left from the time taken so far. */
final class Progress {
    /** How many seconds of the plan it takes for the plan to be worth as much as what was seen. */
    private static final double BELIEF = 60;

    private final PrintWriter out;
    private final DoubleSupplier clock;
    private final double start;
    private double planned;
    private double done;

    /**
     * @param out for people
     * @param clock seconds
     */
    Progress(PrintWriter out, DoubleSupplier clock) {
        this.out = out;
        this.clock = clock;
        this.start = clock.getAsDouble();
    }

    /** This many seconds of work are to come, or, negative, will not come. */
    void plan(double seconds) {
        planned += seconds;
    }

    /** What was planned as this many seconds is done, however long it took. */
    void done(double seconds) {
        done += seconds;
    }

    /** Prints a line. */
    void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    /** Prints a line with the time that is left. */
    void sayLeft(String format, Object... values) {
        say(format + " (" + left() + ")", values);
    }

    /** {@code 12 min left}. */
    String left() {
        double left = planned - done;
        left *= (clock.getAsDouble() - start + BELIEF) / (done + BELIEF);
        return left < 60 ? Math.round(left) + " s left" : Math.round(left / 60) + " min left";
    }
}
