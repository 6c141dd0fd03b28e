package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.TrainConfig;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of a training on the batches of a loader: mixed, with smooth labels, several batches to a step. */
public final class TrainingSteps {
    private final TrainingStep training;
    private final BatchLoader data;
    private final TrainConfig config;
    private final Optional<float[]> classWeights;
    private final BatchArrays arrays;
    private final BatchMixing mixing;

    /**
     * @param classes number of classes
     * @param classWeights how much each of them counts; absent, all the same
     */
    public TrainingSteps(
            TrainingStep training, BatchLoader data, TrainConfig config, int classes, Optional<float[]> classWeights) {
        this.training = training;
        this.data = data;
        this.config = config;
        this.classWeights = classWeights;
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
    public Batches epoch(int epoch, int step) {
        return data.epoch(epoch, Math.min(step * config.step().accumulate(), data.batchesPerEpoch()));
    }

    /** Takes a step of an epoch on the next batches. */
    public Step take(Batches batches, int epoch, int step, double lr) {
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
        if (classWeights.isEmpty()) {
            return Targets.of(labels);
        }
        double total = batch.size();
        if (config.loss().mix().equals(MixConfig.NONE)) {
            total = 0;
            for (int i = 0; i < batch.size(); i++) {
                total += classWeights.get()[batch.labels()[i]];
            }
        }
        return new Targets(labels, classWeights, total);
    }
}
