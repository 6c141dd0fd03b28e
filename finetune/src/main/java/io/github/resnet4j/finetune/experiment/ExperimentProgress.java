package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import java.util.function.DoubleSupplier;
import java.util.function.ObjIntConsumer;

/** What one training of an experiment shows: its own progress, and when everything will be done. */
final class ExperimentProgress implements ProgressView {
    private final ProgressView view;
    private final String run;
    private final ObjIntConsumer<EpochRow> measured;
    private final DoubleSupplier left;

    /**
     * @param run which of how many it is: {@code run 2/8 plain-56-seed1}
     * @param measured is told of every epoch
     * @param left seconds that everything needs from here on
     */
    ExperimentProgress(ProgressView view, String run, ObjIntConsumer<EpochRow> measured, DoubleSupplier left) {
        this.view = view;
        this.run = run;
        this.measured = measured;
        this.left = left;
    }

    @Override
    public void begin(String title, long totalSteps, String samples) {
        view.begin(run + ", " + title, totalSteps, samples);
    }

    @Override
    public void step(long done, double loss, double lr, double samplesPerSecond, double dataWaitShare) {
        view.step(done, loss, lr, samplesPerSecond, dataWaitShare);
    }

    @Override
    public void line(String text) {
        view.line(text);
    }

    @Override
    public void epoch(EpochRow row, int epochs, String samples) {
        measured.accept(row, epochs);
        double seconds = left.getAsDouble();
        String all = seconds > 0 ? "  (everything: " + Numbers.duration(seconds) + " left)" : "";
        view.line(run + "  " + row.line(epochs, samples) + all);
    }

    @Override
    public void end() {
        view.end();
    }
}
