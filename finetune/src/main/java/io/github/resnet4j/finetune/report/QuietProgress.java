package io.github.resnet4j.finetune.report;

import java.io.PrintStream;

/** Lines only. */
final class QuietProgress implements ProgressView {
    private final PrintStream err;

    QuietProgress(PrintStream err) {
        this.err = err;
    }

    @Override
    public void begin(String title, long totalSteps) {}

    @Override
    public void step(long done, double loss, double lr, double imagesPerSecond, double dataWaitShare) {}

    @Override
    public void line(String text) {
        err.println(Ellipsis.oneLine(text));
        err.flush();
    }

    @Override
    public void end() {}
}
