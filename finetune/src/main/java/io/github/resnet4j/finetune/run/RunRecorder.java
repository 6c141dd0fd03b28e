package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.report.EventLog;
import io.github.resnet4j.finetune.internal.report.Metrics;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Measured;
import io.github.resnet4j.finetune.train.Position;
import io.github.resnet4j.finetune.train.Trainer;
import io.github.resnet4j.finetune.train.TrainingSteps;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Shows and writes down what the trainer reports. What cannot be written is said, and training goes on. */
final class RunRecorder implements Trainer.Observer {
    /** A disk that is full for so many checkpoints in a row stays full; what is trained from there on would be lost. */
    private static final int UNSAVED = 3;

    private final int epochs;
    private final int perEpoch;
    private final BiConsumer<Position, EpochProgress> checkpoints;
    private final List<EpochRow> rows;
    private final BestModel best;
    private final CsvLog log;
    private final EventLog events;
    private final ProgressView view;
    private final BooleanSupplier stop;
    private final long valImages;
    private final String samples;
    private final Metrics metrics;
    private final Function<EpochProgress, Map<Metric, Double>> training;
    private final LossWatch losses = new LossWatch();
    private int shownEpoch = -1;
    private double waited;
    private double trained;
    private long images;
    private int unsaved;

    /**
     * @param training what is measured while training
     * @param perEpoch steps of an epoch
     * @param checkpoints saves one
     * @param rows of the epochs so far, which grow
     * @param stop whether the run is to end, and the next checkpoint is the last
     */
    RunRecorder(
            RunConfig config,
            PreparedRun start,
            Function<EpochProgress, Map<Metric, Double>> training,
            int perEpoch,
            BiConsumer<Position, EpochProgress> checkpoints,
            List<EpochRow> rows,
            BestModel best,
            CsvLog log,
            EventLog events,
            ProgressView view,
            BooleanSupplier stop) {
        this.epochs = config.train().epochs();
        this.perEpoch = perEpoch;
        this.checkpoints = checkpoints;
        this.rows = rows;
        this.best = best;
        this.log = log;
        this.events = events;
        this.view = view;
        this.stop = stop;
        this.valImages = start.inputs().val().size();
        this.samples = start.inputs().task().trainingSamples();
        this.metrics = start.inputs().task().metrics();
        this.training = training;
    }

    /** Seconds since 1970. */
    static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** In training alone. */
    double imagesPerSecond() {
        return trained > 0 ? images / trained : 0;
    }

    /** Share of the training time spent waiting for data. */
    double dataWaitShare() {
        return trained > 0 ? waited / trained : 0;
    }

    @Override
    public void step(Position position, EpochProgress progress, TrainingSteps.Step step) {
        if (shownEpoch != position.epoch()) {
            shownEpoch = position.epoch();
            view.begin("epoch " + (position.epoch() + 1) + "/" + epochs, perEpoch, samples);
        }
        trained += step.seconds();
        waited += step.waited();
        images += step.images();
        losses.add(position.iteration(), step.loss()).ifPresent(view::line);
        view.step(
                position.batch(), progress.meanLoss(), step.lr(), progress.imagesPerSecond(), progress.dataWaitShare());
    }

    @Override
    public void evaluating(long done) {
        if (shownEpoch >= 0) {
            shownEpoch = -1;
            view.begin("evaluating", valImages, samples);
        }
        view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    @Override
    public void epoch(Trainer.EpochResult result) {
        EpochProgress sums = result.training();
        EpochRow row = new EpochRow(
                result.epoch() + 1,
                result.iterations(),
                result.lr(),
                sums.meanLoss(),
                training.apply(sums),
                result.evaluation().map(Measured::loss).orElse(Double.NaN),
                result.evaluation()
                        .map(Measured::metrics)
                        .orElseGet(() -> Metrics.values(metrics.validation(), metric -> Double.NaN)),
                sums.seconds() + result.evaluation().map(Measured::seconds).orElse(0.0),
                sums.imagesPerSecond(),
                sums.dataWaitShare());
        rows.add(row);
        try {
            best.offer(row); // first: what the log knows was kept
        } catch (IOException e) {
            view.line(BestModel.FILE + ": " + e.getMessage() + " (training continues)");
        }
        try {
            log.append(row);
        } catch (IOException e) {
            view.line("log.csv: " + e.getMessage() + " (training continues)");
        }
        try {
            events.append(row, now());
        } catch (IOException e) {
            view.line(EventLog.FILE + ": " + e.getMessage() + " (training continues)");
        }
        view.epoch(row, epochs, samples);
    }

    @Override
    public void checkpoint(Position position, EpochProgress progress) {
        try {
            checkpoints.accept(position, progress);
            unsaved = 0;
        } catch (CheckpointException e) {
            unsaved++;
            if (unsaved == UNSAVED || stop.getAsBoolean()) {
                throw e;
            }
            view.line(e.getMessage() + " (training continues)");
        }
    }
}
