package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.config.TrainConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of a training on the batches of a loader: mixed, with smooth labels, several batches to a step. */
public final class TrainingSteps {
    private final TrainingStep training;
    private final BatchLoader data;
    private final TrainConfig config;
    private final BatchArrays arrays;
    private final BatchMixing mixing;

    /** @param classes number of classes */
    public TrainingSteps(TrainingStep training, BatchLoader data, TrainConfig config, int classes) {
        this.training = training;
        this.data = data;
        this.config = config;
        this.arrays = new BatchArrays(classes);
        this.mixing = new BatchMixing(config.loss().mix(), config.seed());
    }

    /**
     * One step.
     *
     * @param images of its batches
     * @param correct of these, classified correctly before the update; of a mixture, as what it has most of
     * @param loss mean over the images
     * @param lr learning rate
     * @param seconds it took
     * @param waited seconds of these spent waiting for data
     */
    public record Step(int images, int correct, double loss, double lr, double seconds, double waited) {}

    /** In a pass over the data. */
    public int perEpoch() {
        return config.step().steps(data.batchesPerEpoch());
    }

    /** From here on, steps are numbered from {@code iteration}. */
    void startAt(long iteration) {
        training.startAt(iteration);
    }

    /** The batches of an epoch from a step on. */
    Batches epoch(int epoch, int step) {
        return data.epoch(epoch, Math.min(step * config.step().accumulate(), data.batchesPerEpoch()));
    }

    /** Takes a step of an epoch on the next batches. */
    Step take(Batches batches, int epoch, int step, double lr) {
        long start = System.nanoTime();
        long waited = 0;
        int images = 0;
        int correct = 0;
        double loss = 0;
        double total = 0;
        int first = step * config.step().accumulate();
        int end = Math.min(first + config.step().accumulate(), data.batchesPerEpoch());
        for (int b = first; b < end; b++) {
            long asked = System.nanoTime();
            Batch batch = batches.next();
            waited += System.nanoTime() - asked;
            INDArray features = arrays.features(batch);
            Targets targets = targets(batch, features, epoch, b);
            TrainingStep.Result result =
                    b < end - 1 ? training.accumulate(features, targets) : training.step(features, targets, lr);
            images += batch.size();
            correct += result.correct();
            loss += result.loss() * targets.total();
            total += targets.total();
        }
        return new Step(images, correct, loss / total, lr, (System.nanoTime() - start) / 1e9, waited / 1e9);
    }

    private Targets targets(Batch batch, INDArray features, int epoch, int number) {
        INDArray labels = arrays.labels(batch, config.loss().labelSmoothing());
        mixing.apply(features, labels, epoch, number);
        return Targets.of(labels);
    }
}
